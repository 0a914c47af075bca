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
import { stableText } from '../../core/keystore/stableText';
import type { TenantEntryFacts, TenantKeystore } from '../../core/tenant/keystore';
import { KeystoreOpener, type OpenKeystore } from '../keystores';
import { badArguments, readNumber, readOptions } from '../options';
import type { Terminal } from '../terminal';
import { isTenant, tenantPlace } from '../tenant';
import { stableListing } from './stableListing';

export const listUsage =
  'list KEYSTORE | --tenant KEY [--days 30] [--percent 33] [--for-sap] [--password-env NAME] [--json | --stable]';

/** Lists the entries of a keystore; with `--for-sap` what SAP's tenant would say of it, and exit code 1 where it would refuse something. */
export async function list(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    json: { type: 'boolean' },
    stable: { type: 'boolean' },
    'for-sap': { type: 'boolean' },
    days: { type: 'string' },
    percent: { type: 'string' },
    'password-env': { type: 'string', multiple: true },
    tenant: { type: 'string' },
  });
  const [file, ...more] = [...positionals, ...(values.tenant === undefined ? [] : [tenantPlace(values.tenant)])];
  if (file === undefined || more.length) throw badArguments('list takes one keystore file, or --tenant KEY.');
  const variables = values['password-env'] ?? [];
  if (values.stable) {
    if (values['for-sap']) throw badArguments('--stable is for comparisons: --for-sap does not go with it.');
    if (values.json) throw badArguments('--stable and --json are two ways to write it: take one.');
    if (values.days !== undefined || values.percent !== undefined) {
      throw badArguments('--stable says the same on every day: --days and --percent do not go with it.');
    }
    if (isTenant(file)) {
      terminal.out(await stableText((await new KeystoreOpener([], terminal).open(file)).keystore));
      return 0;
    }
    // Git's configuration names a variable for everybody, and not everybody has set it.
    const set = variables.filter((name) => terminal.env[name] !== undefined);
    terminal.out(await stableListing(file, new KeystoreOpener(set, terminal), terminal));
    return 0;
  }
  const look = { now: terminal.now(), warnFrom: readThresholds(values.days, values.percent) };
  const opener = new KeystoreOpener(variables, terminal);
  if (values['for-sap'] && isTenant(file)) {
    throw badArguments('--for-sap judges a file that is to be uploaded; this is there.');
  }
  const opened = values['for-sap'] || isTenant(file) ? await opener.open(file) : undefined;
  const keystore = opened?.keystore ?? (await opener.openToLook(file));
  const findings = values['for-sap'] && opened ? await sapFindings(opened, terminal) : undefined;
  if (values.json) {
    const data = {
      ...listing(opened?.file ?? file, keystore, look, opened?.tenant),
      ...(findings && { sap: findings }),
    };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else {
    const text = listingText(opened?.file ?? file, keystore, look, opened?.tenant);
    terminal.out(text + (findings ? sapText(findings) : ''));
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

function listing(file: string, keystore: Keystore, look: Look, tenant?: TenantKeystore): object {
  const entries = keystore.entries.map((entry) => ({
    ...(entryData(entry, look) as object),
    ...(tenant && { tenant: factsData(tenant.facts.get(entry.alias)) }),
  }));
  const protection = protectionOf(keystore);
  const type = tenant ? 'tenant' : keystore.type;
  return { file, type, protection, entries, notes: keystore.notes.map(noteData) };
}

function factsData(facts: TenantEntryFacts | undefined): object {
  const { ownedBySap = false, lastModifiedBy, lastModified } = facts ?? {};
  return {
    owner: ownedBySap ? 'SAP' : 'Tenant Administrator',
    ...(lastModifiedBy !== undefined && { lastModifiedBy }),
    ...(lastModified && { lastModified: lastModified.toISOString() }),
  };
}

function factsText(facts: TenantEntryFacts | undefined): string[] {
  const { ownedBySap, lastModifiedBy, lastModified } = facts ?? {};
  const changed = [lastModified?.toISOString().slice(0, 10), lastModifiedBy && `by ${visible(lastModifiedBy)}`];
  const parts = [ownedBySap ? "SAP's own" : '', lastModified ? `changed ${changed.filter(Boolean).join(' ')}` : ''];
  const text = parts.filter(Boolean).join(', ');
  return text === '' ? [] : [`  ${text}`];
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

function listingText(file: string, keystore: Keystore, { now, warnFrom }: Look, tenant?: TenantKeystore): string {
  const n = keystore.entries.length;
  const lines = [`${file}: ${tenant ? 'keystore of a tenant' : keystore.type}, ${n} ${n === 1 ? 'entry' : 'entries'}`];
  const protection = protectionOf(keystore).map(protectionLine);
  if (protection.length) lines.push(`  ${protection.join('; ')}`);
  for (const entry of keystore.entries) {
    lines.push('', `${entry.alias}  (${kindText[entry.kind]})`, ...factsText(tenant?.facts.get(entry.alias)));
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
