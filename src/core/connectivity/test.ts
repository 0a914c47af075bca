import { Certificate } from '../certificates/certificate';
import { describeError, FlowKeystoreError } from '../errors';
import type { TrustAnchor } from '../keystore/anchors';
import { issuerNames, judgeCandidate, type KeyPairChain } from './candidates';
import { acceptanceOf, isRequested } from './acceptance';
import { chainRemarks } from './chainRemarks';
import { probe, type Probe } from './probe';
import { requireAskable, type ServiceAsk } from './protocols/ask';
import { protocols } from './protocols/protocols';
import { proxyText, type Proxy } from './proxy';
import {
  extentOf,
  outcomeOf,
  type ClientReport,
  type ConnectivityReport,
  type ServerReport,
  type Step,
  type StepName,
} from './report';
import {
  acceptedStep,
  clientCertificateStep,
  connectionSteps,
  reachedStep,
  serverNameStep,
  serverTrustStep,
  skipped,
  unreadableStep,
} from './steps';
import { SecondPass, type ClientKeyPair, type UnusableClient } from './secondPass';
import { serviceSteps } from './serviceSteps';
import { testSsh } from './ssh/testSsh';
import { publicRootOf } from './publicRoots';
import { targetText, type Target } from './target';
import { judgeServer, type TrustJudgement, type TrustQuestion } from './trust';

export interface ConnectivityTest {
  readonly target: Target;
  /** Who is trusted: nobody else is. */
  readonly anchors: readonly TrustAnchor[];
  /** Absent: without a client certificate. */
  readonly client?: ClientKeyPair | UnusableClient;
  /** Key pairs to be judged by the issuers the server accepts. */
  readonly candidates?: readonly KeyPairChain[];
  /** Where to look for roots that could be added; those of public authorities where absent. */
  readonly rootOf?: TrustQuestion['rootOf'];
  /** Who connects in our place. */
  readonly proxy?: Proxy;
  /** A login, and what is looked for; not before the server is trusted. */
  readonly ask?: ServiceAsk;
  /** Of known_hosts files, for an SSH server. Absent: its host key is shown and not held against anything. */
  readonly knownHosts?: string;
  /** For each of DNS, TCP, TLS and what is said before and after it. Milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Name of this machine, for the report. */
  readonly from: string;
  readonly now?: () => Date;
}

/**
 * Tests a connection as a receiver adapter makes it: a handshake without and, where the server asks for one and a key pair is given, a
 * second one with the client certificate. Trust is judged by the anchors alone.
 * @param onStep told of each step as it is decided, in order
 * @throws the signal's reason when cancelled; FlowKeystoreError `arguments` for what cannot be asked of this kind of server; everything else is a verdict
 */
export async function testConnectivity(
  test: ConnectivityTest,
  onStep?: (step: Step) => void,
): Promise<ConnectivityReport> {
  if (test.ask) requireAskable(test.target.protocol, test.ask);
  return test.target.protocol === 'ssh' ? testSsh(test, onStep) : testTls(test, onStep);
}

