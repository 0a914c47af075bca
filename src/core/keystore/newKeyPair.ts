import { createPublicKey, type KeyObject } from 'node:crypto';
import { alternativeNameProblem, parseAlternativeNames, type AlternativeName } from '../certificates/alternativeNames';
import type { Certificate } from '../certificates/certificate';
import { parseSerialNumber, parseSignature } from '../certificates/chosenValues';
import { issueCertificate } from '../certificates/issue';
import type { SignatureHash } from '../certificates/signer';
import { parseSubject, type SubjectAttribute } from '../certificates/subjectText';
import { endOfValidity, lastMoment, parseMoment, parseValidity } from '../certificates/validity';
import { FlowKeystoreError } from '../errors';
import { generateKeys, keySpecs, keySpecText, privateKeyInfoOf, type KeySpec } from '../keys/generate';
import { checkAlias, describeAliasProblem } from './alias';
import { certificateOf } from './chain';
import { getKeyPair } from './edit';
import type { Entry, Keystore, KeyPairEntry } from './model';

export type Usage = 'clientAuth' | 'serverAuth';

/** What a person or a pipeline says of a new key pair. */
export interface KeyPairWish {
  readonly alias: string;
  /** `CN=Partner A, O=Example, C=DE`. */
  readonly subject: string;
  /** `RSA 3072`, `EC P-256` ... */
  readonly key: string;
  /** `2 years`, `90 days`, `2028-12-31`. */
  readonly validity: string;
  readonly usage: readonly Usage[];
  /** `a.example, 10.0.0.1`. */
  readonly alternativeNames: string;
  /** A certification authority. */
  readonly ca?: boolean;
  /** Alias of the key pair that signs; self-signed when absent. */
  readonly issuer?: string;
  /** `2027-01-31`, `2027-01-31 14:30` (UTC); from now on when absent. */
  readonly validFrom?: string;
  /** Hex; a random one when absent. */
  readonly serialNumber?: string;
  /** `SHA512withRSA`; what fits the key that signs when absent. */
  readonly signature?: string;
}

