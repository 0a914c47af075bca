import type { KeystoreView, KeystoreViewEntry } from '../../../src/core/checks/keystoreView';

export const now = new Date('2026-06-01T12:00:00Z');
export const options = { now, days: 30 };

/** A key pair whose certificate ends so many days from `now`. */
export function keyPair(alias: string, days = 400, more: Partial<KeystoreViewEntry> = {}): KeystoreViewEntry {
  return {
    alias,
    kind: 'keyPair',
    algorithm: 'RSA',
    size: 3072,
    key: 'RSA 3072',
    subject: `CN=${alias}`,
    issuer: 'CN=Example CA',
    notBefore: new Date('2025-01-01T00:00:00Z'),
    notAfter: new Date(now.getTime() + days * 24 * 60 * 60 * 1000),
    ...more,
  };
}

export const certificate = (alias: string): KeystoreViewEntry => ({ ...keyPair(alias), kind: 'certificate' });

export const keystore = (...entries: readonly KeystoreViewEntry[]): KeystoreView => ({
  name: 'partner.p12',
  state: 'open',
  entries,
});
