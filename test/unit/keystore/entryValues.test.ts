import assert from 'node:assert/strict';
import { parseAlternativeNames } from '../../../src/core/certificates/alternativeNames';
import { certificateValues, differingValues, entryValues, valueIds } from '../../../src/core/keystore/entryValues';
import { sortEntries } from '../../../src/core/keystore/group';
import type { Entry } from '../../../src/core/keystore/model';
import { makeCa, makeSelfSigned, type TestIdentity, type TestOptions } from '../../support/testCertificates';

const pair = (alias: string, { chain, privateKeyInfo: der }: TestIdentity): Entry => ({
  ...{ kind: 'keyPair', alias, chain, key: { form: 'plain', der } },
});

describe('values of entries', () => {
  it('are all that a certificate says, those that it lacks left out', async () => {
    const ca = await makeCa('CA');
    const leaf = await ca.issue('Leaf', {
      extendedKeyUsage: ['clientAuth'],
      alternativeNames: parseAlternativeNames('a.example, 10.0.0.1'),
    });
    const { certificate } = leaf;
    const values = certificateValues(certificate);
    assert.equal(values.get('subject'), 'CN=Leaf');
    assert.equal(values.get('notBefore'), certificate.notBefore.toISOString());
    assert.equal(values.get('alternativeNames'), 'a.example, 10.0.0.1');
    assert.equal(values.get('key'), 'EC P-256');
    assert.equal(values.get('keyUsage'), 'digitalSignature');
    assert.match(values.get('extendedKeyUsage') ?? '', /client/i);
    assert.equal(values.get('subjectKeyIdentifier')?.replaceAll(/\W/g, '').length, 40);
    assert.equal(values.get('authorityKeyIdentifier'), certificateValues(ca.certificate).get('subjectKeyIdentifier'));
    assert.equal(values.get('sha512')?.replaceAll(/\W/g, '').toLowerCase(), certificate.fingerprint('sha512'));
    assert.equal(values.get('keyDigest')?.replaceAll(/\W/g, '').toLowerCase(), certificate.keyDigest);
    assert.equal(values.has('otherExtensions'), false);
    assert.match(entryValues(pair('a', leaf)).get('chain') ?? '', /^CN=CA \(SHA-256 /);
    for (const id of values.keys()) assert.ok(valueIds.includes(id), id);
  });

  it('tell two entries apart value by value', async () => {
    const one = await makeSelfSigned('One', { serialNumber: '1' });
    const two = await makeSelfSigned('One', { serialNumber: '2', extendedKeyUsage: ['serverAuth'] });
    const differing = (a: Entry, b: Entry): string[] =>
      differingValues(entryValues(a), entryValues(b)).map(({ id }) => id);
    assert.deepEqual(differing(pair('a', one), pair('a', one)), []);
    assert.deepEqual(differing(pair('a', one), pair('b', one)), ['alias']);
    const ids = differing(pair('a', one), pair('a', two));
    for (const id of ['serialNumber', 'extendedKeyUsage', 'keyDigest', 'sha256'] as const) {
      assert.ok(ids.includes(id), id);
    }
    for (const id of ['subject', 'issuer', 'key', 'signature'] as const) assert.ok(!ids.includes(id), id);
    const certificate: Entry = { kind: 'certificate', alias: 'a', certificate: one.certificate };
    assert.deepEqual(differing(pair('a', one), certificate), ['kind']);
    const lone: Entry = { ...pair('a', one), chain: [] } as Entry;
    assert.equal(differingValues(entryValues(lone), entryValues(certificate))[1]?.before, undefined);
  });

  it('give the order: by subject, issuer and serial number, what has no certificate last', async () => {
    const ca = await makeCa('Zebra CA');
    const other = await makeCa('alpha CA');
    const from = (issuer: TestIdentity, name: string, options: TestOptions): Promise<TestIdentity> =>
      issuer.issue(name, options);
    const entries: Entry[] = [
      { kind: 'secretKey', alias: 'secret' },
      pair('p10', await from(ca, 'Partner 10', { serialNumber: '0100' })),
      pair('p9', await from(other, 'partner 9', { serialNumber: 'ff' })),
      pair('b', await from(other, 'Beta', { serialNumber: '02' })),
    ];
    const aliases = (order: 'subject' | 'issuer' | 'serial'): string =>
      sortEntries(entries, order)
        .map(({ alias }) => alias)
        .join(' ');
    assert.equal(aliases('subject'), 'b p9 p10 secret');
    assert.equal(aliases('issuer'), 'b p9 p10 secret');
    assert.equal(aliases('serial'), 'b p9 p10 secret');
    entries.reverse();
    assert.equal(aliases('serial'), 'b p9 p10 secret');
    const [first, second] = [
      await from(ca, 'A', { serialNumber: '05' }),
      await from(other, 'Z', { serialNumber: '06' }),
    ];
    assert.deepEqual(
      (['subject', 'issuer', 'serial'] as const).map((order) =>
        sortEntries([pair('z', second), pair('a', first)], order)
          .map(({ alias }) => alias)
          .join(' '),
      ),
      ['a z', 'z a', 'a z'],
    );
  });
});
