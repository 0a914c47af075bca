import { checkFlows } from '../../core/checks/check';
import type { CheckOptions } from '../../core/checks/context';
import type { Severity } from '../../core/checks/finding';
import { isLevel, isRuleId, ruleIds } from '../../core/checks/ruleCatalog';
import { viewOfKeystore } from '../../core/checks/keystoreView';
import { findingRows, problemRows, type FindingRow } from '../../core/report/findingRows';
import { junitOf } from '../../core/report/junit';
import { sarifOf } from '../../core/report/sarif';
import { counted } from '../counted';
import { flowsIn } from '../flowFiles';
import { KeystoreOpener } from '../keystores';
import { tenantPlace } from '../tenant';
import { badArguments, readFormat, readNumber, readOptions } from '../options';
import { note, type Terminal } from '../terminal';
import path from 'node:path';

export const checkUsage =
  'check PATH... [--keystore FILE | --tenant KEY]... [--password-env NAME]... [--days 30] [--rule ID=LEVEL]... [--format text|json|sarif|junit]';

/** Checks flows against keystores; 1 where a finding is an error. */
export async function check(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    keystore: { type: 'string', multiple: true },
    tenant: { type: 'string', multiple: true },
    'password-env': { type: 'string', multiple: true },
    days: { type: 'string', default: '30' },
    rule: { type: 'string', multiple: true },
    format: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (!positionals.length) throw badArguments('check takes files, folders or project archives.');
  const days = readNumber(values.days, 'days', 0, 36_500);
  const severities = readRules(values.rule ?? []);
  const format = readFormat(formats, values.format ?? (values.json ? 'json' : 'text'));
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const keystores = [];
  for (const place of [...(values.keystore ?? []), ...(values.tenant ?? []).map(tenantPlace)]) {
    const { keystore, file } = await opener.open(place);
    keystores.push(viewOfKeystore(keystore, path.basename(file), file));
  }
  const projects = await flowsIn(positionals, terminal.signal);
  if (!keystores.length) {
    note(
      terminal,
      'No --keystore was given (nor a --tenant): whether its entries exist and are valid was not checked.',
    );
  }
  const rows = [
    ...problemRows(projects.problems),
    ...findingRows(checkFlows(projects.flows, keystores, { now: terminal.now(), days, severities })),
  ];
  terminal.out(
    formats[format](
      rows,
      projects.flows.map(({ file }) => file),
    ),
  );
  return rows.some((row) => row.severity === 'error') ? 1 : 0;
}

const formats = {
  text: rowsText,
  json: (rows: readonly FindingRow[]) => `${JSON.stringify({ findings: rows }, undefined, 2)}\n`,
  sarif: (rows: readonly FindingRow[]) => `${JSON.stringify(sarifOf(rows), undefined, 2)}\n`,
  junit: junitOf,
} as const;

/** `alias-empty=error`: another severity for a rule. */
function readRules(given: readonly string[]): NonNullable<CheckOptions['severities']> {
  const severities: Record<string, Severity | 'off'> = {};
  for (const each of given) {
    const [id = '', level] = each.split('=', 2);
    if (!isRuleId(id)) throw badArguments(`--rule: there is no rule "${id}".`, `The rules are: ${ruleIds.join(', ')}.`);
    if (!isLevel(level)) {
      throw badArguments(`--rule ${id} takes error, warning, information or off, not "${level ?? ''}".`);
    }
    severities[id] = level;
  }
  return severities;
}

function rowsText(rows: readonly FindingRow[], files: readonly string[]): string {
  const lines = rows.map(
    ({ file, line, column, severity, code, message, help }) =>
      `${file}:${line}:${column}: ${severity}: ${message} [${code}]${help ? `\n    ${help}` : ''}`,
  );
  const count = (severity: string, what: string): string =>
    counted(rows.filter((row) => row.severity === severity).length, what);
  const flows = `${counted(files.length, 'flow')} checked`;
  const found = [count('error', 'error'), count('warning', 'warning'), count('information', 'note')].join(', ');
  return `${[...lines, `${flows}: ${found}`].join('\n')}\n`;
}
