import type { Certificate } from '../certificates/certificate';
import { decodeExtensions } from '../certificates/extensionText';
import { publicKeyText } from '../certificates/publicKey';
import { visible } from '../visible';
import { groups, validityText } from './describe';
import { percentLeft, type WarnFrom } from './expiry';

/** In columns. */
const width = 100;

/** `Label:  value`, what deceives in the value made visible. */
export function factLine(label: string, value: string): string {
  return `${`${label}:`.padEnd(28)}${visible(value)}`;
}

/** `2027-01-09 12:00:00 UTC`. */
export function momentText(date: Date): string {
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

/** Hex in pairs, and decimal as Windows and some portals write it. */
function serialForms(serialNumber: string): { readonly hexText: string; readonly decimal?: string } {
  const negative = serialNumber.startsWith('-');
  const digits = negative ? serialNumber.slice(1) : serialNumber;
  const sign = negative ? '-' : '';
  const hexText = `${sign}${groups(digits.length % 2 ? `0${digits}` : digits)}`;
  // A number of hundreds of octets is no serial number, and costs time to write.
  if (digits === '' || digits.length > 128) return { hexText };
  return { hexText, decimal: `${sign}${BigInt(`0x${digits}`).toString()}` };
}

/** In both forms, in one line. */
export function serialText(serialNumber: string): string {
  const { hexText, decimal } = serialForms(serialNumber);
  return decimal === undefined ? hexText : `${hexText} (decimal ${decimal})`;
}

/** In lines that fit a window, the second and further ones indented as far as the first one's head. Words are not cut. */
export function wrapped(head: string, text: string): string[] {
  const lines: string[] = [];
  let line = head;
  for (const word of text.split(' ')) {
    const first = line.length === head.length;
    if (!first && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${' '.repeat(head.length)}${word}`;
    } else line += first ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** `412 days left, 56 % of its lifetime`. */
export function lifetimeText(certificate: Certificate, now: Date, warnFrom: WarnFrom): string {
  const text = validityText(certificate, now, warnFrom);
  if (certificate.notAfter < now || certificate.notBefore > now) return text;
  return `${text}, ${percentLeft(certificate, now)} % of its lifetime`;
}

/** All that a certificate says, a line each. */
export function certificateLines(certificate: Certificate, now: Date, warnFrom: WarnFrom): string[] {
  const { publicKey } = certificate;
  const { hexText, decimal } = serialForms(certificate.serialNumber);
  const bits = publicKey.curve !== undefined && publicKey.size !== undefined ? ` (${publicKey.size} bits)` : '';
  return [
    factLine('Subject', certificate.subject.toString() || '(empty)'),
    factLine('Issuer', certificate.selfIssued ? 'itself (self-signed)' : certificate.issuer.toString()),
    factLine('Serial number', hexText),
    ...(decimal === undefined ? [] : [factLine('  in decimal', decimal)]),
    factLine('Valid from', momentText(certificate.notBefore)),
    factLine('Valid to', `${momentText(certificate.notAfter)} (${lifetimeText(certificate, now, warnFrom)})`),
    factLine('Key', `${publicKeyText(publicKey)}${bits}`),
    factLine('Signature', certificate.signatureAlgorithm.name),
    factLine('Version', String(certificate.version)),
    factLine('Size', `${certificate.der.length.toLocaleString('en')} bytes`),
    ...extensionLines(certificate),
    '',
    'Fingerprints',
    ...(['sha1', 'sha256', 'sha512'] as const).flatMap((algorithm) =>
      digestLines(`  SHA-${algorithm.slice(3)}`, certificate.fingerprint(algorithm)),
    ),
    ...digestLines('  SHA-256 of the key', certificate.keyDigest),
  ];
}

/** 32 octets a line. */
function digestLines(label: string, digest: string): string[] {
  const [first = '', ...more] = digest.match(/.{1,64}/g) ?? [];
  return [factLine(label, groups(first)), ...more.map((part) => `${' '.repeat(28)}${groups(part)}`)];
}

function extensionLines(certificate: Certificate): string[] {
  const decoded = decodeExtensions(certificate.extensions);
  if (!decoded.length) return ['', 'No extensions'];
  return [
    '',
    'Extensions',
    ...decoded.flatMap(({ oid, name, critical, lines }) => {
      const [first = '', ...more] = lines;
      const label = `  ${name ?? oid}`;
      const text = `${first}${critical ? ' (critical)' : ''}`;
      const head = label.length < 28 ? [factLine(label, text)] : [`${label}:`, `${' '.repeat(28)}${text}`];
      return [...head, ...more.map((line) => `${' '.repeat(28)}${line}`)];
    }),
  ];
}
