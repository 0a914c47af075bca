import https from 'node:https';
import { FlowKeystoreError } from '../errors';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** To authenticate with. PEM. */
  readonly client?: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Sends a request and reads the whole answer. @throws FlowKeystoreError `tenant-unreachable`; the signal's reason */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

export interface TransportOptions {
  /** Milliseconds without a sign of life. */
  readonly timeoutMs?: number;
  /** PEM: trusted in the place of the platform's. */
  readonly ca?: string;
}

/** More than a whole keystore in base64 (6 MB), and than any list. Octets. */
const mostOctets = 64 * 1024 * 1024;

/** HTTPS by the platform: in VS Code its proxy and certificate settings apply, in Node `NODE_EXTRA_CA_CERTS`. Redirections are not followed. */
export function httpsTransport({ timeoutMs = 30_000, ca }: TransportOptions = {}): Transport {
  return (request) =>
    new Promise((resolve, reject) => {
      const { method, url, headers, body, client, signal } = request;
      const { host } = new URL(url);
      const fail = (error: unknown): void => {
        if (signal?.aborted) reject(signal.reason as Error);
        else reject(error instanceof FlowKeystoreError ? error : unreachable(host, error));
      };
      const sent = https.request(url, {
        method,
        headers: {
          'user-agent': 'flow-keystore',
          ...headers,
          ...(body && { 'content-length': Buffer.byteLength(body) }),
        },
        timeout: timeoutMs,
        ...(signal && { signal }),
        ...(ca !== undefined && { ca }),
        ...(client && { cert: client.certificatePem, key: client.privateKeyPem }),
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} seconds`)));
      sent.on('error', fail);
      sent.on('response', (response) => {
        const pieces: Buffer[] = [];
        let length = 0;
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          length += piece.length;
          if (length > mostOctets) sent.destroy(new Error('its answer is too large'));
        });
        response.on('error', fail);
        response.on('aborted', () => fail(new Error('the connection broke in the middle of the answer')));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
        );
      });
      sent.end(body);
    });
}

function unreachable(host: string, cause: unknown): FlowKeystoreError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const untrusted = /SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_/.test(code ?? '');
  return new FlowKeystoreError(
    'tenant-unreachable',
    `${host} cannot be reached: ${untrusted ? `its certificate is not trusted on this machine (${code ?? ''})` : (code ?? message)}.`,
    {},
    untrusted
      ? 'Where a proxy of your company issues certificates, name its authority in NODE_EXTRA_CA_CERTS or in the settings of the system.'
      : 'Check the address, the network and the proxy.',
    { cause },
  );
}
