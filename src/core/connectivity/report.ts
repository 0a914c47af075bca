import type { Certificate } from '../certificates/certificate';
import type { TrustAnchor } from '../keystore/anchors';
import type { ServiceAsk } from './protocols/ask';
import type { ServiceFacts } from './protocols/dialogue';
import { protocols } from './protocols/protocols';
import type { Target } from './target';
import type { Attempt } from './tcp';

/** The verdicts of a connectivity test; the first failing step decides. */
export type VerdictCode =
  | 'ok'
  | 'ok-client-certificate-not-requested'
  | 'ok-client-certificate-optional'
  /** The private key stays on a tenant: it was not shown; by its issuers the server would take it. */
  | 'ok-client-key-elsewhere'
  | 'ok-not-encrypted'
  | 'address-invalid'
  | 'dns-not-found'
  | 'connection-refused'
  | 'timeout'
  | 'proxy-refused'
  | 'starttls-refused'
  | 'not-tls'
  | 'protocol-version'
  | 'no-shared-cipher'
  | 'server-name-mismatch'
  | 'server-expired'
  | 'server-not-yet-valid'
  | 'server-self-signed'
  | 'server-root-missing'
  | 'server-chain-incomplete'
  | 'server-certificate-invalid'
  | 'client-certificate-required'
  | 'client-certificate-rejected'
  | 'client-key-unusable'
  | 'connection-closed'
  | 'service-refused'
  | 'not-ssh'
  | 'no-shared-algorithm'
  | 'host-key-unknown'
  | 'host-key-mismatch'
  | 'login-refused'
  | 'contents-refused';

/** In the order they are taken; `stepsFor` says which of them a test has. */
export const stepNames = [
  'address',
  'dns',
  'tcp',
  'proxy',
  'starttls',
  'tls',
  'serverName',
  'serverTrust',
  'clientCertificate',
  'accepted',
  'ssh',
  'hostKey',
  'service',
  'login',
  'contents',
] as const;
export type StepName = (typeof stepNames)[number];

/** What a test has beyond what its target says. */
export interface Extent {
  /** It goes through one. */
  readonly proxy: boolean;
  readonly login: boolean;
  /** Something is looked for. */
  readonly contents: boolean;
}

export const extentOf = (proxy: unknown, ask: ServiceAsk | undefined): Extent => ({
  proxy: proxy !== undefined,
  login: ask?.login !== undefined,
  contents: Object.keys(ask?.contents ?? {}).length > 0,
});

/** The steps of a test. */
export function stepsFor({ protocol, protection }: Target, extent: Extent): readonly StepName[] {
  const isSsh = protocol === 'ssh';
  return stepNames.filter((step) => {
    switch (step) {
      case 'address':
      case 'dns':
      case 'tcp':
        return true;
      case 'proxy':
      case 'login':
      case 'contents':
        return extent[step];
      case 'starttls':
        return protection.startsWith('starttls');
      case 'service':
        return protocols[protocol].service !== undefined;
      case 'ssh':
      case 'hostKey':
        return isSsh;
      default:
        return !isSsh;
    }
  });
}
export type StepStatus = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Step {
  readonly step: StepName;
  readonly status: StepStatus;
  /** For a warning or failure. */
  readonly code?: VerdictCode;
  /** English, one or two sentences. */
  readonly message: string;
}

export interface Candidate {
  readonly alias: string;
  readonly usable: boolean;
  /** English; where it is not usable, or usable with a doubt. */
  readonly why?: string;
}

/** Everything a test learned. Certificates are whole; `reportData` gives the form for machines. */
export interface ConnectivityReport {
  readonly target: Target;
  /** Name of the machine that tested. */
  readonly from: string;
  readonly at: Date;
  /** Milliseconds, both passes together. */
  readonly ms: number;
  readonly verdict: VerdictCode;
  readonly ok: boolean;
  readonly steps: readonly Step[];
  readonly attempts: readonly Attempt[];
  readonly tls?: { readonly version: string; readonly cipher?: string; readonly alpn?: string };
  readonly server?: ServerReport;
  readonly client?: ClientReport;
  /** What the server told of itself, in the protocol that is spoken on top. */
  readonly service?: ServiceFacts;
  /** Of an SSH server. */
  readonly ssh?: SshReport;
  /** Through which proxy, without its login. */
  readonly proxy?: string;
}

