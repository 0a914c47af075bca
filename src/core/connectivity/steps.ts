import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';
import { firstFew } from '../firstFew';
import { acceptanceOf, httpRefusal, httpStatus } from './acceptance';
import { alertName, connectedAddress, type Probe, type Reached } from './probe';
import type { Step, StepName, VerdictCode } from './report';
import { matchesServerName, namesOf } from './serverName';
import type { Target } from './target';
import type { TrustJudgement } from './trust';

export function skipped(step: StepName): Step {
  return { step, status: 'skipped', message: 'Not reached.' };
}

function failed(step: StepName, code: VerdictCode, message: string): Step {
  return { step, status: 'failed', code, message };
}

/** dns or tcp, once it stands. */
export function reachedStep(reached: Reached): Step {
  return reached.stage === 'dns'
    ? { step: 'dns', status: 'ok', message: reached.addresses.join(', ') || 'resolved' }
    : { step: 'tcp', status: 'ok', message: `Connected to ${reached.address} in ${reached.ms} ms.` };
}

/** dns, tcp and tls of the pass without a client certificate. */
export function connectionSteps(pass: Probe, timeoutMs: number): Step[] {
  const { end, addresses, attempts, ms } = pass;
  const seconds = `${timeoutMs / 1000} seconds`;
  if (end.stage === 'dns') {
    const dns =
      end.kind === 'timeout'
        ? failed('dns', 'timeout', `The name was not resolved within ${seconds}.`)
        : failed('dns', 'dns-not-found', `There is no such host (${end.detail}).`);
    return [dns, skipped('tcp'), skipped('tls')];
  }
  const dns = reachedStep({ stage: 'dns', addresses });
  if (end.stage === 'tcp') {
    const tcp =
      end.kind === 'timeout'
        ? failed('tcp', 'timeout', `No connection within ${seconds}: a firewall may drop it.`)
        : end.kind === 'refused'
          ? failed('tcp', 'connection-refused', 'The host refuses connections to this port: nothing listens there.')
          : failed('tcp', 'connection-refused', `The host cannot be reached (${end.detail}).`);
    return [dns, tcp, skipped('tls')];
  }
  const tcp = reachedStep({ stage: 'tcp', address: connectedAddress(attempts), ms: ms.tcp ?? 0 });
  return [dns, tcp, tlsStep(pass, seconds)];
}

function tlsStep(pass: Probe, seconds: string): Step {
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
  return failed('tls', 'connection-closed', `The handshake failed (${detail}).`);
}

export function serverNameStep(chain: readonly Certificate[], { serverName }: Target): Step {
  const [leaf] = chain;
  if (!leaf) return skipped('serverName');
  if (matchesServerName(leaf, serverName)) {
    return { step: 'serverName', status: 'ok', message: `The certificate is for ${serverName}.` };
  }
  const names = namesOf(leaf);
  const commonName = leaf.subject.first('CN');
  const byCommonName = names.length === 0 && commonName?.toLowerCase() === serverName.toLowerCase();
  const has = byCommonName
    ? 'It names it as common name alone, which does not count; alternative names are missing'
    : names.length
      ? `It is for ${firstFew(names, 5)}`
      : 'It has no alternative names';
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
  readonly issuers: readonly Name[];
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
  if (unusable !== undefined && client !== undefined) {
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
          `The server requires a client certificate, and none was given${howItEnded(without)}.${accepts}`,
        );
      case 'kept':
        return { step, status: 'ok', message: `${asks}, but goes on without one.${accepts}` };
      case 'unclear':
        return { step, status: 'ok', message: `${asks}; none was given.${accepts}` };
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
function answered({ end }: Probe): string {
  if (end.kind !== 'data') return '';
  const status = httpStatus(end.answer);
  return status !== undefined && status >= 400 ? `, and answered the request for "/" with HTTP ${status}` : '';
}

function howItEnded({ end }: Probe): string {
  if (end.stage !== 'tls' && end.stage !== 'established') return '';
  if (end.kind === 'data') return ` (${httpRefusal(end.answer) ?? ''})`;
  if (end.alert !== undefined) return ` (${alertName(end.alert)})`;
  return end.kind === 'closed' || end.kind === 'closed-at-once' ? ' (it closed the connection)' : '';
}
