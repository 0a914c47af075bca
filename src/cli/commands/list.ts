import { publicKeyText } from '../../core/certificates/publicKey';
import { describeNote, groups, validityText } from '../../core/keystore/describe';
import type { Entry, Keystore, KeystoreNote } from '../../core/keystore/model';
import { lintEntry } from '../../core/keystore/lint';
import { describeFinding } from '../../core/keystore/lintText';
import { visible } from '../../core/visible';
import { certificateOf } from '../../core/keystore/chain';
import { KeystoreOpener } from '../keystores';
import { badArguments, readOptions } from '../options';
import type { Terminal } from '../terminal';
import { stableListing } from './stableListing';

export const listUsage = 'list KEYSTORE [--password-env NAME] [--json | --stable]';

/** Lists the entries of a keystore. */
export async function list(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    stable: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length) throw badArguments('list takes one keystore file.');
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  if (values.stable) {
    if (values.json) throw badArguments('--stable and --json are two ways to write it: take one.');
    terminal.out(await stableListing(file, opener, terminal));
    return 0;
  }
  const { keystore } = await opener.open(file);
  if (values.json) terminal.out(`${JSON.stringify(listing(file, keystore), undefined, 2)}\n`);
  else terminal.out(listingText(file, keystore, terminal.now()));
  return 0;
}

function listing(file: string, keystore: Keystore): unknown {
  return { file, type: keystore.type, entries: keystore.entries.map(entryData), notes: keystore.notes.map(noteData) };
}

function entryData(entry: Entry): unknown {
  const common = {
    alias: entry.alias,
    kind: entry.kind,
    ...(entry.created && { created: entry.created.toISOString() }),
  };
  if (entry.kind === 'secretKey' || entry.kind === 'unknown') return { ...common, chainLength: 0 };
  const certificate = entry.kind === 'keyPair' ? entry.chain[0] : entry.certificate;
  const chainLength = entry.kind === 'keyPair' ? entry.chain.length : 1;
  if (!certificate) return { ...common, chainLength };
  const { algorithm, size, curve } = certificate.publicKey;
  return {
    ...common,
    algorithm,
    ...(size !== undefined && { size }),
    ...(curve !== undefined && { curve }),
    subject: certificate.subject.toString(),
    issuer: certificate.issuer.toString(),
    serial: certificate.serialNumber,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    signatureAlgorithm: certificate.signatureAlgorithm.name,
    sha256: certificate.sha256,
    chainLength,
  };
}

function noteData(note: KeystoreNote): unknown {
  const message = describeNote(note);
  if (note.code !== 'certificates-ignored-by-java') return { ...note, message };
  const certificates = note.certificates.map((c) => ({ subject: c.subject.toString(), sha256: c.sha256 }));
  return { code: note.code, certificates, message };
}

const kindText = {
  keyPair: 'key pair',
  certificate: 'certificate',
  secretKey: 'secret key',
  unknown: 'unknown',
} as const;

function listingText(file: string, keystore: Keystore, now: Date): string {
  const n = keystore.entries.length;
  const lines = [`${file}: ${keystore.type}, ${n} ${n === 1 ? 'entry' : 'entries'}`];
  for (const entry of keystore.entries) {
    lines.push('', `${entry.alias}  (${kindText[entry.kind]})`);
    const certificate = certificateOf(entry);
    if (!certificate) continue;
    lines.push(
      `  ${certificate.subject.toString()}`,
      `  issued by ${certificate.selfIssued ? 'itself' : certificate.issuer.toString()}`,
      `  ${publicKeyText(certificate.publicKey)}, valid to ${certificate.notAfter.toISOString().slice(0, 10)} (${validityText(certificate, now, 30)})`,
      `  SHA-256 ${groups(certificate.sha256)}`,
    );
    if (entry.kind === 'keyPair' && entry.chain.length > 1) lines.push(`  chain of ${entry.chain.length} certificates`);
    for (const finding of lintEntry(entry, now, keystore)) {
      lines.push(
        `  ${finding.severity === 'information' ? 'note' : finding.severity}: ${visible(describeFinding(finding))}`,
      );
    }
  }
  if (keystore.notes.length) lines.push('');
  for (const note of keystore.notes) lines.push(`Note: ${describeNote(note)}`);
  return `${lines.join('\n')}\n`;
}
