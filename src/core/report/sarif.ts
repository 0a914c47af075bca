import type { FindingRow } from './findingRows';

const levels = { error: 'error', warning: 'warning', information: 'note' } as const;

/** SARIF 2.1.0 (OASIS), as code scanning services take it. */
export function sarifOf(rows: readonly FindingRow[]): unknown {
  const rules = [...new Set(rows.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'flow-keystore', rules: rules.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: rows.map((row) => ({
          ruleId: row.code,
          ruleIndex: rules.indexOf(row.code),
          level: levels[row.severity],
          message: { text: row.help ? `${row.message} ${row.help}` : row.message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(row.file) },
                region: { startLine: row.line, startColumn: row.column },
              },
              ...(row.channel !== undefined && { logicalLocations: [{ name: row.channel, kind: 'member' }] }),
            },
          ],
        })),
      },
    ],
  };
}

/** A URI reference: relative paths stay relative, each segment escaped. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  if (/^[A-Za-z]:\//.test(path)) return `file:///${path.slice(0, 2)}${escaped.slice(4)}`;
  return path.startsWith('/') ? `file://${escaped}` : escaped;
}