export interface KeyPairPlan {
  readonly alias: string;
  readonly spec: KeySpec;
  readonly subject: readonly SubjectAttribute[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly usage: readonly Usage[];
  readonly alternativeNames: readonly AlternativeName[];
  readonly ca: boolean;
  readonly issuer?: KeyPairEntry;
  /** Hex. */
  readonly serialNumber?: string;
  readonly hash?: SignatureHash;
}

/** What a certificate made now may be before: clocks of servers differ a little. */
export const clockTolerance = 5 * 60 * 1000;

/**
 * @throws FlowKeystoreError `alias-invalid`, `alias-exists`, `value-invalid`; `alias-unknown`, `not-a-key-pair`, `not-trusted` for an issuer that
 * cannot be one
 */
export function planKeyPair(wish: KeyPairWish, keystore: Keystore, now: Date): KeyPairPlan {
  const taken = keystore.entries.map(({ alias }) => alias);
  const problem = checkAlias(wish.alias, taken).find(({ severity }) => severity === 'error');
  if (problem) {
    const code = problem.code === 'taken' ? 'alias-exists' : 'alias-invalid';
    throw new FlowKeystoreError(code, describeAliasProblem(problem), {}, 'Choose another alias.');
  }
  const wanted = wish.key.trim().replace(/\s+/g, ' ').toUpperCase();
  const spec = keySpecs.find((candidate) => keySpecText(candidate) === wanted);
  if (!spec) {
    throw new FlowKeystoreError(
      'value-invalid',
      `"${wish.key}" is no kind of key that is made here.`,
      {},
      `Possible: ${keySpecs.map(keySpecText).join(', ')}.`,
    );
  }
  const issuer = wish.issuer === undefined ? undefined : issuingEntry(keystore, wish.issuer, now);
  const alternativeNames = checkedAlternativeNames(wish.alternativeNames);
  return {
    alias: wish.alias,
    spec,
    subject: parseSubject(wish.subject),
    ...period(wish.validity, now, issuer?.chain[0], wish.validFrom === undefined ? undefined : moment(wish.validFrom)),
    usage: wish.usage,
    alternativeNames,
    ca: wish.ca ?? false,
    ...(issuer && { issuer }),
    ...(wish.serialNumber !== undefined && { serialNumber: checkedSerialNumber(wish.serialNumber, keystore, issuer) }),
    ...(wish.signature !== undefined && {
      hash: parseSignature(wish.signature, issuer?.chain[0]?.publicKey.algorithm ?? spec.algorithm),
    }),
  };
}

/** @throws FlowKeystoreError `value-invalid` */
function moment(text: string): Date {
  const date = parseMoment(text);
  if (date && date <= lastMoment) return date;
  throw new FlowKeystoreError(
    'value-invalid',
    `"${text}" is no day and no time.`,
    {},
    'Write the first day ("2027-01-31") or a time, UTC ("2027-01-31 14:30").',
  );
}

/** An authority gives each number once (RFC 5280 section 4.1.2.2): what it is known to have signed is looked through. */
function checkedSerialNumber(text: string, { entries }: Keystore, issuer: KeyPairEntry | undefined): string {
  const serial = parseSerialNumber(text);
  if (serial === undefined) {
    throw new FlowKeystoreError(
      'value-invalid',
      `"${text}" is no serial number.`,
      {},
      'Write at most 20 octets in hex, not zero: 4f2a or 4F:2A.',
    );
  }
  const name = issuer?.chain[0]?.subject;
  const taken = entries.find((entry) => {
    const certificate = certificateOf(entry);
    return name && certificate?.serialNumber === serial && certificate.issuer.equals(name);
  });
  if (!taken) return serial;
  throw new FlowKeystoreError(
    'value-invalid',
    `"${issuer?.alias ?? ''}" has given the serial number ${serial} to "${taken.alias}" already.`,
    {},
    'Choose another number.',
  );
}

/** @throws FlowKeystoreError `value-invalid` */
export function checkedAlternativeNames(text: string): AlternativeName[] {
  const names = parseAlternativeNames(text);
  const wrong = names.map(alternativeNameProblem).find((found) => found !== undefined);
  if (wrong !== undefined) throw new FlowKeystoreError('value-invalid', wrong);
  return names;
}

/**
 * From now, with some tolerance, to the end of the text. A certificate does not outlive the one that signs it.
 * @param from when it begins instead; a length of time counts from there
 * @throws FlowKeystoreError `value-invalid`
 */
export function period(
  text: string,
  now: Date,
  issuer: Certificate | undefined,
  from?: Date,
): { readonly notBefore: Date; readonly notAfter: Date } {
  const validity = parseValidity(text);
  const end = validity && endOfValidity(validity, from ?? now);
  if (!end || !(end > now && end <= lastMoment)) {
    throw new FlowKeystoreError(
      'value-invalid',
      `"${text}" is no time in the future.`,
      {},
      'Write a length ("2 years", "90 days") or the last day ("2028-12-31").',
    );
  }
  const begin = from ?? new Date(now.getTime() - clockTolerance);
  const notBefore = issuer && issuer.notBefore > begin ? issuer.notBefore : begin;
  const notAfter = issuer && issuer.notAfter < end ? issuer.notAfter : end;
  if (notAfter > notBefore) return { notBefore, notAfter };
  throw new FlowKeystoreError(
    'value-invalid',
    `The certificate would begin on ${day(notBefore)} and end on ${day(notAfter)}.`,
    {},
    'Let it begin earlier or end later.',
  );
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

/** Whether the issuer ends before a certificate of that validity would: `period` then takes the issuer's end. */
export function isCutShort(text: string, now: Date, issuer: Certificate): boolean {
  return issuer.notAfter < period(text, now, undefined).notAfter;
}

/** Whether an entry can sign certificates: a key pair whose certificate says that it is an authority, and may sign. */
export function isIssuingEntry(entry: Entry): boolean {
  if (entry.kind !== 'keyPair') return false;
  const [certificate] = entry.chain;
  if (!certificate?.isCa) return false;
  return certificate.extensions.keyUsage?.has('keyCertSign') ?? true;
}

/** @throws FlowKeystoreError `alias-unknown`, `not-a-key-pair`, `not-trusted`, `certificate-expired` */
export function issuingEntry(keystore: Keystore, alias: string, now: Date): KeyPairEntry {
  const entry = getKeyPair(keystore, alias);
  if (!isIssuingEntry(entry)) {
    throw new FlowKeystoreError(
      'not-trusted',
      `"${entry.alias}" is no certification authority: what it signs would be refused.`,
      {},
      'Choose an authority of the keystore, or make one.',
      { remedy: 'make-authority' },
    );
  }
  const [certificate] = entry.chain;
  if (certificate && certificate.notAfter < now) {
    throw new FlowKeystoreError(
      'certificate-expired',
      `The certificate of "${entry.alias}" has expired: nobody would accept what it signs.`,
    );
  }
  return entry;
}

export interface MadeKeyPair {
  /** PKCS#8, DER; wiped by whoever seals it. */
  readonly privateKeyInfo: Uint8Array;
  /** Leaf first. */
  readonly chain: readonly Certificate[];
}

export interface MakeOptions {
  /** The private key of the plan's issuer. */
  readonly issuerKey?: KeyObject;
  readonly signal?: AbortSignal;
  readonly onGenerated?: () => void;
}

/** Generates the key on the platform's thread pool, and its certificate. */
export async function makeKeyPair(plan: KeyPairPlan, options: MakeOptions = {}): Promise<MadeKeyPair> {
  const keys = await generateKeys(plan.spec, options.signal);
  options.onGenerated?.();
  const chain = await certify(plan, keys.privateKey, options.issuerKey);
  options.signal?.throwIfAborted();
  return { privateKeyInfo: privateKeyInfoOf(keys), chain };
}

/** A certificate for a key that there is already, with its chain. */
export async function certify(
  plan: Omit<KeyPairPlan, 'alias' | 'spec'>,
  privateKey: KeyObject,
  issuerKey?: KeyObject,
): Promise<readonly Certificate[]> {
  const issuer = plan.issuer?.chain[0];
  if (issuer && !issuerKey) throw new FlowKeystoreError('arguments', 'The private key of the issuer is missing.');
  const certificate = await issueCertificate({
    subject: plan.subject,
    publicKey: createPublicKey(privateKey),
    signingKey: issuer && issuerKey ? issuerKey : privateKey,
    ...(issuer && { issuer }),
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    ...(plan.ca && { ca: {} }),
    ...(plan.ca ? {} : { extendedKeyUsage: plan.usage }),
    alternativeNames: plan.alternativeNames,
    ...(plan.serialNumber !== undefined && { serialNumber: plan.serialNumber }),
    ...(plan.hash && { hash: plan.hash }),
  });
  return [certificate, ...(plan.issuer?.chain ?? [])];
}
