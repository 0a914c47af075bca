import { hostname } from 'node:os';
import * as vscode from 'vscode';
import { clientOf, keyPairsOf } from '../../core/connectivity/client';
import type { ServiceAsk } from '../../core/connectivity/protocols/ask';
import { proxyFor, type Proxy } from '../../core/connectivity/proxy';
import type { ConnectivityReport, Step } from '../../core/connectivity/report';
import type { Target } from '../../core/connectivity/target';
import { testConnectivity } from '../../core/connectivity/test';
import { FlowKeystoreError } from '../../core/errors';
import { trustAnchors } from '../../core/keystore/anchors';
import type { KeystoreSession } from './keystoreSession';
import { settings } from './settings';

const { t } = vscode.l10n;

/** What the host key of an SSH server is held against. */
export interface KnownHostsFile {
  readonly name: string;
  readonly text: string;
  /** Path; absent where it came from the clipboard. */
  readonly file?: string;
}

/** What is to be tested, and with what. */
export interface ConnectivityRequest {
  readonly target: Target;
  /** Whom to trust, and where the key pair is. Open. Absent: nobody is trusted. */
  readonly session?: KeystoreSession;
  /** Absent: without a client certificate. */
  readonly alias?: string | undefined;
  /** A login, and what is looked for. */
  readonly ask?: ServiceAsk;
  readonly knownHosts?: KnownHostsFile | undefined;
  /** Milliseconds; the setting's where absent. */
  readonly timeoutMs?: number;
}

/** The machine that tests: extensions may run on another one than the window (`vscode.env.remoteName`). */
function vantage(): string {
  const places: Readonly<Record<string, string>> = {
    wsl: t('WSL'),
    'ssh-remote': t('a remote machine, by SSH'),
    'dev-container': t('a container'),
    'attached-container': t('a container'),
    codespaces: t('a codespace'),
  };
  const place = places[vscode.env.remoteName ?? ''];
  return place === undefined ? hostname() : t('{0} ({1})', hostname(), place);
}

/** The proxy that VS Code goes through to a host. @throws FlowKeystoreError `address-invalid` where its address cannot be read */
export const proxyOf = (target: Target): Proxy | undefined => proxyFor(settings.proxy(), target);

/**
 * Tests as a receiver adapter would connect. The private key is unsealed only when the server asks for a certificate.
 * @throws the signal's reason when cancelled
 */
export function runConnectivityTest(
  { target, session, alias, ask, knownHosts, timeoutMs }: ConnectivityRequest,
  signal: AbortSignal,
  onStep?: (step: Step) => void,
): Promise<ConnectivityReport> {
  const keystore = session?.keystore;
  const password = (of: string): string => session?.passwordForUse(of) ?? '';
  const proxy = proxyOf(target);
  const client = alias === undefined ? undefined : clientOf(keystore, alias, password);
  return testConnectivity(
    {
      target,
      anchors: keystore ? trustAnchors(keystore) : [],
      candidates: keystore ? keyPairsOf(keystore) : [],
      timeoutMs: timeoutMs ?? settings.timeoutMilliseconds(),
      signal,
      from: vantage(),
      ...(client && { client }),
      ...(proxy && { proxy }),
      ...(ask && { ask }),
      ...(knownHosts && { knownHosts: knownHosts.text }),
    },
    onStep,
  );
}

/** An address in a flow decides to whom a client certificate is shown, one in a certificate what is fetched: only in workspaces that are trusted. */
export function refuseUntrusted(): void {
  if (vscode.workspace.isTrusted) return;
  throw new FlowKeystoreError(
    'unsupported',
    t('No connections are made in Restricted Mode.'),
    {},
    t('Trust this workspace first.'),
  );
}