async function testTls(test: ConnectivityTest, onStep?: (step: Step) => void): Promise<ConnectivityReport> {
  const { target, timeoutMs, signal, client } = test;
  const now = (test.now ?? (() => new Date()))();
  const started = performance.now();
  const steps: Step[] = [];
  const add = (...more: readonly Step[]): void => {
    for (const step of more) {
      steps.push(step);
      onStep?.(step);
    }
  };
  add({
    step: 'address',
    status: 'ok',
    message: `${targetText(target)}${target.serverName === target.host ? '' : ` as ${target.serverName}`}`,
  });

  const { proxy } = test;
  const options = { ...target, timeoutMs, ...(proxy && { proxy }), ...(signal && { signal }) };
  const extent = extentOf(proxy, test.ask);
  // A server that speaks TLS alone is shown the certificate while the pass without one is still under way; mail servers and the like may
  // admit one connection at a time, and are shown a password only once they are trusted.
  const second = new SecondPass(client, now, options);
  const atOnce = target.protocol === 'tls' && !extent.login && !extent.contents;
  const without = await probe({
    ...options,
    onReached: (reached) => add(reachedStep(reached, target, proxy)),
    ...(atOnce && { onRequested: () => void second.begin() }),
  });
  const connection = connectionSteps(without, timeoutMs, target, proxy);
  const isPlain = without.end.stage === 'plain';
  const { chain, problem } = isPlain ? { chain: [] } : readChain(without);
  const trust =
    problem === undefined && !isPlain
      ? judgeServer({ chain, anchors: test.anchors, now, rootOf: test.rootOf ?? publicRootOf })
      : undefined;
  add(...connection.filter(({ step }) => !steps.some((told) => told.step === step)));
  const failed = connection.some(({ status }) => status === 'failed');
  if (failed || isPlain) add(skipped('serverName'), skipped('serverTrust'));
  else if (problem !== undefined) add(skipped('serverName'), unreadableStep(problem));
  else add(serverNameStep(chain, target), serverTrustStep(chain, trust));

  // A password is shown to nobody who is not trusted, and not in the clear unless that was asked for.
  const distrusted = steps.some(({ step, status }) => trusting.has(step) && status === 'failed');
  const withheld = !test.ask?.login
    ? undefined
    : distrusted
      ? 'Not tried: the password is not shown to a server that is not trusted.'
      : isPlain && target.protection !== 'off'
        ? 'Not tried: the password is not sent without encryption.'
        : undefined;
  const ask = withheld === undefined && (extent.login || extent.contents) ? { ask: test.ask ?? {} } : undefined;
  let report: ClientReport | undefined;
  let withCertificate: Probe | undefined;
  if (failed || isPlain) {
    second.cancel();
    add(skipped('clientCertificate'), skipped('accepted'));
  } else {
    const requested = isRequested(without);
    const issuers = issuerNames(without.server.acceptableIssuers);
    const shown = requested ? await second.begin(ask) : undefined;
    withCertificate = shown?.probe;
    const why = client && 'unusable' in client ? client.unusable : shown?.unusable;
    const candidates = requested ? (test.candidates ?? []).map((each) => judgeCandidate(each, issuers, now)) : [];
    const situation = {
      requested,
      without,
      withCertificate,
      client: client?.alias,
      unusable: why,
      ...(client && 'elsewhere' in client && { elsewhere: client.elsewhere }),
      issuers,
      candidates,
    };
    add(clientCertificateStep(situation), acceptedStep(situation));
    report = {
      requested,
      required: requested ? requiredBy[acceptanceOf(without)] : false,
      acceptableIssuers: issuers.map((issuer) => issuer.toString()),
      ...(withCertificate && client && { sent: client.alias }),
      ...(client && 'chain' in client && { chain: client.chain }),
      accepted: acceptedBy[acceptanceOf(withCertificate ?? without)],
      candidates,
    };
  }
  const isOver = steps.some(({ step, status }) => status === 'failed' && ends.has(step));
  let service = (withCertificate ?? without).service;
  if (ask && !isOver && !withCertificate && service?.kind === 'done') {
    const { facts } = service;
    const asking = await probe({ ...options, ...ask });
    service = asking.service ?? { kind: 'closed', part: extent.login ? 'login' : 'contents', facts };
  }
  if (protocols[target.protocol].service) {
    const told = isOver && service?.kind !== 'done' ? undefined : service;
    add(...serviceSteps({ target, service: told, ask: test.ask, withheld, timeoutMs }));
  }
  const facts = withCertificate?.cipher !== undefined ? withCertificate : without;
  return {
    ...outcomeOf({ test, at: now, started, steps, attempts: without.attempts }),
    ...(facts.version !== undefined && {
      tls: {
        version: facts.version,
        ...(facts.cipher !== undefined && { cipher: facts.cipher }),
        ...(facts.alpn !== undefined && { alpn: facts.alpn }),
      },
    }),
    ...(chain.length && { server: serverReport(chain, trust) }),
    ...(report && { client: report }),
    ...(service?.facts && { service: service.facts }),
    ...(proxy && { proxy: proxyText(proxy) }),
  };
}

