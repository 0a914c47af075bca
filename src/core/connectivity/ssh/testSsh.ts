import { describeError } from '../../errors';
import { blobFingerprint, sshPublicKeyLine } from '../../keys/openssh/publicKey';
import { noMessages, reach } from '../probe';
import type { Login } from '../protocols/ask';
import { extentOf, outcomeOf, type ConnectivityReport, type SshReport, type Step } from '../report';
import { connectionSteps, reachedStep, skipped } from '../steps';
import { targetText } from '../target';
import type { ConnectivityTest } from '../test';
import { proxyText } from '../proxy';
import { hostPattern, keyType, lookUp, type KnownHost } from './knownHosts';
import type { SshFacts, SshLogin } from './sshSession.late';
import { sshPrivateKeyPem } from './sshKey';
import { directoryFound, directoryStep, hostKeyStep, sshLoginStep, sshStep } from './sshSteps';

/**
 * Tests an SSH server as the SFTP adapter connects: the key exchange, the host key against the known hosts, then, where it is wanted, a login and a
 * directory. Nobody is logged in to a server whose host key is not the known one.
 * @throws the signal's reason when cancelled; everything else is a verdict
 */
export async function testSsh(test: ConnectivityTest, onStep?: (step: Step) => void): Promise<ConnectivityReport> {
  const { target, timeoutMs, signal, proxy, ask = {}, client } = test;
  const now = (test.now ?? (() => new Date()))();
  const started = performance.now();
  const extent = extentOf(proxy, ask);
  const steps: Step[] = [];
  const add = (step: Step): void => {
    steps.push(step);
    onStep?.(step);
  };
  add({ step: 'address', status: 'ok', message: targetText(target) });
  const options = { ...target, timeoutMs, ...(proxy && { proxy }), ...(signal && { signal }) };
  const reached = await reach({ ...options, onReached: (stage) => add(reachedStep(stage, target, proxy)) });
  const finish = (ssh?: SshReport, facts?: SshFacts): ConnectivityReport => {
    const found = facts?.directory && directoryFound(facts.directory);
    const loggedIn = facts?.loggedIn?.join(', ');
    return {
      ...outcomeOf({ test, at: now, started, steps, attempts: reached.attempts }),
      ...(ssh && { ssh }),
      ...(facts && (loggedIn !== undefined || found)
        ? { service: { offers: [], ...(loggedIn !== undefined && { loggedIn }), ...(found && { found }) } }
        : {}),
      ...(proxy && { proxy: proxyText(proxy) }),
    };
  };
  if ('end' in reached) {
    const { end, addresses, attempts, ms } = reached;
    const failed = connectionSteps({ end, addresses, attempts, ms, server: noMessages }, timeoutMs, target, proxy);
    for (const step of failed) if (!steps.some((told) => told.step === step.step)) add(step);
    add(skipped('hostKey'));
    if (extent.login) add(skipped('login'));
    if (extent.contents) add(skipped('contents'));
    return finish();
  }

  let known: KnownHost | undefined;
  let withheld: string | undefined;
  const ways = ask.login ? await waysOf(ask.login, client) : { ways: [] };
  const login = (hostKey: Uint8Array): SshLogin | undefined => {
    known = test.knownHosts === undefined ? undefined : lookUp(test.knownHosts, namesOf(test), target.port, hostKey);
    if (known && known.kind !== 'known') withheld = 'Not tried: the host key is not the known one.';
    if (!ask.login || withheld !== undefined || 'unusable' in ways) return undefined;
    return { user: ask.login.user, ways: ways.ways };
  };
  const { shakeSsh } = await import('./sshSession.late');
  const { directory } = ask.contents ?? {};
  const facts = await shakeSsh(reached.socket, {
    timeoutMs,
    login,
    ...(signal && { signal }),
    ...(directory === undefined ? {} : { directory }),
  });
  const ssh = sshReport(facts, test);
  add(sshStep(facts, timeoutMs));
  add(hostKeyStep(ssh, known));
  if (extent.login) {
    const unusable = 'unusable' in ways ? ways.unusable : undefined;
    add(sshLoginStep({ facts, ask, withheld, client: client?.alias, unusable, timeoutMs }));
  }
  if (extent.contents) add(directoryStep(facts, directory ?? '', timeoutMs));
  return finish(ssh, facts);
}

const namesOf = ({ target }: ConnectivityTest): string[] => [...new Set([target.host, target.serverName])];

async function waysOf(
  login: Login,
  client: ConnectivityTest['client'],
): Promise<Pick<SshLogin, 'ways'> | { readonly unusable: string }> {
  const password = { kind: 'password', password: login.password } as const;
  if (login.way === 'plain') return { ways: [password] };
  if (!client) return { unusable: 'none was given.' };
  if ('unusable' in client) return { unusable: client.unusable };
  try {
    const key = { kind: 'key', pem: sshPrivateKeyPem(await client.privateKeyPem()) } as const;
    return { ways: login.way === 'dual' ? [key, password] : [key] };
  } catch (error) {
    return { unusable: describeError(error) };
  }
}

function sshReport({ ident, hostKey, algorithms, logins }: SshFacts, test: ConnectivityTest): SshReport | undefined {
  if (ident === undefined) return undefined;
  const { target } = test;
  return {
    ident,
    ...(hostKey &&
      algorithms && { hostKey: hostKeyOf(hostKey, hostPattern(target.serverName, target.port)), algorithms }),
    ...(logins && { logins }),
    ...publicKeyOf(test),
  };
}

function hostKeyOf(blob: Uint8Array, host: string): NonNullable<SshReport['hostKey']> {
  const type = keyType(blob);
  const key = Buffer.from(blob).toString('base64');
  return { type, fingerprint: blobFingerprint(blob), knownHostsLine: `${host} ${type} ${key}` };
}

function publicKeyOf({ ask, client }: ConnectivityTest): Pick<SshReport, 'publicKeyLine'> {
  const way = ask?.login?.way;
  if (way === undefined || way === 'plain' || !client || !('chain' in client)) return {};
  const [leaf] = client.chain;
  try {
    return leaf ? { publicKeyLine: sshPublicKeyLine(leaf.spki, client.alias) } : {};
  } catch {
    // A key that SSH has no form for; the step says so.
    return {};
  }
}
