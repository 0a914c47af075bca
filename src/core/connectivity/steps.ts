import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';
import { firstFew } from '../firstFew';
import { acceptanceOf, httpRefusal, httpStatus, wantsPostHandshake } from './acceptance';
import { alertName } from './alerts';
import { connectedAddress, type Probe, type ProbeEnd, type Reached } from './probe';
import type { Proxy } from './proxy';
import { extentOf, stepsFor, type Candidate, type Step, type StepName, type VerdictCode } from './report';
import { namesOf, serverNameMatch } from './serverName';
import { targetText, type Target } from './target';
import type { TrustJudgement } from './trust';

export function skipped(step: StepName, message = 'Not reached.'): Step {
  return { step, status: 'skipped', message };
}

export function failed(step: StepName, code: VerdictCode, message: string): Step {
  return { step, status: 'failed', code, message };
}

/** What stands before the handshake, once it does. @param via of the proxy, where there is one */
export function reachedStep(reached: Reached, { host, port }: Target, via?: Proxy): Step {
  switch (reached.stage) {
    case 'dns': {
      const found = reached.addresses.join(', ') || 'resolved';
      return { step: 'dns', status: 'ok', message: via ? `Proxy ${via.host}: ${found}` : found };
    }
    case 'tcp':
      return { step: 'tcp', status: 'ok', message: `Connected to ${reached.address} in ${reached.ms} ms.` };
    case 'proxy':
      return { step: 'proxy', status: 'ok', message: `The proxy connects to ${targetText({ host, port })}.` };
    case 'starttls':
      return { step: 'starttls', status: 'ok', message: `The server begins TLS${greeted(reached.greeting)}.` };
  }
}

const greeted = (greeting: string): string => (greeting === '' ? '' : `; it greets with "${greeting.slice(0, 100)}"`);

/** Up to tls, of the pass without a client certificate. */
export function connectionSteps(
  pass: Pick<Probe, 'end' | 'addresses' | 'attempts' | 'ms' | 'greeting' | 'server' | 'version' | 'cipher'>,
  timeoutMs: number,
  target: Target,
  via?: Proxy,
): Step[] {
  const { end, addresses, attempts, ms, greeting = '' } = pass;
  const seconds = `${timeoutMs / 1000} seconds`;
  const whom = via ? 'The proxy' : 'The host';
  const names = stepsFor(target, extentOf(via, undefined)).filter((step) => beforeTrust.has(step));
  const at = end.stage === 'plain' || end.stage === 'established' ? 'tls' : end.stage;
  return names.map((step) => {
    if (names.indexOf(step) > names.indexOf(at)) return skipped(step);
    if (step === at) return stepAt();
    switch (step) {
      case 'dns':
        return reachedStep({ stage: 'dns', addresses }, target, via);
      case 'tcp':
        return reachedStep({ stage: 'tcp', address: connectedAddress(attempts), ms: ms.tcp ?? 0 }, target, via);
      case 'proxy':
        return reachedStep({ stage: 'proxy' }, target, via);
      default:
        return end.stage === 'plain'
          ? { step, status: 'warning', message: 'The server does not offer to begin TLS.' }
          : reachedStep({ stage: 'starttls', greeting }, target, via);
    }
  });

  function stepAt(): Step {
    switch (end.stage) {
      case 'dns':
        return end.kind === 'timeout'
          ? failed('dns', 'timeout', `The name was not resolved within ${seconds}.`)
          : failed('dns', 'dns-not-found', `There is no such host (${end.detail}).`);
      case 'tcp':
        return end.kind === 'timeout'
          ? failed('tcp', 'timeout', `No connection within ${seconds}: a firewall may drop it.`)
          : end.kind === 'refused'
            ? failed('tcp', 'connection-refused', `${whom} refuses connections to this port: nothing listens there.`)
            : failed('tcp', 'connection-refused', `${whom} cannot be reached (${end.detail}).`);
      case 'proxy':
      case 'starttls':
        return beforeTlsStep(end, seconds);
      case 'plain':
        return {
          step: 'tls',
          status: 'warning',
          code: 'ok-not-encrypted',
          message: 'The connection is not encrypted: no certificate is shown.',
        };
      default:
        return tlsStep(pass, seconds);
    }
  }
}

