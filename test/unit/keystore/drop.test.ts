import assert from 'node:assert/strict';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { certificatesPem } from '../../../src/core/certificates/pem';
import { pkcs7Of } from '../../../src/core/certificates/pkcs7';
import { parseSubject } from '../../../src/core/certificates/subjectText';
import { planDrop, type DroppedFile, type DropStore } from '../../../src/core/keystore/drop';
import { addKeyPair } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { emptyKeystore, sealFor, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const day = 86_400_000;

describe('what is done with what is dropped on the tree', () => {
  let root: TestIdentity;
  let issuing: TestIdentity;
  let partner: TestIdentity;
  let signed: Certificate;
  let keystore: Keystore;
  let storeBytes: Uint8Array;
  let stores: DropStore[];

  const file = (name: string, bytes: Uint8Array | string, path = `/in/${name}`): DroppedFile => ({
    name,
    path,
    bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
  });
  const store = (id: string, content: Keystore | undefined, out: readonly string[] = []): DropStore => ({
    id,
    path: `/stores/${id}`,
    ...(content && { keystore: content }),
    requestOut: ({ alias }) => out.includes(alias),
  });

  before(async () => {
    root = await makeCa('Example Root');
    issuing = await root.issue('Example Issuing CA', { ca: {} });
    partner = await makeSelfSigned('Partner A');
    signed = await issueCertificate({
      subject: parseSubject('CN=Partner A'),
      publicKey: partner.certificate.spki,
      signingKey: issuing.privateKey,
      issuer: issuing.certificate,
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 400 * day),
    });
    const key = await sealFor('PKCS12', partner.privateKeyInfo, 'Keystore-1');
    const pair = { alias: 'partner_a', chain: [partner.certificate], key, created: new Date() };
    ({ keystore } = addKeyPair(emptyKeystore(), pair));
    storeBytes = await writeKeystore(keystore, 'Keystore-1');
    stores = [store('a', keystore, ['partner_a']), store('b', keystore), store('locked', undefined)];
  });

  it('puts an answer into the key pair whose request is out, its issuers with it', () => {
    const answer = file('answer.cer', signed.der);
    const above = file('issuing.pem', issuing.pem);
    const unrelated = file('unrelated.pem', partner.pem);
    assert.deepEqual(planDrop({ files: [answer, above, unrelated] }, { keystore: 'a' }, stores), [
      { do: 'respond', keystore: 'a', alias: 'partner_a', response: { files: ['/in/answer.cer', '/in/issuing.pem'] } },
      { do: 'import', keystore: 'a', files: [unrelated] },
    ]);
    const bundle = file('answer.p7b', pkcs7Of([signed, issuing.certificate]));
    const respond = { do: 'respond', keystore: 'a', alias: 'partner_a' };
    assert.deepEqual(planDrop({ files: [bundle] }, {}, stores), [
      { ...respond, response: { files: ['/in/answer.p7b'] } },
    ]);
    assert.deepEqual(planDrop({ text: certificatesPem([signed]) }, {}, stores), [
      { ...respond, response: { text: certificatesPem([signed]) } },
    ]);
  });

  it('hands an answer that has no path on as PEM', () => {
    const answer = { name: 'answer.cer', bytes: signed.der };
    assert.deepEqual(planDrop({ files: [answer] }, { keystore: 'a' }, stores), [
      {
        do: 'respond',
        keystore: 'a',
        alias: 'partner_a',
        response: { text: certificatesPem([signed]) },
      },
    ]);
  });

  it('takes an answer without a request for the key pair it was dropped on, and for no other', () => {
    const answer = file('answer.cer', signed.der);
    assert.deepEqual(planDrop({ files: [answer] }, { keystore: 'b', alias: 'partner_a' }, stores), [
      { do: 'respond', keystore: 'b', alias: 'partner_a', response: { files: ['/in/answer.cer'] } },
    ]);
    const imported = [{ do: 'import', keystore: 'b', files: [answer] }];
    assert.deepEqual(planDrop({ files: [answer] }, { keystore: 'b' }, stores), imported);
    assert.deepEqual(planDrop({ files: [answer] }, { keystore: 'b', alias: 'another' }, stores), imported);
  });

  it('takes neither the present certificate nor one that comes with a private key for an answer', () => {
    const present = file('present.pem', partner.pem);
    const pair = file('pair.pem', certificatesPem([signed]) + partner.privateKeyPem);
    assert.deepEqual(planDrop({ files: [present, pair] }, { keystore: 'a', alias: 'partner_a' }, stores), [
      { do: 'import', keystore: 'a', files: [present, pair] },
    ]);
  });

  it('imports into the keystore that was pointed at, whatever it is and however it is locked', () => {
    const files = [file('other.p12', storeBytes), file('root.pem', root.pem), file('notes.txt', 'nothing')];
    for (const target of ['b', 'locked']) {
      assert.deepEqual(planDrop({ files }, { keystore: target }, stores), [{ do: 'import', keystore: target, files }]);
    }
    assert.deepEqual(planDrop({ text: root.pem }, { keystore: 'b' }, stores), [
      { do: 'import', keystore: 'b', text: root.pem },
    ]);
  });

  it('puts keystores on the list beside the rows, and asks where to import the rest', () => {
    const stand = file('partner.p12', storeBytes);
    const bundle = file('roots.pem', root.pem + issuing.pem);
    const pair = file('pair.pem', partner.pem + partner.privateKeyPem);
    const jks = file('old.jks', Buffer.from('feedfeed00000002', 'hex'));
    const single = file('root.pem', root.pem);
    const der = file('root.cer', root.certificate.der);
    const key = file('key.pem', partner.privateKeyPem);
    assert.deepEqual(planDrop({ files: [single, stand, bundle, pair, der, jks, key] }, {}, stores), [
      { do: 'add', files: [stand, bundle, pair, jks] },
      { do: 'import', files: [single, der, key] },
    ]);
  });

  it('copies entries of one keystore into another, and nothing into itself or beside the rows', () => {
    const entries = [{ keystore: 'a', aliases: ['partner_a'] }, { keystore: 'b' }];
    assert.deepEqual(planDrop({ entries }, { keystore: 'b', alias: 'any' }, stores), [
      { do: 'copy', keystore: 'b', from: entries[0] },
    ]);
    assert.deepEqual(planDrop({ entries }, {}, stores), []);
    const both = planDrop({ entries, text: root.pem }, { keystore: 'a' }, stores);
    assert.deepEqual(both, [
      { do: 'copy', keystore: 'a', from: { keystore: 'b' } },
      { do: 'import', keystore: 'a', text: root.pem },
    ]);
  });

  it('does nothing with a keystore file that was dropped on itself, or with an empty text', () => {
    assert.deepEqual(planDrop({ files: [file('a', storeBytes, '/stores/a')] }, { keystore: 'a' }, stores), []);
    assert.deepEqual(planDrop({ text: ' \n' }, { keystore: 'a' }, stores), []);
    assert.deepEqual(planDrop({}, {}, stores), []);
  });

  it('does not look for answers in what is too large to be one', () => {
    const large = file('large.pem', certificatesPem([signed]) + 'x'.repeat(200_000));
    assert.deepEqual(planDrop({ files: [large] }, { keystore: 'a' }, stores), [
      { do: 'import', keystore: 'a', files: [large] },
    ]);
  });
});
