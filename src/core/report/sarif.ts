import { isRuleId, ruleCatalog } from '../checks/ruleCatalog';
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
        tool: { driver: { name: 'flow-keystore', rules: rules.map(ruleOf) } },
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

/** What a rule is about, as code scanning services show it beside a finding. What kept a file from being read is no rule. */
function ruleOf(id: string): unknown {
  if (id.startsWith('connectivity-')) {
    return { id, shortDescription: { text: 'A test of the connection to the receiver.' } };
  }
  if (!isRuleId(id)) return { id, shortDescription: { text: 'The file could not be read.' } };
  const { about, severity, source } = ruleCatalog[id];
  return {
    id,
    shortDescription: { text: about },
    help: { text: `${about} The rule comes from: ${source}.` },
    defaultConfiguration: { level: levels[severity] },
  };
}

/** A URI reference: relative paths stay relative, each segment escaped. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  if (/^[A-Za-z]:\//.test(path)) return `file:///${path.slice(0, 2)}${escaped.slice(4)}`;
  return path.startsWith('/') ? `file://${escaped}` : escaped;
}
