import { foundText, loginText } from '../serviceSteps';
import type { ServiceAsk } from '../protocols/ask';
import type { Found } from '../protocols/dialogue';
import type { SshReport, Step } from '../report';
import { failed, skipped } from '../steps';
import { oldAmong } from './algorithms';
import type { KnownHost } from './knownHosts';
import type { SshFacts } from './sshSession.late';

/** The key exchange. @param timeoutMs for the message */
export function sshStep({ end, ident, garbage, algorithms, hostKey }: SshFacts, timeoutMs: number): Step {
  const step = 'ssh';
  if (hostKey && algorithms) {
    const message = [ident, algorithms.keyExchange, algorithms.cipher].filter(Boolean).join(', ');
    const old = oldAmong(algorithms);
    if (!old.length) return { step, status: 'ok', message };
    const note = `The server has only old algorithms (${old.join(', ')}): the tenant speaks them only where deprecated algorithms are allowed in the adapter.`;
    return { step, status: 'warning', message: `${message}. ${note}` };
  }
  switch (end.kind) {
    case 'timeout':
      return failed(step, 'timeout', `The server did not speak SSH within ${timeoutMs / 1000} seconds.`);
    case 'no-shared-algorithm':
      return failed(step, 'no-shared-algorithm', `${ident ?? 'The server'}: ${end.detail}.`);
    case 'not-ssh':
      return failed(step, 'not-ssh', `What answers is not SSH, but "${(garbage ?? '').slice(0, 60)}".`);
    default:
      return ident === undefined
        ? failed(step, 'not-ssh', 'What answers is not SSH: it hung up without a word.')
        : failed(step, 'connection-closed', `${ident} broke off the key exchange (${end.detail}).`);
  }
}

/** @param known undefined where there is nothing to hold the host key against */
export function hostKeyStep(ssh: SshReport | undefined, known: KnownHost | undefined): Step {
  const step = 'hostKey';
  const key = ssh?.hostKey;
  if (!key) return skipped(step);
  const shown = `${key.type} ${key.fingerprint}`;
  switch (known?.kind) {
    case undefined:
      return { step, status: 'ok', message: `${shown}. Compare it with what the server's owner says.` };
    case 'known':
      return { step, status: 'ok', message: `${shown}, as in line ${known.line} of the known hosts.` };
    case 'unknown':
      return failed(step, 'host-key-unknown', `${shown} is not among the known hosts: the tenant rejects it.`);
    case 'other-type':
      return failed(
        step,
        'host-key-unknown',
        `Of this host another kind of key is known (line ${known.line}), and not this one: ${shown}.`,
      );
    case 'changed':
      return failed(
        step,
        'host-key-mismatch',
        `${shown} is another key than the one in line ${known.line} of the known hosts. The server has a new key, or this is not the server.`,
      );
    case 'revoked':
      return failed(step, 'host-key-mismatch', `${shown} is revoked (line ${known.line} of the known hosts).`);
  }
}

export interface SshLoginSituation {
  readonly facts: SshFacts;
  readonly ask: ServiceAsk;
  /** Why it was not tried. */
  readonly withheld: string | undefined;
  /** Alias of the key pair, and why it cannot be used. */
  readonly client: string | undefined;
  readonly unusable: string | undefined;
  readonly timeoutMs: number;
}

export function sshLoginStep({ facts, ask, withheld, client, unusable, timeoutMs }: SshLoginSituation): Step {
  const step = 'login';
  const { end, loggedIn, logins = [] } = facts;
  const { login } = ask;
  if (!login) return skipped(step);
  if (unusable !== undefined && facts.hostKey) {
    const what = client === undefined ? 'The login needs a key pair' : `"${client}" cannot be used`;
    return failed(step, 'client-key-unusable', `${what}: ${unusable}`);
  }
  if (withheld !== undefined) return skipped(step, withheld);
  if (loggedIn) {
    const by =
      loggedIn.includes('publickey') && client !== undefined
        ? `${loggedIn.join(', ')}; key pair "${client}"`
        : loggedIn.join(', ');
    return { step, status: 'ok', message: loginText(login.user, by) };
  }
  if (end.at !== 'login') return skipped(step);
  const takes = logins.length ? ` It takes: ${logins.join(', ')}.` : '';
  switch (end.kind) {
    case 'refused':
      return failed(step, 'login-refused', `The server refuses the login of "${login.user}".${takes}`);
    case 'timeout':
      return failed(step, 'timeout', `The server did not answer the login within ${timeoutMs / 1000} seconds.`);
    default:
      return failed(
        step,
        'login-refused',
        `The server hung up on the login of "${login.user}" (${end.detail}).${takes}`,
      );
  }
}

export function directoryStep({ end, directory }: SshFacts, asked: string, timeoutMs: number): Step {
  const step = 'contents';
  if (directory) return { step, status: 'ok', message: directoryFound(directory).map(foundText).join(' ') };
  if (end.at !== 'contents') return skipped(step);
  return end.kind === 'timeout'
    ? failed(step, 'timeout', `The server did not show the directory within ${timeoutMs / 1000} seconds.`)
    : failed(step, 'contents-refused', `The directory "${asked}": ${end.detail}`);
}

export function directoryFound({ path, names, more }: NonNullable<SshFacts['directory']>): Found[] {
  return [
    { label: 'Directory', values: [path] },
    { label: more ? 'Names, the first' : 'Names', values: names.slice(0, 100), total: names.length },
  ];
}
