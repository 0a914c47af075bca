import { stat } from 'node:fs/promises';
import { publicKeyText } from '../../core/certificates/publicKey';
import { describeNote, groups, validityText } from '../../core/keystore/describe';
import { daysLeft, expiryState, percentLeft, usualThresholds, type ExpiryThresholds } from '../../core/keystore/expiry';
import type { Entry, Keystore, KeystoreNote } from '../../core/keystore/model';
import { lintEntry } from '../../core/keystore/lint';
import { describeFinding } from '../../core/keystore/lintText';
import { describeSapFinding, judgeForSap, otherKeyPasswords, type SapFinding } from '../../core/keystore/sapLimits';
import { protectionLine, protectionOf } from '../../core/keystore/protection';
import { visible } from '../../core/visible';
import { certificateOf } from '../../core/keystore/chain';
import { KeystoreOpener, type OpenKeystore } from '../keystores';
import { badArguments, readNumber, readOptions } from '../options';
import type { Terminal } from '../terminal';
import { stableListing } from './stableListing';

export const listUsage =
  'list KEYSTORE [--days 30] [--percent 33] [--for-sap] [--password-env NAME] [--json | --stable]';

/** Lists the entries of a keystore; with `--for-sap` what SAP's tenant would say of it, and exit code 1 where it would refuse something. */
export async function list(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    stable: { type: 'boolean' },
    'for-sap': { type: 'boolean' },
    days: { type: 'string' },
    percent: { type: 'string' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length) throw badArguments('list takes one keystore file.');
  const variables = values['password-env'] ?? [];
  if (values.stable) {
    if (values['for-sap']) throw badArguments('--stable is for comparisons: --for-sap does not go with it.');
    if (values.json) throw badArguments('--stable and --json are two ways to write it: take one.');
    if (values.days !== undefined || values.percent !== undefined) {
      throw badArguments('--stable says the same on every day: --days and --percent do not go with it.');
    }
    // Git's configuration names a variable for everybody, and not everybody has set it.
    const set = variables.filter((name) => terminal.env[name] !== undefined);
    terminal.out(await stableListing(file, new KeystoreOpener(set, terminal), terminal));
    return 0;
  }
  const look = { now: terminal.now(), warnFrom: readThresholds(values.days, values.percent) };
  const opener = new KeystoreOpener(variables, terminal);
  const opened = values['for-sap'] ? await opener.open(file) : undefined;
  const keystore = opened?.keystore ?? (await opener.openToLook(file));
  const findings = opened && (await sapFindings(opened, terminal));
  if (values.json) {
    const data = { ...listing(file, keystore, look), ...(findings && { sap: findings }) };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else {
    terminal.out(listingText(file, keystore, look) + (findings ? sapText(findings) : ''));
  }
  return findings?.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** When a certificate counts as expiring. */
interface Look {
  readonly now: Date;
  readonly warnFrom: ExpiryThresholds;
}

/** As the settings of the editor have it. @throws FlowKeystoreError `arguments` */
function readThresholds(days: string | undefined, percent: string | undefined): ExpiryThresholds {
  return {
    days: days === undefined ? usualThresholds.days : readNumber(days, 'days', 0, 100_000),
    percent: percent === undefined ? usualThresholds.percent : readNumber(percent, 'percent', 0, 100),
  };
}

async function sapFindings({ file, keystore, password }: OpenKeystore, terminal: Terminal): Promise<SapFinding[]> {
  const isJava = keystore.type === 'JKS' || keystore.type === 'JCEKS';
  const { size } = await stat(file);
  return judgeForSap(keystore, {
    fileSize: size,
    password,
    ...(isJava && { otherPasswords: await otherKeyPasswords(keystore, password ?? '', terminal.signal) }),
  });
}

function sapText(findings: readonly SapFinding[]): string {
  const lines = findings.map(
    (finding) =>
      `  ${finding.severity === 'information' ? 'note' : finding.severity}: ${visible(describeSapFinding(finding))}`,
  );
  return ['', "For SAP's tenant:", ...(lines.length ? lines : ['  nothing that it would refuse']), ''].join('\n');
}

function listing(file: string, keystore: Keystore, look: Look): object {
  const entries = keystore.entries.map((entry) => entryData(entry, look));
  const protection = protectionOf(keystore);
  return { file, type: keystore.type, protection, entries, notes: keystore.notes.map(noteData) };
}

function entryData(entry: Entry, { now, warnFrom }: Look): unknown {
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
    state: expiryState(certificate, now, warnFrom),
    daysLeft: daysLeft(certificate, now),
    percentLeft: percentLeft(certificate, now),
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

function listingText(file: string, keystore: Keystore, { now, warnFrom }: Look): string {
  const n = keystore.entries.length;
  const lines = [`${file}: ${keystore.type}, ${n} ${n === 1 ? 'entry' : 'entries'}`];
  const protection = protectionOf(keystore).map(protectionLine);
  if (protection.length) lines.push(`  ${protection.join('; ')}`);
  for (const entry of keystore.entries) {
    lines.push('', `${entry.alias}  (${kindText[entry.kind]})`);
    const certificate = certificateOf(entry);
    if (!certificate) continue;
    lines.push(
      `  ${certificate.subject.toString()}`,
      `  issued by ${certificate.selfIssued ? 'itself' : certificate.issuer.toString()}`,
      `  ${publicKeyText(certificate.publicKey)}, valid to ${certificate.notAfter.toISOString().slice(0, 10)} (${validityText(certificate, now, warnFrom)})`,
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
