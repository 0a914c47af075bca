import { existsSync } from 'node:fs';
import { getEntry } from '../../core/keystore/edit';
import {
  differingValues,
  entryValues,
  extensionNames,
  type ValueDifference,
  type ValueId,
} from '../../core/keystore/entryValues';
import { visible } from '../../core/visible';
import { inFile } from '../inFile';
import type { KeystoreOpener } from '../keystores';
import type { Terminal } from '../terminal';

/** An entry of a keystore file, as `FILE#ALIAS` names it. */
export interface NamedEntry {
  readonly file: string;
  readonly alias: string;
}

/** Undefined for the name of a file. Both may have a `#` in them: the file ends before the first one where there is such a file. */
export function namedEntry(text: string): NamedEntry | undefined {
  if (existsSync(text)) return undefined;
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    const file = text.slice(0, at);
    if (existsSync(file)) return { file, alias: text.slice(at + 1) };
  }
  const at = text.indexOf('#');
  return at < 0 ? undefined : { file: text.slice(0, at), alias: text.slice(at + 1) };
}

/** How the second entry differs from the first, value by value. Exit code 0: in nothing but perhaps the alias, 1: in something. */
export async function diffEntries(
  a: NamedEntry,
  b: NamedEntry,
  opener: KeystoreOpener,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const first = await valuesOf(a, opener);
  const second = await valuesOf(b, opener);
  const differences = differingValues(first, second);
  const same = differences.every(({ id }) => id === 'alias');
  if (json) terminal.out(`${JSON.stringify({ a, b, same, differences }, undefined, 2)}\n`);
  else terminal.out(same ? 'The same entry.\n' : differences.map(differenceText).join(''));
  return same ? 0 : 1;
}

async function valuesOf({ file, alias }: NamedEntry, opener: KeystoreOpener): Promise<ReadonlyMap<ValueId, string>> {
  const keystore = await opener.openToLook(file);
  return inFile(file, () => entryValues(getEntry(keystore, alias)));
}

function differenceText({ id, before, after }: ValueDifference): string {
  const lines = [
    ...(before === undefined ? [] : [`  - ${visible(before)}`]),
    ...(after === undefined ? [] : [`  + ${visible(after)}`]),
  ];
  return `${labels[id]}\n${lines.join('\n')}\n`;
}

const labels: Readonly<Record<ValueId, string>> = {
  alias: 'Alias',
  kind: 'Kind',
  subject: 'Subject',
  issuer: 'Issuer',
  serialNumber: 'Serial number',
  notBefore: 'Valid from',
  notAfter: 'Valid to',
  key: 'Key',
  signature: 'Signature',
  ...extensionNames,
  otherExtensions: 'Other extensions',
  keyDigest: 'SHA-256 of the key',
  sha256: 'SHA-256',
  sha1: 'SHA-1',
  sha512: 'SHA-512',
  chain: 'Chain above',
};
