import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { AlternativeName } from '../../certificates/alternativeNames';
import type { Certificate } from '../../certificates/certificate';
import { issueCertificate } from '../../certificates/issue';
import { issuerAddressExtension } from '../../certificates/writeExtensions';
import { generateKeys, privateKeyInfoOf, type KeySpec } from '../../keys/generate';
import { openSealedKey, sealKey } from '../../keys/sealedKey';
import { addKeyPair, getKeyPair } from '../../keystore/edit';
import type { Keystore } from '../../keystore/model';
import { emptyKeystore } from '../../keystore/store';

/** A certificate with its private key. */
export interface Identity {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
  /** Leaf first, up to and with the root. */
  readonly chain: readonly Certificate[];
}

/** What a practice receiver is made of: the authority that issues its own certificate, and the one whose clients it accepts. */
export interface PracticeAuthorities {
  readonly issuing: Identity;
  readonly clientCa: Identity;
}

/** Aliases of the entries in the keystore of a practice receiver. */
export const practiceAliases = {
  root: 'practice_root',
  issuing: 'practice_issuing_ca',
  clientCa: 'practice_client_ca',
  partner: 'practice_partner',
} as const;

/** Of a server on this machine. */
export const localNames: readonly AlternativeName[] = [
  { kind: 'dns', value: 'localhost' },
  { kind: 'ip', value: '127.0.0.1' },
  { kind: 'ip', value: '::1' },
];

interface IdentityRequest {
  readonly name: string;
  /** Absent: self-signed. */
  readonly issuer?: Identity;
  readonly ca?: boolean;
  /** Days from now. */
  readonly days: readonly [from: number, to: number];
  readonly usage?: 'clientAuth' | 'serverAuth';
  readonly alternativeNames?: readonly AlternativeName[];
  /** Where the certificate of the issuer lies, as the certificate says. */
  readonly issuerAt?: string;
  readonly key?: KeySpec;
}

const day = 24 * 60 * 60 * 1000;

/** A throw-away identity. EC P-256 where nothing else is asked for: fast. */
export async function makeIdentity(request: IdentityRequest, now: Date): Promise<Identity> {
  const { name, issuer, ca, days, usage, alternativeNames, issuerAt, key } = request;
  const { privateKey, publicKey } = await generateKeys(key ?? { algorithm: 'EC', curve: 'P-256' });
  const certificate = await issueCertificate({
    subject: [
      { label: 'CN', value: name },
      { label: 'O', value: 'Practice' },
    ],
    publicKey,
    signingKey: issuer?.privateKey ?? privateKey,
    notBefore: new Date(now.getTime() + days[0] * day),
    notAfter: new Date(now.getTime() + days[1] * day),
    ...(issuer && { issuer: issuer.certificate }),
    ...(ca && { ca: {} }),
    ...(usage && { extendedKeyUsage: [usage] }),
    ...(alternativeNames && { alternativeNames }),
    ...(issuerAt !== undefined && { extensions: [issuerAddressExtension(issuerAt)] }),
  });
  return { certificate, privateKey, chain: [certificate, ...(issuer?.chain ?? [])] };
}

/** A key pair of a client of the authority, of a kind that every tenant takes. */
export function makePracticePartner(clientCa: Identity, now: Date, name: string): Promise<Identity> {
  const key: KeySpec = { algorithm: 'RSA', bits: 2048 };
  return makeIdentity({ name, issuer: clientCa, days: [-1, 730], usage: 'clientAuth', key }, now);
}

/** The keystore of a practice receiver: its authorities, and a key pair of a client that it accepts. */
export async function makePracticeKeystore(password: string, now: Date): Promise<Keystore> {
  // From before the day on which an expired certificate of it begins.
  const authority = { ca: true, days: [-7, 3650] } as const;
  const root = await makeIdentity({ ...authority, name: 'Practice Receiver Root' }, now);
  const issuing = await makeIdentity({ ...authority, name: 'Practice Receiver Issuing CA', issuer: root }, now);
  const clientCa = await makeIdentity({ ...authority, name: 'Practice Client CA' }, now);
  const partner = await makePracticePartner(clientCa, now, 'Practice Partner');
  let keystore = emptyKeystore();
  for (const [part, identity] of Object.entries({ root, issuing, clientCa, partner })) {
    const alias = practiceAliases[part as keyof typeof practiceAliases];
    keystore = await withIdentity(keystore, alias, identity, password, now);
  }
  return keystore;
}

/** A keystore with one key pair more, sealed under the password. */
export async function withIdentity(
  keystore: Keystore,
  alias: string,
  identity: Identity,
  password: string,
  now: Date,
): Promise<Keystore> {
  const key = await sealKey(privateKeyInfoOf(identity), password);
  return addKeyPair(keystore, { alias, key, chain: identity.chain, created: now }).keystore;
}

/**
 * The authorities out of the keystore of a practice receiver.
 * @throws FlowKeystoreError `alias-unknown` where one was deleted or renamed; errors of opening its key
 */
export async function practiceAuthoritiesOf(keystore: Keystore, password: string): Promise<PracticeAuthorities> {
  const identity = async (alias: string): Promise<Identity> => {
    const { chain, key } = getKeyPair(keystore, alias);
    const der = Buffer.from(await openSealedKey(key, password));
    const [certificate] = chain;
    if (!certificate) throw new Error(`"${alias}" has no certificate.`);
    return { certificate, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }), chain };
  };
  return { issuing: await identity(practiceAliases.issuing), clientCa: await identity(practiceAliases.clientCa) };
}

/** Whom the receiver accepts beside the clients of its authority: the trusted certificates in its keystore, as its administrator imports them. */
export function acceptedIn(keystore: Keystore): Certificate[] {
  return keystore.entries.flatMap((entry) => (entry.kind === 'certificate' ? [entry.certificate] : []));
}
