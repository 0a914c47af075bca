import { aliasIn } from './alias';
import type { LeftOut } from './convert';
import type { Keystore, StoreType } from './model';

/** What becomes of a keystore in another format, found out before anything is opened. */
export interface ConversionPlan {
  /** Entries that the format cannot hold. */
  readonly leftOut: readonly LeftOut[];
  /** Aliases that the format has in lower case. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** Aliases that would be there twice: nothing can be written then. */
  readonly twins: readonly string[];
  /** Things that only the old format carried along, and that are no entries: certificates Java ignores, blocks of other kinds. */
  readonly carried: number;
}

export function planConversion(keystore: Keystore, type: StoreType): ConversionPlan {
  const same = keystore.type === type;
  const leftOut = keystore.entries
    .filter(({ kind }) => !same && (kind === 'secretKey' || kind === 'unknown'))
    .map(({ alias, kind }): LeftOut => ({ alias, kind, why: 'format' }));
  const kept = keystore.entries.filter(({ kind }) => same || kind === 'keyPair' || kind === 'certificate');
  const renamed = kept
    .map(({ alias }) => ({ from: alias, to: aliasIn(type, alias) }))
    .filter(({ from, to }) => from !== to);
  const seen = new Set<string>();
  const twins: string[] = [];
  for (const { alias } of kept) {
    const folded = alias.toLowerCase();
    if (seen.has(folded)) twins.push(alias);
    seen.add(folded);
  }
  // A PEM file is carried as the text it is, blocks that became entries included.
  const carried = same || keystore.type === 'PEM' ? 0 : keystore.carried.length;
  return { leftOut, renamed, twins, carried };
}