const beforeTrust: ReadonlySet<StepName> = new Set(['dns', 'tcp', 'proxy', 'starttls', 'tls', 'ssh']);

function beforeTlsStep(end: Extract<ProbeEnd, { stage: 'proxy' | 'starttls' }>, seconds: string): Step {
  const { stage, kind, detail } = end;
  const whom = stage === 'proxy' ? 'The proxy' : 'The server';
  if (kind === 'timeout') {
    const message =
      stage === 'proxy'
        ? `The proxy did not connect within ${seconds}.`
        : `The server did not begin TLS within ${seconds}. It may speak TLS from the first octet on, or something else.`;
    return failed(stage, 'timeout', message);
  }
  const code = stage === 'proxy' ? 'proxy-refused' : 'starttls-refused';
  return failed(stage, code, kind === 'refused' ? detail : `${whom} hung up (${detail}).`);
}

function tlsStep(pass: Parameters<typeof connectionSteps>[0], seconds: string): Step {
  const { end, server, version, cipher } = pass;
  const ok: Step = { step: 'tls', status: 'ok', message: [version, cipher].filter(Boolean).join(', ') || 'TLS' };
  if (end.stage === 'established') return ok;
  if (end.stage !== 'tls') return skipped('tls');
  if (server.version !== undefined && server.version < 0x0303) {
    return failed(
      'tls',
      'protocol-version',
      `The server speaks ${version ?? 'an old version'} at most; TLS 1.2 is the least the tenant accepts.`,
    );
  }
  // The handshake got to the client certificate: that is judged further down.
  if (server.certificateRequested && acceptanceOf(pass) === 'refused') return ok;
  switch (end.kind) {
    case 'not-tls':
      return failed(
        'tls',
        'not-tls',
        `What answers is not TLS${end.detail ? `, but "${end.detail.slice(0, 40)}"` : ''}.`,
      );
    case 'timeout':
      return failed('tls', 'timeout', `The handshake did not end within ${seconds}.`);
    case 'alert':
      return alertStep(end.alert ?? 0, server.version !== undefined);
    case 'closed':
      return failed(
        'tls',
        'connection-closed',
        'The server closed the connection during the handshake without a reason.',
      );
    case 'local':
      return localStep(end.detail);
  }
}

function alertStep(alert: number, answered: boolean): Step {
  const name = alertName(alert);
  if (alert === 70) return failed('tls', 'protocol-version', 'The server accepts neither TLS 1.2 nor TLS 1.3.');
  if (alert === 112) {
    return failed('tls', 'server-name-mismatch', `The server does not know the name it was asked for (${name}).`);
  }
  if (alert === 71 || (alert === 40 && !answered)) {
    return failed('tls', 'no-shared-cipher', `The server accepts none of the ciphers offered (${name}).`);
  }
  return failed('tls', 'connection-closed', `The server broke off the handshake (${name}).`);
}

/** Our own stack gave up. The words are OpenSSL's or BoringSSL's. */
function localStep(detail: string): Step {
  const text = detail.toUpperCase();
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE/.test(text)) {
    return failed('tls', 'not-tls', 'What answers is not TLS.');
  }
  if (/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|UNKNOWN_PROTOCOL/.test(text)) {
    return failed('tls', 'protocol-version', 'The server speaks neither TLS 1.2 nor TLS 1.3.');
  }
  if (/NO_SHARED_CIPHER|NO_CIPHERS|DH_KEY_TOO_SMALL|BAD_DH|WRONG_CIPHER|KEY_TOO_SMALL|WRONG_CURVE/.test(text)) {
    return failed('tls', 'no-shared-cipher', `The server's way of encrypting is refused here (${detail}).`);
  }
  if (text.includes('EXCESSIVE_MESSAGE_SIZE')) {
    return failed('tls', 'server-certificate-invalid', 'The server sends more certificates than any client takes.');
  }
  return failed('tls', 'connection-closed', `The handshake failed (${detail}).`);
}