const trusting: ReadonlySet<StepName> = new Set(['serverName', 'serverTrust']);

/** Where these failed, it is no wonder that nothing was said on top of the connection. */
const ends: ReadonlySet<StepName> = new Set([
  'dns',
  'tcp',
  'proxy',
  'starttls',
  'tls',
  'clientCertificate',
  'accepted',
]);

/** The report of a test whose address was refused before anything could be tested. */
export function addressInvalidReport(
  target: Pick<Target, 'host' | 'port'>,
  message: string,
  from: string,
  now: Date,
): ConnectivityReport {
  return {
    target: { ...target, serverName: target.host, protocol: 'tls', protection: 'tls' },
    from,
    at: now,
    ms: 0,
    verdict: 'address-invalid',
    ok: false,
    steps: [
      { step: 'address', status: 'failed', code: 'address-invalid', message },
      ...(['dns', 'tcp', 'tls', 'serverName', 'serverTrust', 'clientCertificate', 'accepted'] as const).map((step) =>
        skipped(step),
      ),
    ],
    attempts: [],
  };
}

const requiredBy = { kept: false, refused: true, unclear: null } as const;
const acceptedBy = { kept: true, refused: false, unclear: null } as const;

/** The chain as sent. `problem`: why there is nothing to judge. */
function readChain({ server }: Probe): { readonly chain: readonly Certificate[]; readonly problem?: string } {
  const [leaf, ...others] = server.chain ?? [];
  if (!leaf) return { chain: [], problem: 'The server sent no certificate.' };
  try {
    const chain = [readCertificate(leaf), ...others.flatMap(readIfPossible)];
    const tooMuch = tooMuchForJava([leaf, ...others]);
    return { chain, ...(tooMuch !== undefined && { problem: tooMuch }) };
  } catch (error) {
    return { chain: [], problem: `The server's certificate cannot be read: ${describeError(error)}` };
  }
}

/** JDK 17: `jdk.tls.maxCertificateChainLength` and `jdk.tls.maxHandshakeMessageSize` as they are when nobody sets them. */
const javaTakes = { certificates: 10, octets: 32_768 } as const;

function tooMuchForJava(chain: readonly Uint8Array[]): string | undefined {
  if (chain.length > javaTakes.certificates) {
    return `The server sends ${chain.length} certificates; Java, and so the tenant, takes ${javaTakes.certificates} at most.`;
  }
  // With three octets of length each (RFC 5246 section 7.4.2).
  const octets = chain.reduce((sum, { length }) => sum + length + 3, 3);
  return octets > javaTakes.octets
    ? `The server sends ${Math.round(octets / 1024)} kB of certificates; Java, and so the tenant, takes ${javaTakes.octets / 1024} kB at most.`
    : undefined;
}

/** A certificate above the server's own that cannot be read cannot take part; the path misses it and says so. */
function readIfPossible(der: Uint8Array): Certificate[] {
  try {
    return [readCertificate(der)];
  } catch {
    return [];
  }
}

/** @throws FlowKeystoreError `damaged`, also for malformed extensions: by what is not there nothing can be judged */
function readCertificate(der: Uint8Array): Certificate {
  const certificate = Certificate.parse(der);
  const [malformed] = certificate.extensions.malformed;
  if (malformed !== undefined) throw new FlowKeystoreError('damaged', `Its extension ${malformed} is malformed.`);
  return certificate;
}

function serverReport(chain: readonly Certificate[], trust: TrustJudgement | undefined): ServerReport {
  const remarks = chainRemarks(chain);
  const sent = { chain, ...(remarks.length && { remarks }) };
  if (!trust) return sent;
  if (trust.trusted) return { ...sent, anchor: trust.anchor };
  return {
    ...sent,
    ...(trust.missing && { missing: trust.missing.toString() }),
    ...(trust.offer && { offer: trust.offer }),
  };
}
