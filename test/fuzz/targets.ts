import { createHash, createHmac } from 'node:crypto';
import { context, integer, nullValue, octetString, oid, sequence, bmpOctets } from '../../src/core/asn1/der';
import { readCertificates } from '../../src/core/certificates/import';
import { writePem } from '../../src/core/certificates/pem';
import { describeRequest } from '../../src/core/certificates/describeRequest';
import { readRequest } from '../../src/core/certificates/request';
import { FlowKeystoreError } from '../../src/core/errors';
import { openLegacyPem } from '../../src/core/keys/legacyPem';
import { pkcs12Kdf } from '../../src/core/keys/pkcs12Kdf';
import { publicKeyOf } from '../../src/core/keys/publicKeyOf';
import { openSealedKey } from '../../src/core/keys/sealedKey';
import { describeKeystore } from '../../src/core/keystore/details';
import { certificateOfItem } from '../../src/core/keystore/import/items';
import { piecesInText } from '../../src/core/keystore/import/pieces';
import { recognise } from '../../src/core/keystore/import/recognise';
import { needsPassphrase, openPrivateKeyFile, readPrivateKeyFile } from '../../src/core/keystore/sshKeys';
import { stableText } from '../../src/core/keystore/stableText';
import type { Keystore } from '../../src/core/keystore/model';
import { makeBag, makeCertificateBag } from '../../src/core/keystore/pkcs12/bag';
import { bagOid, contentOid } from '../../src/core/keystore/pkcs12/oids';
import { readKeystore, readWithoutPassword, writeChecked } from '../../src/core/keystore/store';
import { convertKeystore } from '../../src/core/keystore/convert';
import {
  bundleByOpenssl,
  chainByOpenssl,
  foreignPassword as password,
  jceksByKeytool,
  jksByKeytool,
  leafKeyByOpenssl,
  legacyEcKeyByOpenssl,
  legacyKeysByOpenssl,
  oldPkcs12ByOpenssl,
  pkcs12ByKeytool,
  pkcs7ByOpenssl,
  requestByOpenssl,
  sealedLeafKeyByOpenssl,
  sshKeysByOpenssh,
} from '../support/foreignKeystores';

import { flowTargets } from './flowTargets';

export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Throws FlowKeystoreError for what it cannot read; anything else is a finding. */
  readonly run: (input: Uint8Array, round: number) => Promise<void>;
}

/** What is read: every kind of file that somebody may hand over, as it lies on the disk, and opened so far that the check at its end is right again. */
export function fuzzTargets(): Target[] {
  const chain = readCertificates(chainByOpenssl).certificates;
  const [leaf, issuing, root] = chain;
  if (!leaf || !issuing || !root) throw new Error('the chain is not there');
  const sealed = sealedLeafKeyByOpenssl;
  const parts = { localKeyId: '1', alias: 'leaf' };
  const bags = [
    makeBag(bagOid.shroudedKey, sealed, parts),
    makeCertificateBag(leaf.der, parts),
    makeCertificateBag(issuing.der),
    makeCertificateBag(root.der, { alias: 'root', trusted: true }),
    makeBag(bagOid.secret, sequence(oid(bagOid.key), context(0, octetString(sealed))), { alias: 'secret' }),
    makeBag(bagOid.crl, sequence(oid('1.2.840.113549.1.9.23.1'), context(0, octetString(Uint8Array.of(5, 0))))),
    makeBag(bagOid.safeContents, sequence(makeBag(bagOid.key, leafKeyByOpenssl, { alias: 'plain' }))),
  ];
  const data = (octets: Uint8Array): Uint8Array => sequence(oid(contentOid.data), context(0, octetString(octets)));
  const open = sequence(data(sequence(...bags)));
  const pem = Buffer.concat([
    bundleByOpenssl,
    legacyKeysByOpenssl,
    Buffer.from(
      writePem('PRIVATE KEY', leafKeyByOpenssl) + chain.map(({ der }) => writePem('CERTIFICATE', der)).join(''),
    ),
    Buffer.from(writePem('PKCS7', pkcs7ByOpenssl)),
  ]);

  const requestText = Buffer.from(writePem('CERTIFICATE REQUEST', requestByOpenssl));
  // What mails and tickets have around it; several things in one.
  const mixed = Buffer.concat([
    Buffer.from('Dear all,\r\n> see below\r\n'),
    requestText,
    pem,
    Buffer.from(Buffer.from(leaf.der).toString('base64')),
  ]);
  const sshKeys = sshKeysByOpenssh.map((der) => Buffer.from(writePem('OPENSSH PRIVATE KEY', der)));

  return [
    ...flowTargets,
    { name: 'PKCS#12', seeds: [pkcs12ByKeytool, oldPkcs12ByOpenssl], run: keystore },
    { name: 'PKCS#12, MAC made right', seeds: [open], run: async (safe, n) => keystore(await withMac(safe, data), n) },
    { name: 'JKS and JCEKS', seeds: [jksByKeytool, jceksByKeytool], run: keystore },
    {
      name: 'JKS and JCEKS, digest made right',
      seeds: [jksByKeytool.subarray(0, -20), jceksByKeytool.subarray(0, -20)],
      run: (body, n) => keystore(withDigest(body), n),
    },
    { name: 'PEM bundle', seeds: [pem, bundleByOpenssl], run: keystore },
    { name: 'certificate', seeds: chain.map(({ der }) => der), run: certificatesRead },
    { name: 'PKCS#7', seeds: [pkcs7ByOpenssl], run: certificatesRead },
    { name: 'PEM text of certificates', seeds: [pem, chainByOpenssl], run: certificatesRead },
    { name: 'PkiPath', seeds: [sequence(root.der, issuing.der, leaf.der)], run: certificatesRead },
    { name: 'request as a certificate', seeds: [requestByOpenssl], run: certificatesRead },
    { name: 'certification request', seeds: [requestByOpenssl, requestText], run: request },
    { name: 'SSH key', seeds: sshKeys, run: sshKey },
    {
      name: 'SSH key, inside',
      seeds: sshKeysByOpenssh,
      run: (der) => sshKey(Buffer.from(writePem('OPENSSH PRIVATE KEY', der))),
    },
    { name: 'import of anything', seeds: [pem, pkcs7ByOpenssl, leaf.der, ...sshKeys, mixed], run: importOf },
    {
      name: 'private key',
      seeds: [sealed, leafKeyByOpenssl],
      run: async (input) => {
        publicKeyOf(input);
        await openSealedKey({ form: 'encrypted', der: input }, password);
      },
    },
    {
      name: 'private key of the old form',
      seeds: [legacyEcKeyByOpenssl],
      run: async (input, n) => {
        const labels = ['EC PRIVATE KEY', 'RSA PRIVATE KEY', 'DSA PRIVATE KEY'];
        const ciphers = ['AES-128-CBC,000102030405060708090A0B0C0D0E0F', 'DES-EDE3-CBC,0001020304050607'];
        await openLegacyPem({ label: labels[n % 3] ?? '', der: input, dekInfo: ciphers[n % 2] ?? '' }, password);
      },
    },
  ];
}

