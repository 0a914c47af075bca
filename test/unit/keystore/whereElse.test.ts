import assert from 'node:assert/strict';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { expiringEntries, isNews } from '../../../src/core/keystore/expiring';
import type { Entry } from '../../../src/core/keystore/model';
import { whereElse } from '../../../src/core/keystore/whereElse';
import { makeCa } from '../../support/testCertificates';
import { createPublicKey } from 'node:crypto';

const trusted = (alias: string, certificate: Certificate): Entry => ({ kind: 'certificate', alias, certificate });
const pair = (alias: string, chain: readonly Certificate[]): Entry => ({
  kind: 'keyPair',
  alias,
  chain,
  key: { form: 'encrypted', der: new Uint8Array(1) },
});

describe('where else a certificate is', () => {
  it('finds it, others of its key, its issuer and what it issued, over all keystores', async () => {
    const root = await makeCa('Root');
    const namesake = await makeCa('Root');
    const issuing = await root.issue('Issuing', { ca: {} });
    const client = await issuing.issue('client');
    const renewed = await issueCertificate({
      subject: [{ label: 'CN', value: 'client' }],
      publicKey: createPublicKey(client.privateKey),
      signingKey: issuing.privateKey,
      issuer: issuing.certificate,
      notBefore: new Date(),
      notAfter: new Date(Date.now() + 1e10),
    });
    const one = { name: 'one', entries: [pair('client', client.chain), trusted('namesake', namesake.certificate)] };
    const two = { name: 'two', entries: [trusted('issuing', issuing.certificate), pair('renewed', [renewed])] };
    const places = async (certificate: Certificate): Promise<string[]> =>
      (await whereElse(certificate, [one, two])).map(
        ({ relation, keystore, alias, index }) => `${relation}: ${keystore.name}/${alias}/${index}`,
      );
    assert.deepEqual(await places(client.certificate), [
      'same: one/client/0',
      'same-key: two/renewed/0',
      'issuer: one/client/1',
      'issuer: two/issuing/0',
    ]);
    assert.deepEqual(await places(issuing.certificate), [
      'same: one/client/1',
      'same: two/issuing/0',
      'issuer: one/client/2',
      'issued: one/client/0',
      'issued: two/renewed/0',
    ]);
    // Of the same name, and it signed nothing here.
    assert.deepEqual(await places(namesake.certificate), ['same: one/namesake/0']);
    assert.deepEqual(await places((await makeCa('Stranger')).certificate), []);
  });

  it('lists what expires, the first to end first, and leaves what ended long ago out of the news', async () => {
    const root = await makeCa('Root');
    const certificate = async (fromDays: number, toDays: number): Promise<Certificate> =>
      (await root.issue('x', { fromDays, toDays })).certificate;
    const entries = [
      pair('later', [await certificate(-340, 25)]),
      pair('fine', [await certificate(-10, 300)]),
      pair('soon', [await certificate(-360, 5)]),
      trusted('old', await certificate(-500, -200)),
      pair('old key', [await certificate(-500, -200)]),
      pair('no certificate', []),
      trusted('gone', await certificate(-500, -2)),
    ];
    const found = expiringEntries([{ entries }], new Date(), { days: 30, percent: 33 });
    assert.deepEqual(
      found.map(({ alias, state, days }) => `${alias} ${state} ${days}`),
      ['old expired -201', 'old key expired -201', 'gone expired -3', 'soon expiring 4', 'later expiring 24'],
    );
    assert.deepEqual(
      found.filter(isNews).map(({ alias }) => alias),
      ['old key', 'gone', 'soon', 'later'],
    );
  });
});
