import type { Certificate } from '../certificates/certificate';
import { decodeExtensions } from '../certificates/extensionText';
import { publicKeyText } from '../certificates/publicKey';
import { Pace } from '../keys/slices';
import { visible } from '../visible';
import { factLine, momentText, serialText } from './certificateText';
import { count, describeNote, entryKindNames, groups, storeName } from './describe';
import { byAlias } from './details';
import type { Entry, Keystore } from './model';

/**
 * A keystore as text for comparisons, by `git diff` say: entries by alias, no word about today, the name of the file or how keys are sealed. A
 * line changes only where what it says has changed. No secret is in it; a changed private key shows as a changed public key.
 */
export async function stableText(keystore: Keystore, pace = new Pace()): Promise<string> {
  const lines = [`${storeName(keystore)}: ${count(keystore.entries.length, 'entry', 'entries')}`];
  for (const note of keystore.notes) lines.push(visible(`Note: ${describeNote(note)}`));
  for (const entry of byAlias(keystore.entries)) {
    if (pace.over) await pace.rest();
    lines.push('', visible(entry.alias), ...entryLines(entry).map((line) => `  ${line}`));
  }
  return `${lines.join('\n')}\n`;
}

function entryLines(entry: Entry): string[] {
  const lines = [factLine('Kind', entryKindNames[entry.kind])];
  if (entry.created) lines.push(factLine('Created', momentText(entry.created)));
  switch (entry.kind) {
    case 'keyPair': {
      const [leaf, ...issuers] = entry.chain;
      if (!leaf) return [...lines, 'No certificate'];
      return [...lines, ...certificateFacts(leaf), ...issuers.flatMap(memberLines)];
    }
    case 'certificate':
      return [...lines, ...certificateFacts(entry.certificate)];
    case 'secretKey':
      return entry.algorithm === undefined ? lines : [...lines, factLine('Algorithm', entry.algorithm)];
    case 'unknown':
      return [...lines, factLine('Type', entry.what)];
  }
}

function certificateFacts(certificate: Certificate): string[] {
  return [
    factLine('Subject', certificate.subject.toString() || '(empty)'),
    factLine('Issuer', certificate.issuer.toString() || '(empty)'),
    factLine('Serial number', serialText(certificate.serialNumber)),
    factLine('Valid from', momentText(certificate.notBefore)),
    factLine('Valid to', momentText(certificate.notAfter)),
    factLine('Key', publicKeyText(certificate.publicKey)),
    factLine('Signature', certificate.signatureAlgorithm.name),
    ...decodeExtensions(certificate.extensions).flatMap(({ oid, name, critical, lines }) =>
      lines.map((line) => factLine(name ?? oid, `${line}${critical ? ' (critical)' : ''}`)),
    ),
    factLine('SHA-256 fingerprint', groups(certificate.sha256)),
    factLine('SHA-256 of the key', groups(certificate.keyDigest)),
  ];
}

function memberLines(certificate: Certificate, i: number): string[] {
  return [
    factLine(`Chain ${i + 2}`, certificate.subject.toString() || '(empty)'),
    factLine('  Valid to', momentText(certificate.notAfter)),
    factLine('  SHA-256 fingerprint', groups(certificate.sha256)),
  ];
}
