import type { FindingRow } from './findingRows';

export interface JUnitCase {
  readonly classname: string;
  readonly name: string;
  readonly seconds?: number;
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  /** Why it was not run. */
  readonly skipped?: string;
}

export interface JUnitSuite {
  readonly name: string;
  readonly cases: readonly JUnitCase[];
  readonly output?: string;
}

/** JUnit XML: a suite for each file checked, a failure for each finding of severity error; the rest is in the output of its suite. */
export function junitOf(rows: readonly FindingRow[], files: readonly string[]): string {
  return junitXml(
    [...new Set([...files, ...rows.map(({ file }) => file)])].map((file): JUnitSuite => {
      const own = rows.filter((row) => row.file === file);
      const others = own.filter(({ severity }) => severity !== 'error');
      const cases = own
        .filter(({ severity }) => severity === 'error')
        .map((row): JUnitCase => {
          const place = `${row.line}:${row.column}`;
          const text = `${file}:${place}: ${row.message} ${row.help ?? ''}`.trim();
          const failure = { type: row.code, message: row.message, text };
          return { classname: file, name: `${row.code} at ${place}`, failure };
        });
      return {
        name: file,
        cases: cases.length ? cases : [{ classname: file, name: 'no errors' }],
        output: others.map((row) => `${row.severity}: ${file}:${row.line}:${row.column}: ${row.message}`).join('\n'),
      };
    }),
  );
}

/** As build servers take it. */
export function junitXml(suites: readonly JUnitSuite[]): string {
  const written = suites.map(({ name, cases, output = '' }) => {
    const failures = cases.filter(({ failure }) => failure).length;
    const skipped = cases.filter((each) => each.skipped !== undefined).length;
    return (
      `  <testsuite name="${escape(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}">\n` +
      cases.map(caseXml).join('') +
      (output ? `    <system-out>${escape(output)}</system-out>\n` : '') +
      `  </testsuite>\n`
    );
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="flow-keystore">\n${written.join('')}</testsuites>\n`;
}

function caseXml({ classname, name, seconds, failure, skipped }: JUnitCase): string {
  const time = seconds === undefined ? '' : ` time="${seconds}"`;
  const head = `    <testcase classname="${escape(classname)}" name="${escape(name)}"${time}`;
  if (failure) {
    const { type, message, text } = failure;
    return (
      `${head}>\n` +
      `      <failure type="${escape(type)}" message="${escape(message)}">${escape(text)}</failure>\n` +
      `    </testcase>\n`
    );
  }
  if (skipped === undefined) return `${head}/>\n`;
  return `${head}>\n      <skipped message="${escape(skipped)}"/>\n    </testcase>\n`;
}

function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- XML 1.0 has no place for these at all
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
  );
}