export function serverNameStep(chain: readonly Certificate[], { serverName }: Target): Step {
  const [leaf] = chain;
  if (!leaf) return skipped('serverName');
  switch (serverNameMatch(leaf, serverName)) {
    case 'alternative-name':
      return { step: 'serverName', status: 'ok', message: `The certificate is for ${serverName}.` };
    case 'common-name':
      return {
        step: 'serverName',
        status: 'warning',
        message: `The certificate names ${serverName} as common name alone. Java, and so the tenant, takes that; others do not, and a new one should have it among its alternative names.`,
      };
    case undefined:
  }
  const names = namesOf(leaf);
  const has = names.length ? `It is for ${firstFew(names, 5)}` : 'It has no alternative names';
  return failed('serverName', 'server-name-mismatch', `The certificate is not for ${serverName}. ${has}.`);
}

export function serverTrustStep(chain: readonly Certificate[], trust: TrustJudgement | undefined): Step {
  if (!trust) return skipped('serverTrust');
  if (trust.trusted) {
    const path = trust.path.map((member) => member.subject.short).join(' < ');
    const message = `${path}, anchored by the entry "${trust.anchor.alias}".`;
    return trust.note === undefined
      ? { step: 'serverTrust', status: 'ok', message }
      : { step: 'serverTrust', status: 'warning', message: `${message} ${trust.note}` };
  }
  const who = trust.subject ? `"${trust.subject.subject.short}": ` : '';
  const missing =
    trust.missing && !trust.missing.equals(chain[0]?.subject ?? trust.missing)
      ? ` Missing: ${trust.missing.toString()}.`
      : '';
  return failed('serverTrust', trust.code, `${who}${trust.reason}${missing}`);
}

/** What the server sent as its certificate is none. */
export function unreadableStep(problem: string): Step {
  return failed('serverTrust', 'server-certificate-invalid', problem);
}

export interface ClientSituation {
  readonly requested: boolean;
  readonly without: Probe;
  readonly withCertificate: Probe | undefined;
  /** Alias asked for. */
  readonly client: string | undefined;
  /** Why its key cannot be used. */
  readonly unusable: string | undefined;
  /** The tenant that has it, where that is why. */
  readonly elsewhere?: string | undefined;
  readonly issuers: readonly Name[];
  /** The key pairs of the keystore, judged by these issuers. */
  readonly candidates: readonly Candidate[];
}

export function clientCertificateStep(situation: ClientSituation): Step {
  const { requested, client, unusable, issuers, withCertificate, without } = situation;
  const step = 'clientCertificate';
  const accepts = issuers.length
    ? ` It accepts: ${firstFew(
        issuers.map((issuer) => issuer.short),
        4,
      )}.`
    : '';
  if (situation.elsewhere !== undefined && client !== undefined && requested) {
    return onTenantStep(client, situation.elsewhere, situation, accepts);
  }
  if (unusable !== undefined && client !== undefined && situation.elsewhere === undefined) {
    return failed(step, 'client-key-unusable', `"${client}" cannot be used: ${unusable}`);
  }
  if (!requested) {
    return client === undefined
      ? { step, status: 'ok', message: 'The server did not ask for a client certificate.' }
      : {
          step,
          status: 'warning',
          code: 'ok-client-certificate-not-requested',
          message: `The server never asked for a client certificate; "${client}" was not sent.`,
        };
  }
  if (wantsPostHandshake(without)) {
    return failed(
      step,
      client === undefined ? 'client-certificate-required' : 'client-certificate-rejected',
      'The server asks for a client certificate only after the handshake, which no Java client takes part in with TLS 1.3. ' +
        'It has to ask in the handshake, on a host or port of its own, or to speak TLS 1.2 there.',
    );
  }
  const chosen = client === undefined ? chosenAtRandom(situation.candidates) : '';
  const alone = acceptanceOf(without);
  const asks = without.server.certificateRequested
    ? 'The server asks for a client certificate'
    : 'The server begins a new handshake after the request, as servers do to ask for a client certificate only then';
  if (client === undefined) {
    switch (alone) {
      case 'refused':
        return failed(
          step,
          'client-certificate-required',
          `The server requires a client certificate, and none was given${howItEnded(without)}.${accepts}${chosen}`,
        );
      case 'kept':
        return { step, status: 'ok', message: `${asks}, but goes on without one.${accepts}${chosen}` };
      case 'unclear':
        return { step, status: 'ok', message: `${asks}; none was given.${accepts}${chosen}` };
    }
  }
  if (!withCertificate) return skipped(step);
  if (alone === 'kept' && acceptanceOf(withCertificate) === 'kept') {
    return {
      step,
      status: 'ok',
      code: 'ok-client-certificate-optional',
      message: `${asks}, but goes on without one too; "${client}" was sent.${accepts}`,
    };
  }
  const message =
    alone === 'refused'
      ? `The server requires a client certificate; "${client}" was sent.${accepts}`
      : `${asks}; "${client}" was sent.${accepts}`;
  return { step, status: 'ok', message };
}

