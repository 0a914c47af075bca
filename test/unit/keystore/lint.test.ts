import assert from 'node:assert/strict';
import { element, oid, sequence } from '../../../src/core/asn1/der';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { lintCertificate } from '../../../src/core/certificates/lint';
import { describeEntry } from '../../../src/core/keystore/details';
import { lintEntry } from '../../../src/core/keystore/lint';
import { describeFinding } from '../../../src/core/keystore/lintText';
import type { Entry, KeyPairEntry } from '../../../src/core/keystore/model';
import { buildCertificate, withWrongSignature } from '../../support/certificateBuilder';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const now = new Date();

const pair = (chain: readonly Certificate[], keyBytes = 100): KeyPairEntry => ({
  kind: 'keyPair',
  alias: 'pair',
  chain,
  key: { form: 'encrypted', der: new Uint8Array(keyBytes) },
});

const codes = (entry: Entry, entries: readonly Entry[] = [entry]): string[] =>
  lintEntry(entry, now, { entries }).map((finding) => {
    assert.ok(describeFinding(finding).length > 10);
    return 'index' in finding && finding.index ? `${finding.code} ${finding.index}` : finding.code;
  });

describe('lint of keystore entries', () => {
  let root: TestIdentity;
  let issuing: TestIdentity;
  let client: TestIdentity;

  before(async () => {
    root = await makeCa('Root');
    issuing = await root.issue('Issuing CA', { ca: {} });
    client = await issuing.issue('client', { extendedKeyUsage: ['clientAuth'] });
  });

  it('has nothing to say about a chain that is as it should be', () => {
    assert.deepEqual(codes(pair(client.chain)), []);
  });

  it('takes a root of the keystore for the end of a chain, and says when there is none', () => {
    const short = pair(client.chain.slice(0, 2));
    const trusted: Entry = { kind: 'certificate', alias: 'root', certificate: root.certificate };
    assert.deepEqual(codes(short, [short, trusted]), []);
    assert.deepEqual(codes(short), ['issuer-missing']);
    const options = { now, warnDays: 30 };
    const withRoot = describeEntry(short, { ...options, keystore: { entries: [short, trusted] } });
    assert.match(withRoot, /Chain: complete; its root is in the keystore as "root"\n/);
    assert.match(withRoot, /\n {6}CN=Root {2}\[not in the chain; in the keystore as "root"\]\n/);
    const without = describeEntry(short, { ...options, keystore: { entries: [short] } });
    assert.match(without, /Chain: the root is missing, in the chain and in the keystore\n/);
    assert.match(describeEntry(pair(client.chain), options), /Chain: complete, with its root\n/);
  });

  it('tells a broken chain from one in the wrong order', async () => {
    const stranger = await makeCa('Stranger');
    assert.deepEqual(codes(pair([client.certificate, stranger.certificate])), ['chain-broken']);
    const [leaf, intermediate, top] = client.chain as [Certificate, Certificate, Certificate];
    assert.deepEqual(codes(pair([leaf, top, intermediate])), ['chain-order']);
    assert.deepEqual(codes(pair([leaf, intermediate, intermediate, top])), ['duplicate-in-chain 2']);
  });

  it('does not take a name for a signature', async () => {
    const impostor = await (await makeCa('Root')).issue('Issuing CA', { ca: {} });
    // The key identifier says it already; without one only the signature does.
    assert.deepEqual(
      codes(pair([client.certificate, impostor.certificate, root.certificate])).includes('chain-broken'),
      true,
    );
    const changed = withWrongSignature(client.certificate);
    assert.deepEqual(codes(pair([changed, ...client.chain.slice(1)])), ['bad-signature']);
    const text = describeEntry(pair([changed, ...client.chain.slice(1)]), { now, warnDays: 30 });
    assert.match(text, /Chain: broken after certificate 1 of 3\n/);
    assert.match(text, /!! BROKEN HERE: the next certificate has the name of its issuer, and did not sign it/);
  });

  it('says of an algorithm that nobody knows that nothing was proven, no more', () => {
    const top = buildCertificate({ subject: 'Top', algorithm: '1.2.3.4' });
    const leaf = buildCertificate({ subject: 'Leaf', issuer: 'Top', algorithm: '1.2.3.4' });
    const found = lintEntry(pair([leaf, top]), now).map(({ code, severity }) => [code, severity]);
    assert.ok(found.some(([code, severity]) => code === 'signature-not-checked' && severity === 'information'));
    assert.ok(!found.some(([code]) => code === 'bad-signature' || code === 'chain-broken'));
  });

  it('finds an issuer that has expired, and one that is none', async () => {
    const expired = await root.issue('Old CA', { ca: {}, fromDays: -30, toDays: -1 });
    const below = await expired.issue('below', { extendedKeyUsage: ['clientAuth'] });
    assert.deepEqual(codes(pair(below.chain)), ['expired-in-chain 1']);
    const noCa = await root.issue('no CA');
    const under = await noCa.issue('under', { extendedKeyUsage: ['clientAuth'] });
    assert.deepEqual(codes(pair(under.chain)), ['issuer-is-no-ca 1']);
  });

  it('knows what the certificate of a client and of a server need', async () => {
    const server = await root.issue('server', { extendedKeyUsage: ['serverAuth'], toDays: 500 });
    assert.deepEqual(codes(pair(server.chain)), ['no-client-usage', 'no-alternative-name', 'long-lifetime']);
    const named = await root.issue('server', {
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      alternativeNames: [{ kind: 'dns', value: 'a.example' }],
    });
    assert.deepEqual(codes(pair(named.chain)), []);
    assert.deepEqual(codes(pair([root.certificate])), ['leaf-is-ca']);
    assert.deepEqual(codes({ kind: 'certificate', alias: 'root', certificate: root.certificate }), []);
    // An extended key usage of its own asks for nothing where there is none.
    assert.deepEqual(codes(pair((await root.issue('any')).chain)), []);
  });

  it('measures keys and hashes', async () => {
    const small = await makeSelfSigned('small', { key: { algorithm: 'RSA', bits: 1024 } });
    assert.deepEqual(codes(pair(small.chain)), ['weak-key']);
    const sha1 = buildCertificate({ subject: 'a', issuer: 'b', algorithm: '1.2.840.113549.1.1.5' });
    const md5Root = buildCertificate({ subject: 'r', algorithm: '1.2.840.113549.1.1.4' });
    assert.deepEqual(
      lintCertificate(sha1, 'trusted').map(({ code }) => code),
      ['weak-signature'],
    );
    assert.deepEqual(lintCertificate(md5Root, 'trusted'), []);
  });

  it('looks at the form: version, serial number, size, what cannot be read', () => {
    const of = (built: Parameters<typeof buildCertificate>[0]): string[] =>
      lintCertificate(buildCertificate({ issuer: 'other', ...built }), 'trusted').map(({ code }) => code);
    assert.deepEqual(of({ version: 1 }), ['old-version']);
    assert.deepEqual(of({ version: 1, issuer: 'Built' }), []);
    assert.deepEqual(of({ serial: Uint8Array.of(0) }), ['serial-not-positive']);
    assert.deepEqual(of({ serial: Uint8Array.of(0xfe) }), ['serial-not-positive']);
    assert.deepEqual(of({ serial: Uint8Array.of(0, 0xfe) }), []);
    assert.deepEqual(of({ extensions: [['1.2.3', new Uint8Array(10_000)]] }), ['too-large-for-sap']);
    assert.deepEqual(of({ extensions: [['1.2.3', new Uint8Array(9_000)]] }), []);
    assert.deepEqual(of({ extensions: [['2.5.29.37', element(0x02, Uint8Array.of(1))]] }), ['malformed-extension']);
    assert.deepEqual(of({ extensions: [['2.5.29.37', sequence(oid('2.5.29.37.0'))]] }), []);
  });

  it('measures a key pair as SAP does', () => {
    assert.deepEqual(codes(pair(client.chain, 31_000)), ['key-pair-too-large-for-sap']);
    assert.deepEqual(codes(pair(client.chain, 20_000)), []);
  });
});
