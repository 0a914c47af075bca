import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { certificatesPem } from '../../../src/core/certificates/pem';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addCertificates, addKeyPair } from '../../../src/core/keystore/edit';
import { judgeReceived, type ReceivedFile } from '../../../src/core/keystore/received';
import { emptyKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned } from '../../support/testCertificates';

describe('what a receiver sent', () => {
  const text = (name: string, content: string): ReceivedFile => ({ name, bytes: Buffer.from(content) });

  it('is told apart: root, intermediate, server, answer, our own, private key, keystore, rubbish', async () => {
    const root = await makeCa('Their Root');
    const issuing = await root.issue('Their Issuing', { ca: {} });
    const server = await issuing.issue('api.partner.example', { extendedKeyUsage: ['serverAuth'] });
    const client = await issuing.issue('Somebody', { extendedKeyUsage: ['clientAuth'] });
    const mine = await makeSelfSigned('Partner A');
    const answer = await issueCertificate({
      subject: [{ label: 'CN', value: 'Partner A' }],
      publicKey: createPublicKey(mine.privateKey),
      signingKey: issuing.privateKey,
      issuer: issuing.certificate,
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 1e9),
    });
    const key = await sealKey(mine.privateKeyInfo, 'Keystore-1');
    const pair = { alias: 'partner_a', key, chain: mine.chain, created: new Date() };
    const { keystore } = addKeyPair(emptyKeystore(), pair);
    const trusting = addCertificates(keystore, [{ alias: 'known', certificate: issuing.certificate }]).keystore;
    const store = { keystore: trusting };
    const items = judgeReceived(
      [
        text('bundle.pem', certificatesPem([server.certificate, issuing.certificate, root.certificate])),
        { name: 'root.cer', bytes: root.certificate.der },
        text('client.pem', client.pem),
        text('answer.pem', certificatesPem([answer])),
        text('back.pem', mine.pem),
        text('key.pem', server.privateKeyPem + server.pem),
        { name: 'key.der', bytes: server.privateKeyInfo },
        { name: 'all.p12', bytes: await writeKeystore(keystore, 'Keystore-1') },
        text('mail.txt', 'Dear colleague'),
      ],
      [store],
      trusting,
    );
    assert.deepEqual(
      items.map((item) => [item.file, item.kind]),
      [
        ['bundle.pem', 'server'],
        ['bundle.pem', 'intermediate'],
        ['bundle.pem', 'root'],
        ['client.pem', 'leaf'],
        ['answer.pem', 'answer'],
        ['back.pem', 'own'],
        ['key.pem', 'private-key'],
        ['key.der', 'private-key'],
        ['all.p12', 'keystore'],
        ['mail.txt', 'unreadable'],
      ],
    );
    assert.ok(items[1]?.kind === 'intermediate' && items[1].trustedAs === 'known');
    assert.ok(items[2]?.kind === 'root' && items[2].trustedAs === undefined);
    assert.ok(items[4]?.kind === 'answer' && items[4].alias === 'partner_a' && items[4].store === store);
  });
});