/** Anything that reads is described, written back and read again; what was read must be what is read then. */
async function keystore(input: Uint8Array, round: number): Promise<void> {
  const seen = await readWithoutPassword(input).catch(onlyKnown);
  if (seen) await describe(seen);
  const read = await readKeystore(input, password);
  await describe(read);
  try {
    await writeChecked(read, password);
    if (round % 16 === 0) await convertKeystore(read, { store: password }, { type: 'JKS', password });
  } catch (error) {
    if (error instanceof FlowKeystoreError && error.code === 'unwritable') {
      throw new Error('does not read back', { cause: error });
    }
    throw error;
  }
}

async function describe(keystore: Keystore): Promise<void> {
  await describeKeystore(keystore, { now: new Date(0), warnDays: { days: 30, percent: 33 } });
  await stableText(keystore);
  for (const entry of keystore.entries) {
    if (entry.kind === 'keyPair') for (const each of entry.chain) touched(each);
    if (entry.kind === 'certificate') touched(entry.certificate);
  }
}

function certificatesRead(input: Uint8Array): Promise<void> {
  for (const each of readCertificates(input).certificates) touched(each);
  return Promise.resolve();
}

async function request(input: Uint8Array): Promise<void> {
  describeRequest(readRequest(input));
  await Promise.resolve();
}

async function sshKey(input: Uint8Array): Promise<void> {
  const file = readPrivateKeyFile(input);
  await openPrivateKeyFile(file, needsPassphrase(file) ? password : '');
}

/** As Import does it: two files at once, and a password that fits some of what is in them. */
async function importOf(bytes: Uint8Array, round: number): Promise<void> {
  piecesInText(Buffer.from(bytes).toString('latin1'));
  const sources = [{ name: 'dropped', bytes }];
  if (round % 3 === 0) sources.push({ name: 'beside it', bytes: chainByOpenssl });
  let asked = 0;
  const { items } = await recognise(sources, () => {
    // Who is asked for the same thing again and again gives up.
    if (asked++ < 3 && round % 2) return Promise.resolve(password);
    return Promise.reject(new FlowKeystoreError('password-required', 'Nobody answers.'));
  });
  for (const item of items) {
    const certificate = certificateOfItem(item);
    if (certificate) touched(certificate);
  }
}

function touched(certificate: { publicKey: unknown; selfIssued: boolean; isCa: boolean; sha256: string }): void {
  JSON.stringify([certificate.selfIssued, certificate.isCa, certificate.sha256]);
  try {
    JSON.stringify(certificate.publicKey);
  } catch (error) {
    onlyKnown(error);
  }
}

function onlyKnown(error: unknown): undefined {
  if (!(error instanceof FlowKeystoreError)) throw error;
  return undefined;
}

function withDigest(body: Uint8Array): Uint8Array {
  const digest = createHash('sha1').update(bmpOctets(password)).update('Mighty Aphrodite').update(body).digest();
  return Buffer.concat([body, digest]);
}

async function withMac(safe: Uint8Array, data: (octets: Uint8Array) => Uint8Array): Promise<Uint8Array> {
  const salt = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const key = await pkcs12Kdf({ password, salt, purpose: 3, iterations: 1, length: 32, hash: 'sha256' });
  const mac = createHmac('sha256', key).update(safe).digest();
  const info = sequence(sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue()), octetString(mac));
  return sequence(integer(3), data(safe), sequence(info, octetString(salt), integer(1)));
}
