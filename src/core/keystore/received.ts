import type { Certificate } from '../certificates/certificate';
import { readCertificates } from '../certificates/import';
import { FlowKeystoreError } from '../errors';
import { sameOctets } from '../asn1/der';
import { detectStoreType } from './detect';
import { entriesWith } from './edit';
import type { Keystore } from './model';
import { standaloneRole } from './chain';

/** A file that the other side sent. */
export interface ReceivedFile {
  /** Its path, where several can have the same name in different folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * What is in it. `answer`: a new certificate for one of our keys. `own`: the certificate that we sent. `private-key`: should not have been sent by
 * anybody. `leaf`: a certificate of another kind than for a server.
 */
export type ReceivedItem<S> = { readonly file: string } & (
  | {
      readonly kind: 'root' | 'intermediate' | 'server' | 'leaf';
      readonly certificate: Certificate;
      /** Alias of the entry that holds it already, where one does. */
      readonly trustedAs?: string;
    }
  | {
      readonly kind: 'answer' | 'own';
      readonly certificate: Certificate;
      readonly store: S;
      readonly alias: string;
    }
  | { readonly kind: 'private-key' | 'keystore' }
  | { readonly kind: 'unreadable'; readonly why: string }
);

/**
 * Judges what a receiver sent back, certificate by certificate.
 * @param stores keystores with our key pairs
 * @param target the keystore that is to trust what is new
 */
export function judgeReceived<S extends { readonly keystore: Keystore }>(
  files: readonly ReceivedFile[],
  stores: readonly S[],
  target: Keystore,
): ReceivedItem<S>[] {
  const items = files.flatMap((file) => itemsOf(file, stores, target));
  const seen = new Set<string>();
  return items.filter((item) => {
    if (!('certificate' in item)) return true;
    const { sha256 } = item.certificate;
    if (seen.has(sha256)) return false;
    seen.add(sha256);
    return true;
  });
}

function itemsOf<S extends { readonly keystore: Keystore }>(
  { name, bytes }: ReceivedFile,
  stores: readonly S[],
  target: Keystore,
): ReceivedItem<S>[] {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = detectStoreType(bytes);
  if (type !== undefined && type !== 'PEM') return [{ file: name, kind: 'keystore' }];
  const items: ReceivedItem<S>[] = [];
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(octets.toString('latin1'))) {
    items.push({ file: name, kind: 'private-key' });
  }
  try {
    for (const certificate of readCertificates(bytes).certificates) {
      items.push({ file: name, ...judge(certificate, stores, target) });
    }
  } catch (error) {
    if (!(error instanceof FlowKeystoreError)) throw error;
    if (!items.length) {
      const isKey = error.code === 'not-a-certificate' && error.message.includes('a private key');
      items.push(isKey ? { file: name, kind: 'private-key' } : { file: name, kind: 'unreadable', why: error.message });
    }
  }
  return items;
}

/**
 * The files that go with an answer: those that hold other certificates, which may be the issuers above it.
 * @param items all that was judged
 */
export function filesWithIssuers<S>(answer: ReceivedItem<S>, items: readonly ReceivedItem<S>[]): string[] {
  const others = items.filter((item) => 'certificate' in item && item.file !== answer.file);
  return [...new Set(others.map(({ file }) => file))];
}

/** What files are called where they stand together: their own name, with as much of the folders before it as tells them apart. */
export function shortNames(files: readonly string[]): ReadonlyMap<string, string> {
  const all = [...new Set(files)];
  const ending = (file: string, parts: number): string => file.split(/[\\/]/).slice(-parts).join('/');
  const isShared = (file: string, parts: number): boolean =>
    all.some((other) => other !== file && ending(other, parts) === ending(file, parts));
  return new Map(
    all.map((file) => {
      const most = file.split(/[\\/]/).length;
      let parts = 1;
      while (parts < most && isShared(file, parts)) parts += 1;
      return [file, ending(file, parts)];
    }),
  );
}

type Judged<S> =
  | { kind: 'answer' | 'own'; certificate: Certificate; store: S; alias: string }
  | { kind: 'root' | 'intermediate' | 'server' | 'leaf'; certificate: Certificate; trustedAs?: string };

function judge<S extends { readonly keystore: Keystore }>(
  certificate: Certificate,
  stores: readonly S[],
  target: Keystore,
): Judged<S> {
  let answer: Judged<S> | undefined;
  for (const store of stores) {
    for (const entry of store.keystore.entries) {
      const leaf = entry.kind === 'keyPair' ? entry.chain[0] : undefined;
      if (!leaf || !sameOctets(leaf.spki, certificate.spki)) continue;
      if (leaf.equals(certificate)) return { kind: 'own', certificate, store, alias: entry.alias };
      answer ??= { kind: 'answer', certificate, store, alias: entry.alias };
    }
  }
  if (answer) return answer;
  const trusted = entriesWith(target, certificate).find(({ kind }) => kind === 'certificate')?.alias;
  const role = standaloneRole(certificate);
  const isServer =
    certificate.extensions.extendedKeyUsage?.includes('1.3.6.1.5.5.7.3.1') ??
    certificate.extensions.subjectAltName?.some(({ kind }) => kind === 'dns' || kind === 'ip') ??
    false;
  const kind = role === 'root' || role === 'intermediate' ? role : isServer ? 'server' : 'leaf';
  return { kind, certificate, ...(trusted !== undefined && { trustedAs: trusted }) };
}