/** What can be said of a key pair whose private key is not here: what the server asks for, held against its chain. */
function onTenantStep(client: string, where: string, { issuers, candidates }: ClientSituation, accepts: string): Step {
  const step = 'clientCertificate';
  const judged = candidates.find(({ alias }) => alias === client);
  if (judged && !judged.usable) {
    return failed(step, 'client-key-unusable', `The server would not take "${client}": ${judged.why ?? ''}${accepts}`);
  }
  const by = issuers.length
    ? 'it is issued by one of the issuers that the server accepts'
    : 'the server names no issuers, and may take any';
  return {
    step,
    status: 'warning',
    code: 'ok-client-key-elsewhere',
    message: `The private key of "${client}" stays on ${where}, so it was not shown; ${by}.${accepts}`,
  };
}

/** SAP Help, "Private Key Alias": without one, any key pair that the server would take. */
function chosenAtRandom(candidates: readonly Candidate[]): string {
  const usable = candidates.filter((each) => each.usable).map(({ alias }) => `"${alias}"`);
  if (usable.length === 0) return candidates.length ? ' Of the key pairs in the keystore it would take none.' : '';
  if (usable.length === 1) return ` Without an alias the tenant would send ${usable[0] ?? ''}.`;
  return ` Without an alias the tenant chooses one of these at random: ${firstFew(usable, 5)}.`;
}

export function acceptedStep(situation: ClientSituation): Step {
  const { client, unusable, withCertificate, without, requested } = situation;
  const step = 'accepted';
  const pass = withCertificate ?? without;
  const acceptance = acceptanceOf(pass);
  const how = howItEnded(pass);
  if (withCertificate && client !== undefined) {
    switch (acceptance) {
      case 'refused':
        return failed(
          step,
          'client-certificate-rejected',
          `The server refused the connection after "${client}" was sent${how}.`,
        );
      case 'unclear':
        return failed(
          step,
          'connection-closed',
          `The server hung up after "${client}" was sent, without a reason${how}.`,
        );
      case 'kept':
        return { step, status: 'ok', message: keptWith(client, pass) };
    }
  }
  if (unusable !== undefined) return skipped(step);
  switch (acceptance) {
    case 'refused':
      return requested
        ? skipped(step)
        : failed(step, 'connection-closed', `The server broke off the connection${how}.`);
    case 'kept':
      return { step, status: 'ok', message: `The handshake stands${answered(pass)}.` };
    case 'unclear':
      if (requested) {
        return failed(
          step,
          'connection-closed',
          `The server asked for a client certificate, got none, and hung up without a reason${how}: it may require one.`,
        );
      }
      return pass.end.kind === 'closed-at-once'
        ? failed(
            step,
            'connection-closed',
            'The server closed the connection right after the handshake, without a reason.',
          )
        : { step, status: 'ok', message: 'The handshake stands; to a request the server hung up.' };
  }
}

function keptWith(client: string, pass: Probe): string {
  return pass.end.kind === 'silent'
    ? `The server has not refused "${client}" and waits. Whether it authorises the sender is another matter.`
    : `The server accepted the handshake with "${client}"${answered(pass)}. Whether it authorises the sender is another matter.`;
}

/** An answer that speaks of a refusal is told; it may be about the path "/" alone. */
function answered({ end, service }: Probe): string {
  if (end.stage !== 'established' || end.kind !== 'data' || service) return '';
  const status = httpStatus(end.answer);
  return status !== undefined && status >= 400 ? `, and answered the request for "/" with HTTP ${status}` : '';
}

function howItEnded({ end }: Probe): string {
  if (end.stage !== 'tls' && end.stage !== 'established') return '';
  if (end.kind === 'data') return ` (${httpRefusal(end.answer) ?? ''})`;
  if (end.alert !== undefined) return ` (${alertName(end.alert)})`;
  return end.kind === 'closed' || end.kind === 'closed-at-once' ? ' (it closed the connection)' : '';
}
