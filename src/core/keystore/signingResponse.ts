import type { Certificate } from '../certificates/certificate';
import { readCertificates } from '../certificates/import';
import { publicKeyText } from '../certificates/publicKey';
import { checkSignature } from '../certificates/signature';
import { FlowKeystoreError } from '../errors';
import { trustAnchors } from './anchors';
import { buildChain, certificatesIn, type BuiltChain, type CertificateSource, type ChainMember } from './buildChain';
import { getKeyPair } from './edit';
import type { Keystore, KeyPairEntry } from './model';

/** SAP takes signing responses of up to 30,720 octets ("Updating a Key Pair with a Signing Response"). */
export const maxResponseBytes = 30_720;

/** An authority's answer to a certification request. */
export interface SigningResponse {
  readonly certificates: readonly Certificate[];
  readonly bytes: number;
}

/**
 * PKCS#7 (.p7b, .p7c, .spc), PEM, DER, PkiPath, or base64 without its armour.
 * @throws FlowKeystoreError `not-a-certificate`, `damaged`, `too-large`
 */
export function readSigningResponse(input: Uint8Array | string): SigningResponse {
  const { certificates } = readCertificates(input);
  return { certificates, bytes: typeof input === 'string' ? Buffer.byteLength(input) : input.length };
}

/** A keystore that the entry of a response is looked for in. */
export interface SearchedStore {
  readonly keystore: Keystore;
  /** Of private keys without a certificate, by alias (`lonePublicKeys`). */
  readonly publicKeys?: ReadonlyMap<string, Uint8Array>;
}

/** The entry that a response is for. */
export interface Match<S> {
  readonly store: S;
  readonly entry: KeyPairEntry;
  /** The certificate for its key. */
  readonly certificate: Certificate;
}

/**
 * The key pairs whose public key the response certifies, in the order of the keystores. Of several certificates for one key the newest counts;
 * those of issuers, whose private keys may lie here too (a test authority), count where no other does. A private key without any certificate is found
 * where its public key is told.
 */
export function matchingKeyPairs<S extends SearchedStore>(
  response: Pick<SigningResponse, 'certificates'>,
  stores: readonly S[],
): Match<S>[] {
  const { certificates } = response;
  const isIssuer = (candidate: Certificate): boolean =>
    certificates.some((other) => other !== candidate && other.mayBeIssuedBy(candidate));
  const found = matching(
    certificates.filter((certificate) => !isIssuer(certificate)),
    stores,
  );
  return found.length ? found : matching(certificates, stores);
}

function matching<S extends SearchedStore>(certificates: readonly Certificate[], stores: readonly S[]): Match<S>[] {
  const byKey = new Map<string, Certificate>();
  for (const certificate of certificates) {
    const key = keyOf(certificate);
    const before = byKey.get(key);
    if (!before || certificate.notBefore > before.notBefore) byKey.set(key, certificate);
  }
  return stores.flatMap((store) =>
    store.keystore.entries.flatMap((entry) => {
      if (entry.kind !== 'keyPair') return [];
      const spki = entry.chain[0]?.spki ?? store.publicKeys?.get(entry.alias);
      const certificate = spki && byKey.get(keyOf({ spki }));
      return certificate ? [{ store, entry, certificate }] : [];
    }),
  );
}

const keyOf = ({ spki }: Pick<Certificate, 'spki'>): string => Buffer.from(spki).toString('latin1');

/** @throws FlowKeystoreError `key-mismatch` where no key pair of the keystores is the one that was certified */
export function requireMatches<S extends SearchedStore>(
  response: Pick<SigningResponse, 'certificates'>,
  stores: readonly S[],
): Match<S>[] {
  const matches = matchingKeyPairs(response, stores);
  if (matches.length) return matches;
  const [first] = response.certificates;
  const what = first ? ` for "${first.subject.short}" (${publicKeyText(first.publicKey)})` : '';
  throw new FlowKeystoreError(
    'key-mismatch',
    `The certificate${what} belongs to none of the private keys here.`,
    {},
    'Open the keystore that the request was made from, or make a new request.',
  );
}

/**
 * The match within the entry of that alias.
 * @throws FlowKeystoreError `key-mismatch`, naming the entry that the response belongs to instead; `alias-unknown`, `not-a-key-pair`
 */
export function matchFor<S extends SearchedStore>(
  response: Pick<SigningResponse, 'certificates'>,
  store: S,
  alias: string,
): Match<S> {
  const entry = getKeyPair(store.keystore, alias);
  const matches = matchingKeyPairs(response, [store]);
  const match = matches.find((each) => each.entry === entry);
  if (match) return match;
  const [other] = matches;
  throw new FlowKeystoreError(
    'key-mismatch',
    `The public key of the certificate is not that of "${entry.alias}".`,
    {},
    other
      ? `It belongs to "${other.entry.alias}".`
      : 'Ask for the response to the request that was made from this entry, or make a new request.',
  );
}

export interface ResponsePlan {
  readonly alias: string;
  /** The certificate that the entry had before. */
  readonly before: Certificate | undefined;
  readonly chain: BuiltChain;
  /** Leaf and intermediates. */
  readonly withoutRoot: readonly ChainMember[];
  /** The self-signed certificate at the end, where the chain gets that far. */
  readonly root?: ChainMember;
  /**
   * Whether the keystore trusts where the chain ends: as an entry of its own. Else whoever signed it has to be confirmed by a person, who compares
   * the fingerprint of `top`.
   */
  readonly trusted: boolean;
  readonly top: Certificate;
  readonly warnings: readonly ResponseWarning[];
}

