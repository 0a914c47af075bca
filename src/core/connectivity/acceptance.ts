import type { Probe } from './probe';

/**
 * What a pass shows of the server's judgement on the client certificate that came, or that none came. `kept`: it went on; `refused`: it took
 * the handshake back, broke it off or said so in HTTP; `unclear`: it went away in a way that has other reasons too.
 */
export type Acceptance = 'kept' | 'refused' | 'unclear';

/** Alerts by which a server refuses a client certificate or the lack of one (RFC 8446 section 6.2). */
const certificateAlerts = new Set([40, 41, 42, 43, 44, 45, 46, 48, 49, 51, 80, 116]);

/** Whether the server asked for a client certificate: in the handshake, or after the request, by a new handshake (TLS 1.2) or as it would (TLS 1.3). */
export function isRequested(pass: Probe): boolean {
  return pass.server.certificateRequested || pass.server.renegotiated || wantsPostHandshake(pass);
}

/**
 * Apache httpd whose configuration asks for the certificate of some paths alone. In TLS 1.3 that takes post-handshake authentication (RFC 8446 section 4.6.2),
 * which clients have to offer; Java does not (JDK 17), nor does Node.
 */
export function wantsPostHandshake({ end }: Probe): boolean {
  return end.stage === 'established' && end.kind === 'data' && postHandshake.test(end.answer);
}

const postHandshake = /Cannot perform Post-Handshake Authentication/i;

export function acceptanceOf(pass: Probe): Acceptance {
  const { end, server } = pass;
  const requested = isRequested(pass);
  if (end.stage === 'established') {
    switch (end.kind) {
      case 'data':
        return requested && httpRefusal(end.answer) !== undefined ? 'refused' : 'kept';
      case 'silent':
        return 'kept';
      case 'alert':
        return 'refused';
      case 'closed-at-once':
        // Before anything was asked: after a request for a certificate that is a refusal.
        return requested ? 'refused' : 'unclear';
      case 'closed':
        return 'unclear';
    }
  }
  if (end.stage !== 'tls' || !server.certificateRequested) return 'unclear';
  if (end.kind === 'alert') return certificateAlerts.has(end.alert ?? 0) ? 'refused' : 'unclear';
  return end.kind === 'closed' && server.complete ? 'refused' : 'unclear';
}

/**
 * Servers that end the handshake whatever the certificate, and refuse in HTTP: nginx (400 with its internal 495 or 496) and what is built
 * on it, IIS (403.7 and others). The words of the refusal, where it is one.
 */
export function httpRefusal(answer: string): string | undefined {
  const status = httpStatus(answer);
  const said =
    status === 400
      ? /No required SSL certificate was sent|The SSL certificate error/i
      : status === 403
        ? /\b403\.(?:7|12|13|16|17)\b|Cannot perform Post-Handshake Authentication/i
        : status === 495 || status === 496
          ? /^HTTP\/1\.\d \d+ ?[^\r\n]*/
          : undefined;
  const words = said?.exec(answer)?.[0];
  return words === undefined || status === undefined ? undefined : `HTTP ${status}: ${words}`;
}

/** Status code of an HTTP/1 answer. */
export function httpStatus(answer: string): number | undefined {
  const code = /^HTTP\/1\.\d (\d{3})\b/.exec(answer)?.[1];
  return code === undefined ? undefined : Number(code);
}
