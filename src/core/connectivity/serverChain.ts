import { Certificate } from '../certificates/certificate';
import { FlowKeystoreError } from '../errors';
import { probe } from './probe';
import { targetText, type Target } from './target';

export interface ServerChainOptions {
  /** For each of name look-up, connection and handshake. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * The certificates that a TLS server sends, in its order, leaf first. Nothing of them is checked: whom to trust is decided by a person, by the
 * fingerprint. A server seldom sends its root.
 * @throws FlowKeystoreError `unreadable` where none came, saying why; the signal's reason when cancelled
 */
export async function serverChain(target: Target, options: ServerChainOptions): Promise<readonly Certificate[]> {
  const { host, port, serverName } = target;
  const { end, server } = await probe({ host, port, serverName, ...options });
  // Also a server that then refuses the handshake, for want of a client certificate say, has shown its own.
  const chain = server.chain?.map((der) => Certificate.parse(der)) ?? [];
  if (chain.length) return chain;
  const why = 'detail' in end && end.detail ? `${end.stage}: ${end.kind}, ${end.detail}` : `${end.stage}: ${end.kind}`;
  throw new FlowKeystoreError(
    'unreadable',
    `${targetText(target)} sent no certificate (${why}).`,
    {},
    'Test the connection to see where it ends.',
  );
}
