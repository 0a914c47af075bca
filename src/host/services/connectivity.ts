import { hostname } from 'node:os';
import type { ConnectivityReport, Step } from '../../core/connectivity/report';
import type { Target } from '../../core/connectivity/target';
import { testConnectivity, type ClientKeyPair, type UnusableClient } from '../../core/connectivity/test';
import { keyObjectOf, openSealedKey } from '../../core/keys/sealedKey';
import { trustAnchors } from '../../core/keystore/anchors';
import { findEntry } from '../../core/keystore/edit';
import type { KeystoreSession } from './keystoreSession';
import { settings } from './settings';

/** What is to be tested, and with what. */
export interface ConnectivityRequest {
  readonly target: Target;
  /** Whom to trust, and where the key pair is. Open. Absent: nobody is trusted. */
  readonly session?: KeystoreSession;
  /** Absent: without a client certificate. */
  readonly alias?: string;
}

/**
 * Tests as a receiver adapter would connect. The private key is unsealed only when the server asks for a certificate.
 * @throws the signal's reason when cancelled
 */
export function runConnectivityTest(
  { target, session, alias }: ConnectivityRequest,
  signal: AbortSignal,
  onStep?: (step: Step) => void,
): Promise<ConnectivityReport> {
  const keystore = session?.keystore;
  const candidates = (keystore?.entries ?? []).flatMap((entry) =>
    entry.kind === 'keyPair' && entry.chain.length ? [{ alias: entry.alias, chain: entry.chain }] : [],
  );
  return testConnectivity(
    {
      target,
      anchors: keystore ? trustAnchors(keystore) : [],
      candidates,
      timeoutMs: settings.timeoutMilliseconds(),
      signal,
      from: hostname(),
      ...(alias === undefined ? {} : { client: clientOf(session, alias) }),
    },
    onStep,
  );
}

function clientOf(session: KeystoreSession | undefined, alias: string): ClientKeyPair | UnusableClient {
  const entry = session?.keystore && findEntry(session.keystore, alias);
  if (!session || !entry) return { alias, unusable: `There is no entry "${alias}" in the keystore.` };
  if (entry.kind !== 'keyPair') return { alias, unusable: `The entry "${alias}" has no private key.` };
  return {
    alias: entry.alias,
    chain: entry.chain,
    privateKeyPem: async () => {
      const privateKeyInfo = await openSealedKey(entry.key, session.passwordForUse());
      return keyObjectOf(privateKeyInfo).export({ format: 'pem', type: 'pkcs8' }) as string;
    },
  };
}