export interface SshReport {
  /** Its first line: version and program. */
  readonly ident: string;
  readonly hostKey?: {
    /** As SSH names it: `ssh-ed25519`. */
    readonly type: string;
    /** `SHA256:` and base64, as ssh shows it. */
    readonly fingerprint: string;
    /** A line for a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
    readonly knownHostsLine: string;
  };
  readonly algorithms?: {
    readonly keyExchange: string;
    readonly hostKey: string;
    readonly cipher: string;
    readonly mac: string;
  };
  /** The line of the key pair that was shown, as the server has to know it for the user. */
  readonly publicKeyLine?: string;
  /** Ways to log in that the server named after the last one that it refused. */
  readonly logins?: readonly string[];
}

export interface ServerReport {
  /** As sent. */
  readonly chain: readonly Certificate[];
  readonly anchor?: TrustAnchor;
  /** RFC 4514: who issued the highest certificate that was sent, and is not in the keystore. */
  readonly missing?: string;
  /** What is odd about the chain as sent. English, a sentence each. */
  readonly remarks?: readonly string[];
  /** A certificate that would make the server trusted, once it is in the keystore: one that was sent, or a public authority's root. */
  readonly offer?: Certificate;
  /** Not sent: fetched since from where the server's certificate says that it lies. */
  readonly fetched?: readonly Certificate[];
}

export interface ClientReport {
  readonly requested: boolean;
  /** Null where it could not be found out. */
  readonly required: boolean | null;
  /** RFC 4514. Empty where the server names none: it takes, or says it takes, any. */
  readonly acceptableIssuers: readonly string[];
  /** Alias of the key pair whose certificate was sent. */
  readonly sent?: string;
  /** Of the key pair that was asked for, leaf first, as it would be sent. */
  readonly chain?: readonly Certificate[];
  readonly accepted: boolean | null;
  readonly candidates: readonly Candidate[];
}

export function isOkVerdict(verdict: VerdictCode): boolean {
  return verdict === 'ok' || verdict.startsWith('ok-');
}

/** What every report has, once its last step is decided. @param started when, by `performance.now()` */
export function outcomeOf({
  test: { target, from },
  at,
  started,
  steps,
  attempts,
}: {
  readonly test: Pick<ConnectivityReport, 'target' | 'from'>;
  readonly started: number;
} & Pick<ConnectivityReport, 'at' | 'steps' | 'attempts'>): Pick<
  ConnectivityReport,
  'target' | 'from' | 'at' | 'ms' | 'verdict' | 'ok' | 'steps' | 'attempts'
> {
  const verdict = verdictOf(steps);
  const ms = Math.round(performance.now() - started);
  return { target, from, at, ms, verdict, ok: isOkVerdict(verdict), steps, attempts };
}

/** The first failing step decides. */
function verdictOf(steps: readonly Step[]): VerdictCode {
  const failed = steps.find(({ status }) => status === 'failed');
  if (failed) return failed.code ?? 'connection-closed';
  return steps.find(({ code }) => code !== undefined && isOkVerdict(code))?.code ?? 'ok';
}

/** The report as JSON: plain data, dates in ISO 8601, certificates by their facts. */
export function reportData(report: ConnectivityReport): object {
  const { target, from, verdict, ok, steps, tls, server, client, service, ssh, proxy } = report;
  return {
    target,
    from,
    at: report.at.toISOString(),
    milliseconds: report.ms,
    verdict,
    ok,
    steps,
    ...(report.attempts.length && { attempts: report.attempts }),
    ...(tls && { tls }),
    ...(server && {
      server: {
        chain: server.chain.map(certificateData),
        ...(server.fetched && { fetched: server.fetched.map(certificateData) }),
        ...(server.anchor && { anchor: { alias: server.anchor.alias, sha256: server.anchor.certificate.sha256 } }),
        ...(server.missing !== undefined && { missing: server.missing }),
        ...(server.offer && { offer: server.offer.sha256 }),
        ...(server.remarks && { remarks: server.remarks }),
      },
    }),
    ...(client && { client: { ...client, ...(client.chain && { chain: client.chain.map(certificateData) }) } }),
    ...(service && { service }),
    ...(ssh && { ssh }),
    ...(proxy !== undefined && { proxy }),
  };
}

const certificateData = (certificate: Certificate): object => ({
  subject: certificate.subject.toString(),
  issuer: certificate.issuer.toString(),
  sha256: certificate.sha256,
  notBefore: certificate.notBefore.toISOString(),
  notAfter: certificate.notAfter.toISOString(),
});
