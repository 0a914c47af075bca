import {
  stepsFor,
  type ConnectivityReport,
  type Extent,
  type Step,
  type StepName,
} from '../../core/connectivity/report';
import { protocols } from '../../core/connectivity/protocols/protocols';
import { targetText, type Target } from '../../core/connectivity/target';
import type { Certificate } from '../../core/certificates/certificate';
import { groups } from '../../core/keystore/describe';
import { circumstancesOf, explanationOf, headlineOf, stepNameOf } from '../../core/report/connectivityText';
import type { CandidateView, DetailView, ReportView, StepState, StepView } from '../../protocol/connectivityReport';
import { changesSince } from '../../core/report/connectivityChanges';
import { nextSteps, type NextStep, type Surroundings } from '../../core/report/nextSteps';
import { proofCommands } from '../../core/report/proofCommands';
import type { ModelTexts } from './fieldModel';
import { chainRows } from './reportChain';

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
    changes: [],
    actions: [],
    complete: false,
    commands: [],
  };
}

export interface Findings {
  /** Fingerprints of certificates of this report that were added to the keystore since. */
  readonly added: ReadonlySet<string>;
  /** The test before, of the same target. */
  readonly before?: ConnectivityReport | undefined;
  readonly surroundings: Surroundings;
}

export function reportView(
  report: ConnectivityReport,
  texts: ModelTexts,
  { added, before, surroundings }: Findings,
): ReportView {
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
    chain: chainRows(report, texts, offerAdded),
    ...(server?.missing === undefined ? {} : { missing: missingText(report, server.missing, texts) }),
    acceptableIssuers: client?.acceptableIssuers ?? [],
    candidates: (client?.candidates ?? []).map(({ alias, usable, why }): CandidateView => ({
      alias,
      usable,
      why: why ?? '',
    })),
    changes: before ? changesSince(before, report) : [],
    actions: offerAdded
      ? []
      : nextSteps(report, surroundings).map((id) => ({ id, label: actionLabel(id, report, texts) })),
    complete: true,
    commands: proofCommands(report).map(({ tool, command }) => ({
      title: tool === 'keytool' ? texts.say('keytool (the certificates alone)') : tool,
      command,
    })),
  };
}

function actionLabel(step: NextStep, { client }: ConnectivityReport, texts: ModelTexts): string {
  switch (step) {
    case 'fetch-missing':
      return texts.say('Fetch the Missing Certificate...');
    case 'choose-key-pair':
      return texts.say('Test with Another Key Pair...');
    case 'set-alias':
      return texts.say('Set "{alias}" in the Channel', { alias: client?.sent ?? '' });
    case 'import-response':
      return texts.say('Import Signing Response...');
    case 'open-channel':
      return texts.say('Open the Channel');
    case 'write-letter':
      return texts.say("Write to the Receiver's Administrator...");
    case 'test-on-tenant':
      return texts.say('Open in SAP Integration Suite');
    case 'save-test':
      return texts.say('Keep This Test...');
  }
}

/** Certificates that the report may offer to add, by the number their row carries. */
export function addableCertificates({ server }: ConnectivityReport): readonly Certificate[] {
  return server?.offer ? [server.offer] : [];
}

/** Green says what it proved and what it did not. */
function proofOf({ ok, client, verdict, ssh }: ConnectivityReport, texts: ModelTexts): string[] {
  if (!ok) return [];
  if (ssh) {
    return [
      texts.say('Proven: the server speaks SSH, and has the private key of the host key shown.'),
      texts.say(
        'Not proven: that the tenant reaches it as this machine does, and has the host key among its known hosts.',
      ),
    ];
  }
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
  if (verdict === 'ok-client-key-elsewhere') {
    proven.push(texts.say('Not proven: the handshake with the key pair. Its private key stays on the tenant.'));
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
      return attempts.map(({ address, outcome, ms }) => ({
        label: address,
        value: texts.say('{outcome}, {ms} ms', { outcome: outcomeText(outcome, texts), ms }),
      }));
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

/** What came of an address; the system's own code where there is no better word. */
function outcomeText(outcome: string, texts: ModelTexts): string {
  switch (outcome) {
    case 'connected':
      return texts.say('connected');
    case 'abandoned':
      return texts.say('given up: another answered first');
    case 'ECONNREFUSED':
      return texts.say('refused');
    case 'ETIMEDOUT':
      return texts.say('no answer');
    default:
      return outcome;
  }
}

function missingText({ verdict }: ConnectivityReport, missing: string, texts: ModelTexts): string {
  return verdict === 'server-chain-incomplete'
    ? texts.say('Missing: the intermediate certificate {name}. The server should send it.', { name: missing })
    : texts.say('Missing from the keystore: {name}', { name: missing });
}
