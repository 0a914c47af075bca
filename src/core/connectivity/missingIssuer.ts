import type { Certificate } from '../certificates/certificate';
import { readCertificates } from '../certificates/import';
import { checkSignature } from '../certificates/signature';
import { FlowKeystoreError } from '../errors';
import type { ConnectivityReport } from './report';

/** From the server's certificate upwards, over those that were sent; each once. */
export function pathOf(chain: readonly Certificate[]): Certificate[] {
  const path = chain.slice(0, 1);
  for (;;) {
    const top = path.at(-1);
    const next = chain.find((each) => !path.includes(each) && top?.mayBeIssuedBy(each) && !top.equals(each));
    if (!top || top.selfIssued || !next) return path;
    path.push(next);
  }
}

/** Addresses where the missing issuer lies, as the highest certificate that was sent says (RFC 5280 section 4.2.2.1). */
export function issuerAddresses({ server }: ConnectivityReport): readonly string[] {
  if (!server || server.anchor || server.fetched || server.missing === undefined) return [];
  const top = pathOf(server.chain).at(-1);
  if (!top || top.selfIssued || top.issuer.toString() !== server.missing) return [];
  return top.extensions.caIssuers.filter((address) => /^https?:\/\//i.test(address));
}

/**
 * Fetches the certificate that the server should have sent. It counts only where its key made the signature.
 * @param fetch gets what lies at an http or https address
 * @returns the report with what was fetched, which is offered for the keystore
 * @throws FlowKeystoreError `not-found`, `download-failed`; the signal's reason
 */
export async function withMissingIssuer(
  report: ConnectivityReport,
  fetch: (address: string, signal?: AbortSignal) => Promise<Uint8Array>,
  signal?: AbortSignal,
): Promise<ConnectivityReport> {
  const { server } = report;
  const top = server && pathOf(server.chain).at(-1);
  let failure: unknown;
  for (const address of issuerAddresses(report)) {
    try {
      const found = readCertificates(await fetch(address, signal)).certificates;
      const issuer = found.find((each) => top?.mayBeIssuedBy(each) && checkSignature(top, each) === 'good');
      if (server && issuer) return { ...report, server: { ...server, offer: issuer, fetched: [issuer] } };
      failure = new FlowKeystoreError('not-found', `What lies at ${address} did not issue the certificate.`);
    } catch (error) {
      signal?.throwIfAborted();
      failure = error;
    }
  }
  throw failure instanceof Error
    ? failure
    : new FlowKeystoreError(
        'not-found',
        'The certificate does not say where its issuer lies.',
        {},
        'Ask the receiver for it.',
      );
}
