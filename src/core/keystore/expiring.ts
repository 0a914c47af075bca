import type { Certificate } from '../certificates/certificate';
import { daysLeft, expiryState, type WarnFrom } from './expiry';
import type { Entry } from './model';

/** An entry whose certificate ends soon or has ended. */
export interface ExpiringEntry<T> {
  readonly keystore: T;
  readonly alias: string;
  readonly kind: 'keyPair' | 'certificate';
  /** The leaf, or the trusted certificate. */
  readonly certificate: Certificate;
  readonly state: 'expired' | 'expiring';
  /** Whole days until the end; negative after it. */
  readonly days: number;
}

export interface WatchedKeystore {
  readonly entries: readonly Entry[];
}

/** What has expired and what is about to, over several keystores; what ends first comes first. */
export function expiringEntries<T extends WatchedKeystore>(
  keystores: readonly T[],
  now: Date,
  warnFrom: WarnFrom,
): ExpiringEntry<T>[] {
  const found: ExpiringEntry<T>[] = [];
  for (const keystore of keystores) {
    for (const entry of keystore.entries) {
      if (entry.kind !== 'keyPair' && entry.kind !== 'certificate') continue;
      const certificate = entry.kind === 'keyPair' ? entry.chain[0] : entry.certificate;
      if (!certificate) continue;
      const state = expiryState(certificate, now, warnFrom);
      if (state !== 'expired' && state !== 'expiring') continue;
      found.push({
        keystore,
        alias: entry.alias,
        kind: entry.kind,
        certificate,
        state,
        days: daysLeft(certificate, now),
      });
    }
  }
  return found.sort((a, b) => a.certificate.notAfter.getTime() - b.certificate.notAfter.getTime());
}

/** In days. */
const old = 90;

/** Whether an entry is worth a sign that is always there: a certificate that was trusted once and ended long ago is nobody's business today. */
export function isNews({ kind, days }: Pick<ExpiringEntry<unknown>, 'kind' | 'days'>): boolean {
  return kind === 'keyPair' || days >= -old;
}
