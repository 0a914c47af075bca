import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { unzipSync } from 'fflate';
import { readCertificates } from '../../../src/core/certificates/import';
import { sealKey, sealedOctets } from '../../../src/core/keys/sealedKey';
import type { KeyPairEntry } from '../../../src/core/keystore/model';
import { decimalSerial, fileName, handOverKit, zipKit, type Kit } from '../../../src/core/report/handOverKit';
import { hostsOf } from '../../../src/core/report/keyUses';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const now = new Date('2026-11-24T10:00:00Z');

describe('the hand-over kit', () => {
  let root: TestIdentity;
  let client: TestIdentity;
  const uses = [
    { flow: 'Orders', channel: 'To *A*', adapter: 'HTTP', address: 'https://api.partner.example:8443/x?y' },
  ];

  before(async () => {
    root = await makeCa('Kit Root');
    client = await (await root.issue('Kit Issuing', { ca: {} })).issue('Partner A');
  });

  const entryOf = async (identity: TestIdentity, length = 3): Promise<KeyPairEntry> => ({
    kind: 'keyPair',
    alias: 'partner/a',
    chain: identity.chain.slice(0, length),
    key: await sealKey(identity.privateKeyInfo, 'Keystore-1'),
  });
  const names = ({ files }: Kit): string[] => files.map(({ name }) => name);
  const textOf = ({ files }: Kit, name: string): string =>
    Buffer.from(files.find((file) => file.name === name)?.bytes ?? []).toString('utf8');

  it('has certificate, chain and root in the forms that programs take, fingerprints and a letter, and no private key', async () => {
    const entry = await entryOf(client);
    const kit = handOverKit(entry, { now, uses });
    assert.deepEqual(names(kit), [
      'partner_a.pem',
      'partner_a.cer',
      'partner_a-chain.pem',
      'partner_a-chain.p7b',
      'partner_a-root.pem',
      'partner_a-root.cer',
      'fingerprints.txt',
      'letter.md',
    ]);
    assert.equal(kit.missing, undefined);
    const bytes = (name: string): Uint8Array => kit.files.find((file) => file.name === name)!.bytes;
    assert.deepEqual(Buffer.from(bytes('partner_a.cer')), Buffer.from(client.certificate.der));
    assert.equal(readCertificates(bytes('partner_a-chain.p7b')).certificates.length, 3);
    assert.equal(readCertificates(bytes('partner_a-chain.pem')).certificates.length, 3);
    assert.equal(new X509Certificate(bytes('partner_a-root.pem')).subject, 'CN=Kit Root');
    for (const { name, bytes: content } of kit.files) {
      assert.doesNotMatch(Buffer.from(content).toString('latin1'), /PRIVATE KEY/, name);
      assert.ok(!Buffer.from(content).includes(Buffer.from(sealedOctets(entry.key))), name);
    }
    const fingerprints = textOf(kit, 'fingerprints.txt');
    const native = new X509Certificate(client.certificate.der);
    assert.ok(fingerprints.includes(native.fingerprint256) && fingerprints.includes(native.fingerprint));
    assert.ok(fingerprints.includes(BigInt(`0x${native.serialNumber}`).toString()));
    const letter = textOf(kit, 'letter.md');
    assert.match(letter, /for api\.partner\.example:8443/);
    assert.match(letter, /channel "To \\\*A\\\*" of "Orders"/);
    assert.match(letter, /Import the root `partner_a-root\.cer`/);
    assert.match(letter, /\| Valid \| \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d \|/);
  });

  it('completes the chain from what is known, and says plainly where the root is missing', async () => {
    const entry = await entryOf(client, 2);
    const complete = handOverKit(entry, { now, known: [root.certificate] });
    assert.ok(names(complete).includes('partner_a-root.cer'));
    const kit = handOverKit(entry, { now });
    assert.equal(kit.missing?.toString(), 'CN=Kit Root');
    assert.ok(!names(kit).includes('partner_a-root.cer'));
    assert.match(textOf(kit, 'ROOT-IS-MISSING.txt'), /certificate of: CN=Kit Root/);
    assert.match(textOf(kit, 'letter.md'), /ROOT-IS-MISSING\.txt/);
    // Another authority of the same name did not sign it.
    const impostor = await makeCa('Kit Root');
    assert.ok(handOverKit(entry, { now, known: [impostor.certificate] }).missing);
  });

  it('says of a self-signed certificate that it is to be imported itself', async () => {
    const kit = handOverKit(await entryOf(await makeSelfSigned('Alone')), { now, receiver: 'Partner <B>' });
    assert.deepEqual(names(kit), ['partner_a.pem', 'partner_a.cer', 'fingerprints.txt', 'letter.md']);
    const letter = textOf(kit, 'letter.md');
    assert.match(letter, /self-signed, there is no root/);
    assert.match(letter, /for Partner \\<B\\>/);
  });

  it('zips what it has, and refuses a key without a certificate', async () => {
    const { files } = handOverKit(await entryOf(client), { now });
    const unpacked = unzipSync(zipKit(files, now));
    assert.deepEqual(
      Object.keys(unpacked),
      files.map(({ name }) => name),
    );
    const bare = { ...(await entryOf(client)), chain: [] };
    assert.throws(() => handOverKit(bare, { now }), { code: 'not-a-certificate' });
  });

  it('makes names that file systems take, hosts of addresses, and decimal serials', () => {
    assert.equal(fileName('../a:b*c'), '_a_b_c');
    assert.equal(fileName('..'), 'certificate');
    const addresses = [
      'https://u:p@a.example:1/x',
      'sftp://b.example',
      '${header.x}',
      'https://{{Host}}/x',
      'https://a.example:1/y',
    ];
    assert.deepEqual(hostsOf(addresses.map((address) => ({ address }))), ['a.example:1', 'b.example']);
    assert.equal(decimalSerial({ serialNumber: 'ff' } as never), '255');
  });
});
