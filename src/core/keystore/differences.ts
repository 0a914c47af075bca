import type { Change } from './changes';
import type { Entry, Keystore } from './model';

/**
 * What one version of a keystore has otherwise than another: by alias; an entry that is the same under another alias was renamed. Private keys are
 * told apart by their certificates, for the same key is sealed into other octets each time.
 */
export function differencesOf(from: Keystore, to: Keystore): readonly Change[] {
  const before = byAlias(from);
  const after = byAlias(to);
  const removed = from.entries.filter(({ alias }) => !after.has(alias));
  const added = to.entries.filter(({ alias }) => !before.has(alias));
  const changes: Change[] = [];
  const renamed = new Set<Entry>();
  for (const entry of removed) {
    const identity = identityOf(entry);
    const twin = added.find((other) => !renamed.has(other) && identityOf(other) === identity);
    if (twin) {
      renamed.add(twin);
      changes.push({ kind: 'renamed', from: entry.alias, to: twin.alias });
    } else changes.push({ kind: 'removed', alias: entry.alias });
  }
  for (const entry of added) if (!renamed.has(entry)) changes.push({ kind: 'added', alias: entry.alias });
  for (const entry of to.entries) {
    const other = before.get(entry.alias);
    if (other && identityOf(other) !== identityOf(entry)) changes.push({ kind: 'replaced', alias: entry.alias });
  }
  return changes;
}

function byAlias({ entries }: Keystore): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [entry.alias, entry]));
}

function identityOf(entry: Entry): string {
  switch (entry.kind) {
    case 'keyPair':
      return ['keyPair', ...entry.chain.map(({ sha256 }) => sha256)].join(' ');
    case 'certificate':
      return `certificate ${entry.certificate.sha256}`;
    default:
      return `${entry.kind} ${entry.source ? Buffer.from(entry.source.raw).toString('base64') : entry.alias}`;
  }
}
