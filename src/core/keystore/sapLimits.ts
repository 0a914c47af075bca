import type { Certificate } from '../certificates/certificate';
import { sapCertificateLimit } from '../certificates/lint';
import { publicKeyText } from '../certificates/publicKey';
import { FlowKeystoreError } from '../errors';
import { openSealedKey, sealedOctets } from '../keys/sealedKey';
import { Pace } from '../keys/slices';
import { checkAlias, describeAliasProblem } from './alias';
import { certificatesOf } from './chain';
import type { Entry, Keystore, KeyPairEntry } from './model';
import { sapKeyPairLimit } from './lint';
import { passwordProblem, type PasswordProblem } from './password';

/**
 * SAP's limits in octets. Sources: "Uploading a Certificate", "Uploading a Key Pair", "Updating a Key Pair with a Signing Response", "Managing
 * Keystore Entries". Of the key pair's size SAP itself gives three figures (24,576 in the schema of the API, 30,072 in its error text, 30,720 in
 * the pages on the user interface): from the first on there is a warning, above the last an error.
 */
export const sapSizes = {
  certificate: sapCertificateLimit,
  keyPairSurely: 24_576,
  keyPair: sapKeyPairLimit,
  signingResponse: 30_720,
  jksUpload: 2 * 1024 * 1024,
  keystore: 6 * 1024 * 1024,
} as const;

/** One thing that SAP would refuse or drop. `place`: the alias; absent for the file as a whole. */
export interface SapFinding {
  readonly code:
    | 'alias'
    | 'certificate-too-large'
    | 'key-pair-too-large'
    | 'key-pair-near-limit'
    | 'key-without-certificate'
    | 'key-of-unknown-kind'
    | 'file-too-large'
    | 'upload-too-large'
    | 'password'
    | 'dropped'
    | 'one-key-of-several'
    | 'format'
    | 'key-password';
  readonly severity: 'error' | 'warning' | 'information';
  readonly alias?: string;
  readonly message: string;
}

export interface SapQuestion {
  /** Of the keystore's file, in octets. */
  readonly fileSize?: number;
  readonly password?: string | undefined;
  /** Aliases of private keys that are known to have another password than the file. */
  readonly otherPasswords?: readonly string[];
}

