import type { FindingRow } from './findingRows';

/** JUnit XML: a suite for each file checked, a failure for each finding of severity error; the rest is in the output of its suite. */
export function junitOf(rows: readonly FindingRow[], files: readonly string[]): string {
  const suites = [...new Set([...files, ...rows.map(({ file }) => file)])].map((file) => {
    const own = rows.filter((row) => row.file === file);
    const errors = own.filter(({ severity }) => severity === 'error');
    const others = own.filter(({ severity }) => severity !== 'error');
    const cases = errors.map(
      (row) =>
        `    <testcase classname="${escape(file)}" name="${escape(`${row.code} at ${row.line}:${row.column}`)}">\n` +
        `      <failure type="${escape(row.code)}" message="${escape(row.message)}">${escape(`${file}:${row.line}:${row.column}: ${row.message} ${row.help ?? ''}`.trim())}</failure>\n` +
        `    </testcase>\n`,
    );
    if (!errors.length) cases.push(`    <testcase classname="${escape(file)}" name="no errors"/>\n`);
    const output = others.map((row) => `${row.severity}: ${file}:${row.line}:${row.column}: ${row.message}`).join('\n');
    return (
      `  <testsuite name="${escape(file)}" tests="${cases.length}" failures="${errors.length}" errors="0" skipped="0">\n` +
      cases.join('') +
      (output ? `    <system-out>${escape(output)}</system-out>\n` : '') +
      `  </testsuite>\n`
    );
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="flow-keystore">\n${suites.join('')}</testsuites>\n`;
}

function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- XML 1.0 has no place for these at all
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
  );
}
