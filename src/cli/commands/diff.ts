import { certificateOf } from '../../core/keystore/chain';
import { compareKeystores, type Difference } from '../../core/keystore/comparison';
import { groups } from '../../core/keystore/describe';
import type { Entry } from '../../core/keystore/model';
import { KeystoreOpener } from '../keystores';
import { badArguments, readOptions } from '../options';
import type { Terminal } from '../terminal';
import { diffEntries, namedEntry } from './diffEntries';

export const diffUsage = 'diff KEYSTORE-A[#ALIAS] KEYSTORE-B[#ALIAS] [--password-env NAME]... [--json]';

/** How the second keystore, or an entry of it, differs from the first. Exit code 0: the same entries, 1: differences. */
export async function diff(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [a, b, ...more] = positionals;
  if (a === undefined || b === undefined || more.length) {
    throw badArguments('diff takes two keystore files, or an entry of each: FILE#ALIAS FILE#ALIAS.');
  }
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const [entryA, entryB] = [namedEntry(a), namedEntry(b)];
  if (entryA && entryB) return diffEntries(entryA, entryB, opener, terminal, values.json ?? false);
  if (entryA ?? entryB) {
    throw badArguments(
      'diff takes two keystore files or two entries, not one of each.',
      'Write FILE#ALIAS FILE#ALIAS.',
    );
  }
  const differences = compareKeystores(await opener.openToLook(a), await opener.openToLook(b));
  if (values.json) {
    const data = { a, b, same: !differences.length, differences: differences.map(differenceData) };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else {
    terminal.out(differences.length ? differences.map(differenceText).join('') : 'The same entries.\n');
  }
  return differences.length ? 1 : 0;
}

function differenceData({ before, after, ...rest }: Difference): unknown {
  return { ...rest, ...(before && { before: side(before) }), ...(after && { after: side(after) }) };
}

function side(entry: Entry): unknown {
  const certificate = certificateOf(entry);
  return {
    kind: entry.kind,
    ...(certificate && {
      subject: certificate.subject.toString(),
      serial: certificate.serialNumber,
      notAfter: certificate.notAfter.toISOString(),
      sha256: certificate.sha256,
    }),
    chainLength: entry.kind === 'keyPair' ? entry.chain.length : certificate ? 1 : 0,
  };
}

const whatText = {
  kind: 'another kind of entry',
  key: 'another key',
  certificate: 'another certificate for the same key',
  chain: 'the same certificate with another chain',
} as const;

/** As `diff` writes it: `-` what only the first has, `+` what only the second has, `~` what differs. */
function differenceText({ kind, alias, from, before, after, what }: Difference): string {
  switch (kind) {
    case 'removed':
      return `- ${alias}${factsOf(before, '  ')}\n`;
    case 'added':
      return `+ ${alias}${factsOf(after, '  ')}\n`;
    case 'renamed':
      return `~ ${from ?? ''} -> ${alias}  (renamed)\n`;
    case 'replaced':
      return `~ ${alias}  (${what ? whatText[what] : 'another one'})${factsOf(before, '\n    - ')}${factsOf(after, '\n    + ')}\n`;
  }
}

function factsOf(entry: Entry | undefined, lead: string): string {
  const certificate = entry && certificateOf(entry);
  if (!certificate) return '';
  const until = certificate.notAfter.toISOString().slice(0, 10);
  return `${lead}${certificate.subject.toString()}, valid to ${until}, SHA-256 ${groups(certificate.sha256.slice(0, 16))}...`;
}
