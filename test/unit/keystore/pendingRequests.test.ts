import assert from 'node:assert/strict';
import { sealKey } from '../../../src/core/keys/sealedKey';
import type { KeyPairEntry } from '../../../src/core/keystore/model';
import { PendingRequests } from '../../../src/core/keystore/pendingRequests';
import { makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

describe('requests that are out', () => {
  let one: TestIdentity;
  let other: TestIdentity;
  const made = new Date('2026-06-01T12:00:00Z');
  before(async () => {
    one = await makeSelfSigned('One');
    other = await makeSelfSigned('Other');
  });

  const pair = async (identity: TestIdentity, alias: string, chain = identity.chain): Promise<KeyPairEntry> => ({
    kind: 'keyPair',
    alias,
    chain,
    key: await sealKey(identity.privateKeyInfo, 'Keystore-1'),
  });
  const none = PendingRequests.from({});
  const again = (pending: PendingRequests): PendingRequests =>
    PendingRequests.from(JSON.parse(JSON.stringify(pending.stored)) as Record<string, string>);

  it('are known wherever the key is, under whatever alias, until the response came', async () => {
    const entry = await pair(one, 'a');
    assert.equal(none.since(entry), undefined);
    const pending = again(none.with(entry, one.certificate.spki, made));
    assert.deepEqual(pending.since(await pair(one, 'elsewhere')), made);
    assert.equal(pending.since(await pair(other, 'a')), undefined);
    const certificate = { kind: 'certificate', alias: 'a', certificate: one.certificate } as const;
    assert.equal(pending.since(certificate), undefined);
    assert.equal(pending.without(other.certificate.spki), pending);
    assert.deepEqual(pending.without(one.certificate.spki).stored, {});
  });

  it('are known of a private key without a certificate, sealed or open', async () => {
    const lone = await pair(one, 'lone', []);
    const pending = again(none.with(lone, one.certificate.spki, made));
    assert.deepEqual(pending.since({ ...lone, alias: 'renamed' }), made);
    // Once it has a certificate it is known by that.
    assert.deepEqual(pending.since({ ...lone, chain: one.chain }), made);
    const open = { form: 'plain', der: one.privateKeyInfo } as const;
    assert.deepEqual(pending.since({ ...lone, key: open }), made);
    assert.equal(pending.since(await pair(other, 'lone', [])), undefined);
    assert.equal(pending.since({ ...lone, key: { form: 'plain', der: Uint8Array.of(0x30, 0) } }), undefined);
    assert.deepEqual(pending.without(one.certificate.spki).stored, {});
  });

  it('stay with a private key that is sealed anew, and with the old seal: that may come back', async () => {
    const lone = await pair(one, 'Lone', []);
    const pending = none.with(lone, one.certificate.spki, made);
    const anew = { ...(await pair(one, 'lone', [])), alias: 'lone' };
    assert.equal(pending.since(anew), undefined);
    const moved = again(pending.resealed([lone], [anew]));
    assert.deepEqual([moved.since(anew), moved.since(lone)], [made, made]);
    assert.equal(pending.resealed([lone], [lone]), pending);
    assert.equal(pending.resealed([await pair(other, 'lone', [])], [anew]), pending);
    assert.deepEqual(moved.without(one.certificate.spki).stored, {});
  });

  it('are taken over from where the address of the keystore stood before the key', async () => {
    const digest = one.certificate.keyDigest;
    const pending = PendingRequests.from({
      [`file:///a%23b.p12#${digest}`]: '2026-01-01T00:00:00.000Z',
      [`file:///c.p12#${digest}`]: made.toISOString(),
      [`file:///d.p12#${digest}`]: '2025-01-01T00:00:00.000Z',
      [`file:///e.p12#${other.certificate.keyDigest}`]: 'rubbish',
    });
    assert.deepEqual(pending.since(await pair(one, 'a')), made);
    assert.equal(pending.since(await pair(other, 'a')), undefined);
    assert.deepEqual(pending.stored, { [digest]: made.toISOString() });
  });
});
