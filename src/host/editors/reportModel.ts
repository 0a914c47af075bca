import {
  stepsFor,
  type ConnectivityReport,
  type Extent,
  type ServerReport,
  type Step,
  type StepName,
} from '../../core/connectivity/report';
import { protocols } from '../../core/connectivity/protocols/protocols';
import { targetText, type Target } from '../../core/connectivity/target';
import type { Certificate } from '../../core/certificates/certificate';
import { groups } from '../../core/keystore/describe';
import {
  circumstancesOf,
  explanationOf,
  headlineOf,
  opensslCommand,
  stepNameOf,
} from '../../core/report/connectivityText';
import type {
  CandidateView,
  ChainRow,
  DetailView,
  ReportView,
  StepState,
  StepView,
} from '../../protocol/connectivityReport';
import type { ModelTexts } from './fieldModel';

export interface RunningTest {
  readonly target: Target;
  readonly extent: Extent;
  /** Those decided so far. */
  readonly steps: readonly Step[];
  /** The person stopped it. */
  readonly cancelled: boolean;
  /** Why it could not be done at all. */
  readonly failure?: string;
}

/** The step that goes on once this one is decided. */
export function stepAfter(step: StepName, target: Target, extent: Extent): StepName | undefined {
  const steps = stepsFor(target, extent);
  return steps[steps.indexOf(step) + 1];
}

/** The report while its test runs, or after it was stopped. */
export function runningView({ target, extent, steps, cancelled, failure }: RunningTest, texts: ModelTexts): ReportView {
  const order = stepsFor(target, extent);
  const decided = new Map(steps.map((step) => [step.step, step]));
  const next = order.find((name) => !decided.has(name));
  const stopped = cancelled || failure !== undefined;
  const where = targetText(target);
  return {
    target: where,
    outcome: failure !== undefined ? 'failed' : cancelled ? 'warning' : 'running',
    headline:
      failure !== undefined
        ? texts.say('{where} could not be tested', { where })
        : cancelled
          ? texts.say('The test of {where} was cancelled', { where })
          : texts.say('Testing {where}...', { where }),
    explanation: failure ?? '',
    proof: [],
    facts: [],
    steps: order.map((name) => {
      const step = decided.get(name);
      if (step) return stepView(step, [], texts);
      const state: StepState = stopped ? 'skipped' : name === next ? 'running' : 'pending';
      return {
        id: name,
        name: texts.say(stepNameOf(name)),
        state,
        stateWord: stateWord(state, texts),
        message: '',
        details: [],
      };
    }),
    chain: [],
    acceptableIssuers: [],
    candidates: [],
  };
}

/** @param added fingerprints of certificates of this report that were added to the keystore since */
export function reportView(report: ConnectivityReport, texts: ModelTexts, added: ReadonlySet<string>): ReportView {
  const { ok, steps, server, client } = report;
  const offerAdded = server?.offer !== undefined && added.has(server.offer.sha256);
  return {
    target: targetText(report.target),
    outcome: !ok ? 'failed' : steps.some(({ status }) => status === 'warning') ? 'warning' : 'ok',
    headline: headlineOf(report),
    explanation:
      server?.offer && offerAdded
        ? texts.say('"{name}" was added to the keystore since this test. Test again.', {
            name: server.offer.subject.short,
          })
        : explanationOf(report),
    proof: proofOf(report, texts),
    facts: circumstancesOf(report).split(' \u00b7 '),
    steps: steps.map((step) => stepView(step, detailsOf(step.step, report, texts), texts)),
    chain: chainOf(report, texts, offerAdded),
    ...(server?.missing === undefined ? {} : { missing: missingText(report, server.missing, texts) }),
    acceptableIssuers: client?.acceptableIssuers ?? [],
    candidates: (client?.candidates ?? []).map(({ alias, usable, why }): CandidateView => ({
      alias,
      usable,
      why: why ?? '',
    })),
    command: opensslCommand(report),
  };
}

/** Certificates that the report may offer to add, by the number their row carries. */
export function addableCertificates({ server }: ConnectivityReport): readonly Certificate[] {
  return server?.offer ? [server.offer] : [];
}