export type ResponseWarning =
  /** SAP refuses it. */
  | { readonly code: 'too-large-for-sap'; readonly bytes: number }
  | { readonly code: 'incomplete'; readonly missing: string }
  | { readonly code: 'not-yet-valid'; readonly certificate: Certificate }
  | { readonly code: 'issuer-expired'; readonly certificate: Certificate }
  | { readonly code: 'signature-unchecked'; readonly certificate: Certificate }
  | { readonly code: 'not-newer'; readonly certificate: Certificate }
  | { readonly code: 'self-signed'; readonly certificate: Certificate };

/**
 * What importing a response would do.
 * @param more further certificates to find issuers among, tried after those of the response and before those of the keystore; those that lie elsewhere
 * come last
 * @throws FlowKeystoreError `certificate-expired`, `signature-invalid`
 */
export function planResponse(
  { entry, certificate, store }: Match<{ readonly keystore: Keystore }>,
  response: SigningResponse,
  now: Date,
  more: readonly CertificateSource[] = [],
): ResponsePlan {
  if (certificate.notAfter < now) {
    throw new FlowKeystoreError(
      'certificate-expired',
      `The certificate for "${entry.alias}" expired on ${isoDay(certificate.notAfter)}.`,
      {},
      'Ask the authority for a new one.',
    );
  }
  const { keystore } = store;
  const chain = buildChain(
    { certificate, from: 'response' },
    [
      { from: 'response', certificates: response.certificates },
      ...more.filter(({ from }) => from !== 'elsewhere'),
      { from: 'store', certificates: certificatesIn(keystore) },
      ...more.filter(({ from }) => from === 'elsewhere'),
    ],
    now,
  );
  const last = chain.members.at(-1)?.certificate ?? certificate;
  const [impostor] = chain.impostors;
  if (impostor && chain.missing) {
    throw new FlowKeystoreError(
      'signature-invalid',
      `The signature of "${last.subject.short}" was not made by "${impostor.subject.short}", which has the name of its issuer.`,
      {},
      'Ask the authority for the certificate again, with its chain.',
    );
  }
  if (last.selfIssued && checkSignature(last, last) === 'bad') {
    throw new FlowKeystoreError(
      'signature-invalid',
      `The signature of "${last.subject.short}" does not verify with its own key.`,
      {},
      'Ask the authority for the certificate again, with its chain.',
    );
  }
  const isChain = chain.members.length > 1;
  const root = isChain && last.selfIssued ? chain.members.at(-1) : undefined;
  const anchors = trustAnchors(keystore).map((anchor) => anchor.certificate);
  const above = chain.members.slice(1);
  const trusted = above.some((member) => anchors.some((anchor) => anchor.equals(member.certificate)));
  return {
    alias: entry.alias,
    before: entry.chain[0],
    chain,
    withoutRoot: root ? chain.members.slice(0, -1) : chain.members,
    ...(root && { root }),
    trusted,
    top: last,
    warnings: warningsOf(entry, certificate, response, chain, now),
  };
}

function warningsOf(
  entry: KeyPairEntry,
  certificate: Certificate,
  response: SigningResponse,
  chain: BuiltChain,
  now: Date,
): ResponseWarning[] {
  const before = entry.chain[0];
  const expired = chain.members.slice(1).find((member) => member.certificate.notAfter < now);
  return [
    ...(response.bytes > maxResponseBytes ? [{ code: 'too-large-for-sap', bytes: response.bytes } as const] : []),
    ...(chain.missing ? [{ code: 'incomplete', missing: chain.missing.toString() } as const] : []),
    ...(certificate.notBefore > now ? [{ code: 'not-yet-valid', certificate } as const] : []),
    ...(expired ? [{ code: 'issuer-expired', certificate: expired.certificate } as const] : []),
    ...chain.unchecked.map((each) => ({ code: 'signature-unchecked', certificate: each }) as const),
    ...(before && !before.selfIssued && before.notAfter > certificate.notAfter
      ? [{ code: 'not-newer', certificate: before } as const]
      : []),
    ...(certificate.selfIssued ? [{ code: 'self-signed', certificate } as const] : []),
  ];
}

/** In one plain English sentence. */
export function describeResponseWarning(warning: ResponseWarning): string {
  switch (warning.code) {
    case 'too-large-for-sap':
      return `The response has ${warning.bytes.toLocaleString('en')} octets; SAP takes at most ${maxResponseBytes.toLocaleString('en')}.`;
    case 'incomplete':
      return `The chain is not complete: the certificate of "${warning.missing}" is missing. Unless that is the root, a receiver that knows only the root will refuse it.`;
    case 'not-yet-valid':
      return `The certificate is not valid before ${isoDay(warning.certificate.notBefore)}.`;
    case 'issuer-expired':
      return `"${warning.certificate.subject.short}" in the chain expired on ${isoDay(warning.certificate.notAfter)}.`;
    case 'signature-unchecked':
      return `The signature of "${warning.certificate.subject.short}" was not checked: this platform does not know the algorithm.`;
    case 'not-newer':
      return `The certificate that it replaces is valid longer, to ${isoDay(warning.certificate.notAfter)}.`;
    case 'self-signed':
      return 'The certificate is self-signed: no authority has signed it.';
  }
}

/** The chain that goes into the entry. */
export function chainOf(plan: ResponsePlan, withRoot: boolean): Certificate[] {
  const members = withRoot && plan.root ? [...plan.withoutRoot, plan.root] : plan.withoutRoot;
  return members.map(({ certificate }) => certificate);
}

const isoDay = (date: Date): string => date.toISOString().slice(0, 10);
