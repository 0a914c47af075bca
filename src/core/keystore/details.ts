import type { LintSeverity } from '../certificates/lint';
import { describeSapFinding, judgeForSap, type SapQuestion } from './sapLimits';
import { Pace } from '../keys/slices';
import { visible } from '../visible';
import { certificateLines, factLine, momentText, wrapped } from './certificateText';
import { chainLines } from './chainText';
import { storeName, count, describeNote, entryKindNames } from './describe';
import type { WarnFrom } from './expiry';
import { lintEntry } from './lint';
import { describeFinding } from './lintText';
import type { Entry, Keystore } from './model';
import { protectionLine, protectionOf } from './protection';

export interface DescribeOptions {
  readonly now: Date;
  /** From when on a certificate counts as expiring. */
  readonly warnDays: WarnFrom;
  /** Shown in the heading. */
  readonly keystoreName?: string;
  /** When a certification request was made for the entry whose response is still to come. */
  readonly requestOutSince?: Date;
  /** The keystore of the entry, where an issuer may be that its chain lacks. */
  readonly keystore?: Pick<Keystore, 'entries'>;
  /** The channels and steps that name it, in words; absent where it is not known. */
  readonly usedBy?: readonly string[];
  /** What the keystore itself says of the entry: label and text each. */
  readonly facts?: readonly (readonly [label: string, text: string])[];
  /** What else is known of the file, for what SAP would say of it. */
  readonly sap?: SapQuestion;
}

const order: readonly LintSeverity[] = ['error', 'warning', 'information'];
const marks = { error: 'ERROR', warning: 'WARNING', information: 'NOTE' } as const;

/** An entry as a readable text document: facts, the chain as a tree, what is worth knowing. No secret is in it. Lines end in LF. */
export function describeEntry(entry: Entry, options: DescribeOptions): string {
  const title = visible(entry.alias);
  const lines = [title, '='.repeat(title.length), '', factLine('Kind', entryKindNames[entry.kind])];
  if (options.keystoreName) lines.push(factLine('Keystore', options.keystoreName));
  for (const [label, text] of options.facts ?? []) lines.push(factLine(label, visible(text)));
  if (entry.created) lines.push(factLine('Created', momentText(entry.created)));
  if (options.requestOutSince) lines.push(factLine('Request out since', momentText(options.requestOutSince)));
  lines.push(...usedByLines(entry, options.usedBy));
  const { now, warnDays, keystore } = options;
  switch (entry.kind) {
    case 'keyPair': {
      const [leaf] = entry.chain;
      if (!leaf) {
        lines.push('', 'The file holds no certificate for this private key.');
        break;
      }
      const chain = chainLines(entry.chain, { now, warnDays, keystore });
      lines.push(...findingLines(entry, options), '', ...chain, '', ...certificateLines(leaf, now, warnDays));
      break;
    }
    case 'certificate':
      lines.push(...findingLines(entry, options), '', ...certificateLines(entry.certificate, now, warnDays));
      break;
    case 'secretKey':
      lines.push('', 'A secret key is carried along; SAP Cloud Integration has no use for it.');
      break;
    case 'unknown':
      lines.push(factLine('Type', entry.what));
      break;
  }
  return `${lines.join('\n')}\n`;
}

/** Whatever a tooltip has no room for. */
const mostUses = 50;

/** A certificate is trusted without being named: that nothing names it says nothing. */
function usedByLines({ kind }: Entry, uses: readonly string[] | undefined): string[] {
  if (!uses) return [];
  if (!uses.length) return kind === 'keyPair' ? [factLine('Used by', 'nothing in the flows of this workspace')] : [];
  const more = uses.length - mostUses;
  return [
    '',
    'Used by',
    ...uses.slice(0, mostUses).flatMap((use) => wrapped('  ', visible(use))),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function findingLines(entry: Entry, { now, keystore }: DescribeOptions): string[] {
  const findings = lintEntry(entry, now, keystore).sort(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity),
  );
  if (!findings.length) return [];
  return [
    '',
    'Worth knowing',
    ...findings.flatMap((finding) =>
      wrapped(`  ${marks[finding.severity].padEnd(9)}`, visible(describeFinding(finding))),
    ),
  ];
}

/** The entries say it of themselves too. */
const mostSapLines = 20;

/** All entries of a keystore, by alias, as `describeEntry` has them. In slices: a keystore may have thousands. */
export async function describeKeystore(
  keystore: Keystore,
  options: Omit<DescribeOptions, 'keystore'>,
  pace = new Pace(),
): Promise<string> {
  const name = options.keystoreName ? ` ${visible(options.keystoreName)}` : '';
  const parts = [`${storeName(keystore)}${name}: ${count(keystore.entries.length, 'entry', 'entries')}\n`];
  const protection = protectionOf(keystore).map((part) => visible(protectionLine(part)));
  if (protection.length) {
    parts.push(['Protection', ...protection.flatMap((line) => wrapped('  ', line)), ''].join('\n'));
  }
  const notes = keystore.notes.map((note) => visible(`Note: ${describeNote(note)}`));
  if (notes.length) parts.push(`${notes.join('\n')}\n`);
  const sap = describeForSap(keystore, options.sap);
  if (sap) parts.push(sap);
  const { now, warnDays } = options;
  for (const entry of byAlias(keystore.entries)) {
    if (pace.over) await pace.rest();
    parts.push(describeEntry(entry, { now, warnDays, keystore }));
  }
  return parts.join('\n');
}

/** What SAP's tenant would say of a keystore; empty where it would take it as it is. */
export function describeForSap(keystore: Keystore, question: SapQuestion = {}): string {
  const findings = judgeForSap(keystore, question).filter(
    // The format is worth a line only beside something that stands in the way: nearly every keystore is PKCS#12.
    ({ severity }, _, all) => severity !== 'information' || all.some((each) => each.severity !== 'information'),
  );
  if (!findings.length) return '';
  const shown = findings.slice(0, mostSapLines);
  const lines = shown.flatMap((finding) =>
    wrapped(`  ${marks[finding.severity].padEnd(9)}`, visible(describeSapFinding(finding))),
  );
  const rest = findings.length - shown.length;
  return ["For SAP's tenant", ...lines, ...(rest > 0 ? [`  and ${rest} more`] : []), ''].join('\n');
}

/** By the code units of their aliases: the same on every machine. */
export function byAlias(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (a.alias < b.alias ? -1 : a.alias > b.alias ? 1 : 0));
}
