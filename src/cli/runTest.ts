import os from 'node:os';
import { clientOf, keyPairsOf } from '../core/connectivity/client';
import type { Proxy } from '../core/connectivity/proxy';
import type { ConnectivityReport } from '../core/connectivity/report';
import { testConnectivity, type ConnectivityTest } from '../core/connectivity/test';
import { trustAnchors } from '../core/keystore/anchors';
import type { OpenKeystore } from './keystores';
import type { Terminal } from './terminal';

/** Milliseconds, where nothing else is said. */
const usualTimeout = 10_000;

/** Where tests take from what they are made with. */
export interface TestSources {
  /** Where the key pairs are. */
  readonly keystore: OpenKeystore | undefined;
  /** Whom to trust. */
  readonly trusted: readonly OpenKeystore[];
  readonly proxy: Proxy | undefined;
  /** Text of a known_hosts file. */
  readonly knownHosts: string | undefined;
}

/** What tests are made with, whatever is tested. */
export type TestMeans = Pick<ConnectivityTest, 'anchors' | 'candidates' | 'proxy' | 'knownHosts' | 'timeoutMs'>;

/** To be made once for all tests that share it. @param timeoutMs milliseconds */
export function meansOf({ keystore, trusted, proxy, knownHosts }: TestSources, timeoutMs = usualTimeout): TestMeans {
  return {
    anchors: trusted.flatMap((each) => trustAnchors(each.keystore)),
    candidates: keystore ? keyPairsOf(keystore.keystore) : [],
    ...(proxy && { proxy }),
    ...(knownHosts !== undefined && { knownHosts }),
    timeoutMs,
  };
}

/** The key pair of an alias; undefined where none is named. */
export function clientIn(keystore: OpenKeystore | undefined, alias: string | undefined): ConnectivityTest['client'] {
  return alias === undefined ? undefined : clientOf(keystore?.keystore, alias, () => keystore?.password ?? '');
}

/** Tests as this machine connects. @throws as `testConnectivity` */
export function runTest(
  what: Pick<ConnectivityTest, 'target' | 'client' | 'ask'>,
  means: TestMeans,
  { signal, now }: Terminal,
): Promise<ConnectivityReport> {
  return testConnectivity({ ...what, ...means, signal, from: os.hostname(), now });
}
