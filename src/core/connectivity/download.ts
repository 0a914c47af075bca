import http from 'node:http';
import https from 'node:https';
import { FlowKeystoreError } from '../errors';

export interface DownloadLimits {
  /** Octets. */
  readonly most: number;
  /** Milliseconds, of the whole with its redirections. */
  readonly timeout: number;
  readonly redirections: number;
}

/** A certificate has a few kilobytes, a bundle of them some more. */
const certificateLimits: DownloadLimits = { most: 256 * 1024, timeout: 15_000, redirections: 3 };

/**
 * Fetches a small file by HTTP GET, as certificates name where their issuers lie (RFC 5280 section 4.2.2.1). Nothing of the user goes along: no
 * cookie, no credential.
 * @throws FlowKeystoreError `download-failed`, saying why; the signal's reason
 */
export async function download(
  address: string,
  signal?: AbortSignal,
  limits: DownloadLimits = certificateLimits,
): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(limits.timeout);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  let at = address;
  try {
    for (let left = limits.redirections; ; left--) {
      const answer = await get(urlOf(at), limits.most, either);
      if (answer.kind === 'content') return answer.octets;
      if (left === 0) throw failed(address, `it was sent on more than ${limits.redirections} times`);
      at = new URL(answer.to, at).href;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof FlowKeystoreError) throw error;
    if (timeout.aborted) throw failed(address, `no answer within ${limits.timeout / 1000} seconds`, error);
    const { code, message } = error as NodeJS.ErrnoException;
    throw failed(address, code ?? message, error);
  }
}

type Answer =
  { readonly kind: 'content'; readonly octets: Uint8Array } | { readonly kind: 'elsewhere'; readonly to: string };

function get(url: URL, most: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { get: start } = url.protocol === 'https:' ? https : http;
    const request = start(url, { signal, headers: { accept: '*/*', 'user-agent': 'flow-keystore' } }, (response) => {
      const { statusCode = 0, headers } = response;
      response.on('error', reject);
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        response.destroy();
        resolve({ kind: 'elsewhere', to: headers.location });
        return;
      }
      if (statusCode !== 200) {
        response.destroy();
        reject(failed(url.href, `the server answered ${statusCode}`));
        return;
      }
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        parts.push(part);
        if (length <= most) return;
        response.destroy();
        reject(failed(url.href, `it has more than ${Math.round(most / 1024)} kB`));
      });
      response.on('end', () => resolve({ kind: 'content', octets: Buffer.concat(parts) }));
      // Without an end it was cut off.
      response.on('close', () => reject(failed(url.href, 'the connection was closed in the middle')));
    });
    request.on('error', reject);
  });
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw failed(text, 'it is no http or https address');
  url.username = '';
  url.password = '';
  return url;
}

function failed(address: string, why: string, cause?: unknown): FlowKeystoreError {
  return new FlowKeystoreError(
    'download-failed',
    `The certificate at ${address} could not be fetched: ${why}.`,
    {},
    'Get it another way and name it as a file.',
    cause === undefined ? undefined : { cause },
  );
}
