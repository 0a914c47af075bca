import { describeError, type FlowKeystoreError } from '../../core/errors';
import { groups } from '../../core/keystore/describe';
import { sshFingerprint } from '../../core/keys/openssh/publicKey';
import { describePassedOver, describeRow, describeWarning, itemKind } from '../../core/keystore/import/describe';
import { certificateOfItem, isIgnored, type PassedOver } from '../../core/keystore/import/items';
import type { ConflictPolicy, MergePlan, MergeRow, MergeWarning } from '../../core/keystore/import/plan';
import type { Keystore } from '../../core/keystore/model';
import { visible } from '../../core/visible';
import { asWord } from '../failureText';

export interface ImportResult {
  readonly file: string;
  readonly type: Keystore['type'];
  readonly isNew: boolean;
  readonly dryRun: boolean;
  readonly changed: boolean;
  /** What an import that is only tried out would be refused for. */
  readonly refused?: FlowKeystoreError;
  /** What was said of aliases that are taken; undefined where nothing was. */
  readonly onConflict: ConflictPolicy | undefined;
  readonly plan: MergePlan;
  readonly passedOver: readonly PassedOver[];
}

/** Whether it was said what is to become of an alias that is taken. */
function isDecided({ state, item }: MergeRow, { onConflict }: ImportResult): boolean {
  return onConflict !== undefined || state.kind !== 'conflict' || isIgnored(item);
}

function undecided({ state, alias }: MergeRow): string {
  const there = state.kind === 'conflict' ? state.entry.alias : alias;
  return `refused: "${visible(there)}" is something else; say --overwrite, --keep or --rename`;
}

function rowData(row: MergeRow, isDecided: boolean): unknown {
  const certificate = certificateOfItem(row.item);
  return {
    action: isDecided ? row.action : 'refused',
    state: row.state.kind,
    alias: row.alias,
    kind: row.item.kind === 'other' ? row.item.entry.kind : row.item.kind,
    from: row.item.from,
    ...(row.item.alias !== undefined && { sourceAlias: row.item.alias }),
    ...(certificate && { subject: certificate.subject.toString(), sha256: certificate.sha256 }),
    ...(row.item.kind === 'keyPair' && row.item.certified && { ssh: true }),
    warnings: row.warnings.map((warning) => ({ code: warning.code, message: describeWarning(warning) })),
    message: isDecided ? describeRow(row) : undecided(row),
  };
}

export function resultData(result: ImportResult): unknown {
  const { file, type, isNew, dryRun, changed, refused, plan, passedOver } = result;
  return {
    file,
    type,
    created: isNew && changed,
    dryRun,
    changed,
    ...(refused && { refused: { code: refused.code, message: describeError(refused) } }),
    rows: plan.rows.map((row) => rowData(row, isDecided(row, result))),
    passedOver: passedOver.map((each) => ({ ...each, message: describePassedOver(each) })),
  };
}

export function resultText(result: ImportResult): string {
  const { file, isNew, dryRun, changed, refused, plan, passedOver } = result;
  const lines = [
    refused
      ? `${file}: this would be refused; nothing was changed`
      : dryRun
        ? `${file}: this would happen; nothing was changed`
        : changed
          ? `${file}: ${isNew ? 'made' : 'saved'}`
          : `${file}: nothing to do`,
  ];
  for (const row of plan.rows) {
    const certificate = certificateOfItem(row.item);
    const what = certificate ? visible(certificate.subject.toString()) : visible(row.alias);
    lines.push(`  ${itemKind(row.item)} ${what}`, `    ${isDecided(row, result) ? describeRow(row) : undecided(row)}`);
    if (row.item.kind === 'keyPair' && row.item.certified && certificate) {
      lines.push(`    SSH fingerprint ${sshFingerprint(certificate.spki)}`);
    } else if (certificate) lines.push(`    SHA-256 ${groups(certificate.sha256)}`);
    for (const warning of row.warnings) {
      lines.push(`    Note: ${describeWarning(warning)}${commandFor(warning, row, file)}`);
    }
  }
  for (const each of passedOver) lines.push(`Passed over, in ${each.from}: ${describePassedOver(each)}`);
  return `${lines.join('\n')}\n`;
}

/** A certificate of its own is not what a signing response is for: the command that takes it where it belongs. */
function commandFor(warning: MergeWarning, { item }: MergeRow, file: string): string {
  return warning.code === 'signing-response'
    ? ` The command: flow-keystore respond ${asWord(file)} ${asWord(item.from)}`
    : '';
}