/** Green says what it proved and what it did not. */
function proofOf({ ok, client, verdict }: ConnectivityReport, texts: ModelTexts): string[] {
  if (!ok) return [];
  const proven =
    verdict === 'ok-not-encrypted'
      ? [
          texts.say('Proven: the address answers.'),
          texts.say('Not proven: who answers. Nothing is encrypted, and no certificate was shown.'),
        ]
      : [
          texts.say(
            'Proven: the address answers, its certificate is valid, for this name, and trusted by the keystore.',
          ),
        ];
  if (client?.sent !== undefined && client.accepted) {
    proven.push(
      texts.say('Proven: the handshake with the certificate of "{alias}" was not refused.', { alias: client.sent }),
    );
  }
  if (verdict === 'ok' && client?.requested && client.sent === undefined) {
    proven.push(texts.say('Not proven: that a client certificate is accepted. None was sent.'));
  }
  proven.push(
    texts.say(
      'Not proven: that the receiver authorises the sender, and that the tenant reaches it as this machine does.',
    ),
  );
  return proven;
}

function stepView({ step, status, message, code }: Step, details: readonly DetailView[], texts: ModelTexts): StepView {
  return {
    id: step,
    name: texts.say(stepNameOf(step)),
    state: status,
    stateWord: stateWord(status, texts),
    message,
    details: [...details, ...(code === undefined ? [] : [{ label: texts.say('Code'), value: code }])],
  };
}

function stateWord(state: StepState, texts: ModelTexts): string {
  switch (state) {
    case 'ok':
      return texts.say('ok');
    case 'warning':
      return texts.say('note');
    case 'failed':
      return texts.say('failed');
    case 'skipped':
      return texts.say('not reached');
    case 'running':
      return texts.say('running');
    case 'pending':
      return texts.say('waiting');
  }
}

function detailsOf(step: StepName, report: ConnectivityReport, texts: ModelTexts): DetailView[] {
  const { target, attempts, tls, server, client } = report;
  const detail = (label: string, value: string | undefined): DetailView[] =>
    value === undefined || value === '' ? [] : [{ label: texts.say(label), value }];
  switch (step) {
    case 'address':
      return [
        ...detail('Host', target.host),
        ...detail('Port', String(target.port)),
        ...detail('Name asked for', target.serverName),
        ...detail('Protocol', target.protocol === 'tls' ? undefined : protocols[target.protocol].label),
      ];
    case 'proxy':
      return detail('Proxy', report.proxy);
    case 'tcp':
      return attempts.flatMap(({ address, outcome }) => detail(outcome, address));
    case 'tls':
      return [...detail('Version', tls?.version), ...detail('Cipher', tls?.cipher), ...detail('ALPN', tls?.alpn)];
    case 'serverTrust':
      return [
        ...detail('Trusted by the entry', server?.anchor?.alias),
        ...detail('SHA-256', server?.anchor && groups(server.anchor.certificate.sha256)),
        ...detail('Missing issuer', server?.missing),
        ...(server?.remarks ?? []).flatMap((remark) => detail('Chain as sent', remark)),
      ];
    case 'clientCertificate':
      if (!client) return [];
      return [
        ...detail('Requested', client.requested ? texts.say('yes') : texts.say('no')),
        ...detail(
          'Required',
          client.required === null ? texts.say('not known') : client.required ? texts.say('yes') : texts.say('no'),
        ),
        ...detail('Sent', client.sent),
      ];
    case 'service':
      return [...detail('Greeting', report.service?.greeting), ...detail('Offers', report.service?.offers.join(', '))];
    case 'ssh':
      return [
        ...detail('Program', report.ssh?.ident),
        ...detail('Key exchange', report.ssh?.algorithms?.keyExchange),
        ...detail('Cipher', report.ssh?.algorithms?.cipher),
        ...detail('MAC', report.ssh?.algorithms?.mac),
      ];
    case 'hostKey':
      return [
        ...detail('Fingerprint', report.ssh?.hostKey?.fingerprint),
        ...detail('Line for known hosts', report.ssh?.hostKey?.knownHostsLine),
      ];
    case 'login':
      return [
        ...detail('Login by', report.service?.loggedIn),
        ...detail('Offers', report.ssh?.logins?.join(', ')),
        ...detail('Public key', report.ssh?.publicKeyLine),
      ];
    case 'contents':
      return (report.service?.found ?? []).flatMap(({ label, values }) => detail(label, values.join(', ')));
    default:
      return [];
  }
}

