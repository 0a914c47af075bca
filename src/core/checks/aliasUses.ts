import type { CheckedFlow } from './context';
import { whereUsed, type AliasUse } from './whereUsed';

/** The channels that use an alias, without regard to case: Java finds them so. Left-over values do not count. */
export class AliasUses {
  private readonly uses = new Map<string, AliasUse[]>();

  constructor(flows: readonly CheckedFlow[]) {
    for (const [alias, uses] of whereUsed(flows)) {
      const read = uses.filter(({ used }) => used !== 'no');
      const key = alias.toLowerCase();
      if (read.length) this.uses.set(key, [...(this.uses.get(key) ?? []), ...read]);
    }
  }

  of(alias: string): readonly AliasUse[] {
    return this.uses.get(alias.toLowerCase()) ?? [];
  }
}
