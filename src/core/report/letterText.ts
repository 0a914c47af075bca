import type { Certificate } from '../certificates/certificate';
import type { KeyUse } from './keyUses';
import { day, inMarkdown } from './markdown';

/** What the letters to receivers have in common. */
export const issuerText = (certificate: Certificate): string =>
  certificate.selfIssued ? 'itself (self-signed)' : certificate.issuer.toString();

export const validText = ({ notBefore, notAfter }: Certificate): string => `${day(notBefore)} to ${day(notAfter)}`;

/** A line of Markdown for each channel that connects; what a person has to fill in where none is known. */
export function connectionLines(uses: readonly KeyUse[], gap: string): string[] {
  if (!uses.length) return [`- ${gap}`];
  return uses.map(
    ({ flow, channel, adapter, address }) =>
      `- ${inMarkdown(address || '(address set at run time)')} (${inMarkdown(adapter)}, channel "${inMarkdown(channel)}" of "${inMarkdown(flow)}")`,
  );
}