/** What SAP Cloud Integration would say of a keystore, before anything is sent anywhere. Errors first. */
export function judgeForSap(keystore: Keystore, question: SapQuestion = {}): SapFinding[] {
  const findings = [...fileFindings(keystore, question), ...keystore.entries.flatMap(entryFindings)];
  const rank = { error: 0, warning: 1, information: 2 } as const;
  return findings.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function fileFindings(keystore: Keystore, { fileSize, password, otherPasswords = [] }: SapQuestion): SapFinding[] {
  const { type, entries } = keystore;
  const findings: SapFinding[] = [];
  const isJava = type === 'JKS' || type === 'JCEKS';
  if (fileSize !== undefined && fileSize > sapSizes.keystore) {
    const message = `The file has ${kilobytes(fileSize)}; a keystore of SAP holds ${kilobytes(sapSizes.keystore)}: delete what is no longer used.`;
    findings.push({ code: 'file-too-large', severity: 'error', message });
  } else if (isJava && fileSize !== undefined && fileSize > sapSizes.jksUpload) {
    const message = `The file has ${kilobytes(fileSize)}; SAP takes ${kilobytes(sapSizes.jksUpload)} in one upload: split it.`;
    findings.push({ code: 'upload-too-large', severity: 'error', message });
  }
  if (type === 'PEM') {
    const message = 'SAP takes no PEM file as a keystore: convert it to PKCS#12, JKS or JCEKS.';
    findings.push({ code: 'format', severity: 'error', message });
  } else if (!isJava) {
    const message =
      'The API of SAP takes a whole keystore as JKS or JCEKS only; PKCS#12 is taken in the user interface, and for a single key pair.';
    findings.push({ code: 'format', severity: 'information', message });
    const keys = entries.filter(({ kind }) => kind === 'keyPair').length;
    if (keys > 1) {
      const message = `Uploaded as "Key Pair", SAP keeps one of the ${keys} private keys: upload it as a keystore, or each for itself.`;
      findings.push({ code: 'one-key-of-several', severity: 'warning', message });
    }
  }
  const problem = password === undefined ? undefined : passwordProblem(password);
  if (problem) findings.push({ code: 'password', severity: 'error', message: passwordText[problem] });
  for (const alias of isJava ? otherPasswords : []) {
    const message =
      'SAP asks for private keys under the password of the keystore; this one has a password of its own: convert the keystore, and all of it has one.';
    findings.push({ code: 'key-password', severity: 'error', alias, message });
  }
  return findings;
}

const passwordText: Readonly<Record<PasswordProblem, string>> = {
  'too-short': 'The password is shorter than the 8 characters that SAP asks for: give the keystore a longer one.',
  'not-ascii': 'SAP takes ASCII characters only in the password of a keystore: give it another.',
  'too-simple':
    'SAP asks for three of upper case, lower case, digits and others in the password of a keystore: give it another.',
};

/** What can be said of one entry alone, when it is uploaded. */
export function entryFindings(entry: Entry): SapFinding[] {
  const { alias } = entry;
  const findings = checkAlias(alias).map((each): SapFinding => {
    const severity = each.code === 'reserved-by-sap' ? 'error' : each.severity;
    return { code: 'alias', severity, alias, message: describeAliasProblem(each) };
  });
  switch (entry.kind) {
    case 'keyPair':
      findings.push(...keyPairFindings(entry));
      break;
    case 'certificate':
      findings.push(...certificateFindings(entry.certificate, alias));
      break;
    default: {
      const message = 'SAP drops entries without a certificate when it takes a keystore, and does not say so.';
      findings.push({ code: 'dropped', severity: 'warning', alias, message });
    }
  }
  return findings;
}

function certificateFindings({ der }: Certificate, alias: string): SapFinding[] {
  if (der.length <= sapSizes.certificate) return [];
  const message = `The certificate has ${octets(der.length)}; SAP takes ${octets(sapSizes.certificate)}: ask its authority for one with less in it.`;
  return [{ code: 'certificate-too-large', severity: 'error', alias, message }];
}

function keyPairFindings(entry: KeyPairEntry): SapFinding[] {
  const { alias, chain } = entry;
  const [leaf] = chain;
  if (!leaf) {
    const message =
      'The private key has no certificate: SAP takes none without. Import the certificate that belongs to it.';
    return [{ code: 'key-without-certificate', severity: 'error', alias, message }];
  }
  const findings = chain.flatMap((certificate) => certificateFindings(certificate, alias));
  const size = keyPairSize(entry);
  if (size > sapSizes.keyPair) {
    const message = `As a file of its own the key pair has about ${octets(size)}; SAP takes ${octets(sapSizes.keyPair)}: leave the root out of its chain.`;
    findings.push({ code: 'key-pair-too-large', severity: 'error', alias, message });
  } else if (size > sapSizes.keyPairSurely) {
    const message = `As a file of its own the key pair has about ${octets(size)}; SAP takes ${octets(sapSizes.keyPairSurely)} in any case, perhaps ${octets(sapSizes.keyPair)}.`;
    findings.push({ code: 'key-pair-near-limit', severity: 'warning', alias, message });
  }
  if (!['RSA', 'EC', 'DSA'].includes(leaf.publicKey.algorithm)) {
    const message = `SAP knows keys of the kinds RSA, EC and DSA, not ${publicKeyText(leaf.publicKey)}: use a key of another kind.`;
    findings.push({ code: 'key-of-unknown-kind', severity: 'error', alias, message });
  }
  return findings;
}

/** Octets of bags, names, salts and the MAC around a certificate, a key and a whole file, rounded up. */
const around = { certificate: 100, key: 130, file: 230 } as const;

/** About as many octets as a PKCS#12 file with this key pair alone has. */
export function keyPairSize({ key, chain, alias }: KeyPairEntry): number {
  const certificates = chain.reduce((sum, { der }) => sum + der.length + around.certificate, 0);
  return around.file + around.key + sealedOctets(key).length + certificates + 4 * alias.length;
}

/** @param size of the file, in octets; undefined where SAP takes it */
export function signingResponseFinding(size: number): SapFinding | undefined {
  if (size <= sapSizes.signingResponse) return undefined;
  const message = `The signing response has ${octets(size)}; SAP takes ${octets(sapSizes.signingResponse)}.`;
  return { code: 'file-too-large', severity: 'error', message };
}

/** About as many octets as a keystore has as JKS or JCEKS file: what is beside keys and certificates hardly counts. */
export function javaStoreSize({ entries }: Pick<Keystore, 'entries'>): number {
  const certificates = (list: readonly Certificate[]): number =>
    list.reduce((sum, { der }) => sum + 11 + der.length, 0);
  return entries.reduce((sum, entry) => {
    const key = entry.kind === 'keyPair' ? 8 + sealedOctets(entry.key).length : 0;
    return sum + 14 + Buffer.byteLength(entry.alias) + key + certificates(certificatesOf(entry));
  }, 32);
}

/**
 * The private keys of a keystore that its password does not open: SAP takes none such in JKS and JCEKS.
 * @returns their aliases
 */
export async function otherKeyPasswords(
  { entries }: Pick<Keystore, 'entries'>,
  password: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const pace = new Pace(signal);
  const found: string[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'keyPair') continue;
    if (pace.over) await pace.rest();
    try {
      const plain = await openSealedKey(entry.key, password, signal);
      if (entry.key.form !== 'plain') plain.fill(0);
    } catch (error) {
      if (!(error instanceof FlowKeystoreError)) throw error;
      if (error.code === 'wrong-password') found.push(entry.alias);
    }
  }
  return found;
}

/** `partner_a: ...`. */
export function describeSapFinding({ alias, message }: SapFinding): string {
  return alias === undefined ? message : `${alias}: ${message}`;
}

const octets = (n: number): string => `${n.toLocaleString('en')} octets`;
const kilobytes = (n: number): string =>
  n < 1024 * 1024 ? `${Math.round(n / 1024).toLocaleString('en')} kB` : `${(n / 1024 / 1024).toFixed(1)} MB`;
