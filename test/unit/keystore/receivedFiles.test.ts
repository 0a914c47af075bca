import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { addKeyPair } from '../../../src/core/keystore/edit';
import { filesWithIssuers, judgeReceived, shortNames } from '../../../src/core/keystore/received';
import { emptyKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned } from '../../support/testCertificates';

describe('files that a receiver sent', () => {
  it('of one name in two folders stay two, and what else was sent goes with an answer', async () => {
    const root = await makeCa('Root');
    const issuing = await root.issue('Issuing', { ca: {} });
    const mine = await makeSelfSigned('Partner A');
    const answer = await issueCertificate({
      subject: mine.certificate.subject,
      publicKey: createPublicKey(mine.privateKey),
      signingKey: issuing.privateKey,
      issuer: issuing.certificate,
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 1e9),
    });
    const key = await sealKey(mine.privateKeyInfo, 'Keystore-1');
    const { keystore } = addKeyPair(emptyKeystore(), { alias: 'a', key, chain: mine.chain, created: new Date() });
    const files = [
      { name: '/in/new/cert.cer', bytes: answer.der },
      { name: '/in/ca/cert.cer', bytes: issuing.certificate.der },
      { name: '/in/ca/root.cer', bytes: root.certificate.der },
      { name: '/in/mail.txt', bytes: Buffer.from('Dear colleague') },
    ];
    const items = judgeReceived(files, [{ keystore }], keystore);
    assert.deepEqual(
      items.map(({ file, kind }) => [file, kind]),
      [
        ['/in/new/cert.cer', 'answer'],
        ['/in/ca/cert.cer', 'intermediate'],
        ['/in/ca/root.cer', 'root'],
        ['/in/mail.txt', 'unreadable'],
      ],
    );
    const [first] = items;
    assert.ok(first);
    assert.deepEqual(filesWithIssuers(first, items), ['/in/ca/cert.cer', '/in/ca/root.cer']);
  });

  it('are called by as much of their paths as tells them apart', () => {
    assert.deepEqual(
      [...shortNames(['/in/new/cert.cer', '/in/ca/cert.cer', 'C:\\in\\root.cer', '/in/new/cert.cer']).values()],
      ['new/cert.cer', 'ca/cert.cer', 'root.cer'],
    );
    assert.deepEqual([...shortNames(['cert.cer', '/in/cert.cer']).values()], ['cert.cer', 'in/cert.cer']);
  });
});