function chainOf(report: ConnectivityReport, texts: ModelTexts, offerAdded: boolean): ChainRow[] {
  const { server } = report;
  if (!server) return [];
  const rows = server.chain.map((certificate, depth) => sentRow({ certificate, depth, report, texts, offerAdded }));
  const above = notSent(server, texts, offerAdded);
  return above ? [...rows, { ...above, depth: rows.length }] : rows;
}

interface SentCertificate {
  readonly certificate: Certificate;
  readonly depth: number;
  readonly report: ConnectivityReport;
  readonly texts: ModelTexts;
  readonly offerAdded: boolean;
}

function sentRow({ certificate, depth, report: { server, at }, texts, offerAdded }: SentCertificate): ChainRow {
  const anchor = server?.anchor;
  const expired = certificate.notAfter < at || certificate.notBefore > at;
  const offered = certificate === server?.offer;
  const isAdded = offered && offerAdded;
  const roles = [
    depth === 0 ? texts.say('server') : certificate.selfIssued ? texts.say('root') : texts.say('intermediate'),
    expired && texts.say('outside its validity'),
    anchor?.certificate.equals(certificate) && texts.say('trusted, entry "{alias}"', { alias: anchor.alias }),
    isAdded && addedText(texts),
  ];
  return {
    depth,
    subject: certificate.subject.toString(),
    role: roles.filter((role) => role !== undefined && role !== false).join(' \u00b7 '),
    state: expired ? 'failed' : anchor ? 'ok' : offered && !isAdded ? 'warning' : 'untrusted',
    details: certificateDetails(certificate, texts),
    ...(offered && !isAdded && { add: addOf(certificate, texts) }),
  };
}

/** What stands above the chain that was sent: the anchor, or what is missing. */
function notSent(
  { chain, anchor, missing, offer }: ServerReport,
  texts: ModelTexts,
  offerAdded: boolean,
): Omit<ChainRow, 'depth'> | undefined {
  if (anchor) {
    if (chain.some((certificate) => certificate.equals(anchor.certificate))) return undefined;
    return {
      subject: anchor.certificate.subject.toString(),
      role: texts.say('not sent \u00b7 trusted, entry "{alias}"', { alias: anchor.alias }),
      state: 'ok',
      details: certificateDetails(anchor.certificate, texts),
    };
  }
  if (offer && !chain.includes(offer)) {
    return {
      subject: offer.subject.toString(),
      role: offerAdded
        ? addedText(texts)
        : texts.say('root of a public authority \u00b7 not sent \u00b7 not in the keystore'),
      state: offerAdded ? 'untrusted' : 'missing',
      details: certificateDetails(offer, texts),
      ...(!offerAdded && { add: addOf(offer, texts) }),
    };
  }
  if (missing === undefined || chain.some(({ subject }) => subject.toString() === missing)) return undefined;
  return {
    subject: missing,
    role: texts.say('not sent \u00b7 not in the keystore'),
    state: 'missing',
    details: [],
  };
}

function addedText(texts: ModelTexts): string {
  return texts.say('added to the keystore: test again');
}

function addOf(certificate: Certificate, texts: ModelTexts): NonNullable<ChainRow['add']> {
  return {
    certificate: 0,
    label: texts.say('Add "{name}" to Keystore...', { name: certificate.subject.short }),
  };
}

function certificateDetails(certificate: Certificate, texts: ModelTexts): DetailView[] {
  const { notBefore, notAfter } = certificate;
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  return [
    { label: texts.say('Issuer'), value: certificate.issuer.toString() },
    {
      label: texts.say('Valid'),
      value: texts.say('{from} to {to} ({days})', {
        from: day(notBefore),
        to: day(notAfter),
        days: texts.validity({ notBefore, notAfter }),
      }),
    },
    { label: texts.say('SHA-256'), value: groups(certificate.sha256) },
  ];
}

function missingText({ verdict }: ConnectivityReport, missing: string, texts: ModelTexts): string {
  return verdict === 'server-chain-incomplete'
    ? texts.say('Missing: the intermediate certificate {name}. The server should send it.', { name: missing })
    : texts.say('Missing from the keystore: {name}', { name: missing });
}
