import type { CheckOptions } from '../checks/context';
import { lookUpAlias, lookUpCertificate, type KeystoreView } from '../checks/keystoreView';
import type { PartField } from '../flow/model';
import { daysLeft, expiryState, type ExpiryState } from '../keystore/expiry';

/** The alias of a channel, and how it stands. */
export type AliasStatus =
  /** Set at run time. */
  | { readonly state: 'dynamic'; readonly alias: string }
  /** A parameter without a value at hand. */
  | { readonly state: 'unresolved'; readonly alias: string }
  | { readonly state: 'empty' }
  /** No keystore is open to look into, or a locked one may have it. */
  | { readonly state: 'unverified'; readonly alias: string }
  | { readonly state: 'missing'; readonly alias: string }
  | { readonly state: 'not-a-key-pair'; readonly alias: string; readonly keystore: string }
  | {
      readonly state: ExpiryState;
      readonly alias: string;
      readonly keystore: string;
      /** Whole days; negative when expired. */
      readonly days: number;
      readonly notAfter: Date;
    };

/** How the alias of a field stands in the keystores. */
export function aliasStatus(
  field: PartField,
  keystores: readonly KeystoreView[],
  { now, days }: CheckOptions,
): AliasStatus {
  const alias = field.resolved;
  if (field.dynamic) return { state: 'dynamic', alias };
  if (field.unresolved) return { state: 'unresolved', alias };
  if (alias === '') return { state: 'empty' };
  const found =
    field.role === 'certificate' ? lookUpCertificate(alias, keystores, now) : lookUpAlias(alias, keystores, now);
  switch (found.state) {
    case 'no-keystore':
      return { state: 'unverified', alias };
    case 'missing':
      return { state: found.certain ? 'missing' : 'unverified', alias };
    case 'case':
      return { state: 'missing', alias };
    case 'not-a-key-pair':
    case 'not-a-certificate':
    case 'key-without-certificate':
      return { state: 'not-a-key-pair', alias, keystore: found.keystore.name };
    case 'certificate':
    case 'key-pair': {
      const { notBefore, notAfter } = found.entry;
      if (!notBefore || !notAfter) return { state: 'unverified', alias };
      const validity = { notBefore, notAfter };
      return {
        state: expiryState(validity, now, days),
        alias,
        keystore: found.keystore.name,
        days: daysLeft(validity, now),
        notAfter,
      };
    }
  }
}
