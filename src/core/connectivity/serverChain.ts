import { Certificate } from '../certificates/certificate';
import { FlowKeystoreError } from '../errors';
import { probe, type ProbeEnd } from './probe';
import type { Proxy } from './proxy';
import { targetText, type Target } from './target';

export interface ServerChainOptions {
  /** For each of name look-up, connection and handshake. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Who connects in our place. */
  readonly proxy?: Proxy;
}

/**
 * The certificates that a TLS server sends, in its order, leaf first. Nothing of them is checked: whom to trust is decided by a person, by the
 * fingerprint. A server seldom sends its root.
 * @throws FlowKeystoreError `unreadable` where none came, saying why; the signal's reason when cancelled
 */
export async function serverChain(target: Target, options: ServerChainOptions): Promise<readonly Certificate[]> {
  const { end, server } = await probe({ ...target, ...options });
  // Also a server that then refuses the handshake, for want of a client certificate say, has shown its own.
  const chain = server.chain?.map((der) => Certificate.parse(der)) ?? [];
  if (chain.length) return chain;
  const [why, next] = reasons(end);
  const detail = 'detail' in end && end.detail ? { detail: end.detail } : {};
  throw new FlowKeystoreError('unreadable', `${targetText(target)} sent no certificate: ${why}.`, detail, next);
}

/** Why nothing came, and what to do. */
function reasons(end: ProbeEnd): readonly [why: string, next: string] {
  if (end.kind === 'timeout') {
    return ['it did not answer in time', 'Check host, port and firewall, or allow more time.'];
  }
  if (end.stage === 'dns') return ['there is no host of that name', 'Check how the host is spelled, and the network.'];
  if (end.stage === 'tcp') {
    return end.kind === 'refused'
      ? ['it refuses connections on that port', 'Check the port.']
      : ['it cannot be reached', 'Check the address, the network and the firewall.'];
  }
  if (end.stage === 'proxy') return ['the proxy does not connect to it', 'Check the proxy and what it allows.'];
  if (end.kind === 'not-tls') return ['it does not speak TLS there', 'Check the port; 443 is that of HTTPS.'];
  return ['it ended the TLS handshake before', 'Test the connection to see where it ends.'];
}
