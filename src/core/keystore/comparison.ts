import { sameOctets } from '../asn1/der';
import { certificateOf } from './chain';
import type { Change } from './changes';
import { differencesOf } from './differences';
import type { Entry, Keystore } from './model';

/** One difference between two keystores, with what is on either side. */
export interface Difference {
  readonly kind: 'added' | 'removed' | 'renamed' | 'replaced';
  /** In the second keystore; of a removed entry the alias in the first. */
  readonly alias: string;
  /** The alias in the first keystore, of a renamed entry. */
  readonly from?: string;
  readonly before?: Entry;
  readonly after?: Entry;
  /**
   * Of a replaced entry what about it is another one. `chain`: the certificate of the key is the same, what stands above it is not.
   * `certificate`: another certificate for the same key, as a renewal by an authority makes it. `key`: another key.
   */
  readonly what?: 'kind' | 'key' | 'certificate' | 'chain';
}

/** What the second keystore has otherwise than the first, entry by entry. Passwords, formats and the order of entries do not count. */
export function compareKeystores(first: Keystore, second: Keystore): readonly Difference[] {
  const before = new Map(first.entries.map((entry) => [entry.alias, entry]));
  const after = new Map(second.entries.map((entry) => [entry.alias, entry]));
  return differencesOf(first, second).flatMap((change) => differenceOf(change, before, after));
}

function differenceOf(
  change: Change,
  before: ReadonlyMap<string, Entry>,
  after: ReadonlyMap<string, Entry>,
): Difference[] {
  if (change.kind === 'file') return [];
  if (change.kind === 'renamed') {
    return [
      { kind: 'renamed', alias: change.to, from: change.from, ...sides(before.get(change.from), after.get(change.to)) },
    ];
  }
  const { kind, alias } = change;
  const [old, now] = [before.get(alias), after.get(alias)];
  return [
    { kind, alias, ...sides(old, now), ...(kind === 'replaced' && old && now && { what: whatChanged(old, now) }) },
  ];
}

function sides(before: Entry | undefined, after: Entry | undefined): Pick<Difference, 'before' | 'after'> {
  return { ...(before && { before }), ...(after && { after }) };
}

function whatChanged(before: Entry, after: Entry): NonNullable<Difference['what']> {
  if (before.kind !== after.kind) return 'kind';
  const [old, now] = [certificateOf(before), certificateOf(after)];
  if (!old || !now) return 'key';
  if (old.equals(now)) return 'chain';
  return sameOctets(old.spki, now.spki) ? 'certificate' : 'key';
}
