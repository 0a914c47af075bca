import assert from 'node:assert/strict';
import { issueCertificate } from '../../../src/core/certificates/issue';
import { certificatesPem } from '../../../src/core/certificates/pem';
import { parseSubject } from '../../../src/core/certificates/subjectText';
import { openKeyOf } from '../../../src/core/keystore/convert';
import { elsewhere } from '../../../src/core/keystore/buildChain';
import { lonePublicKeys } from '../../../src/core/keystore/lonePublicKeys';
import type { Keystore, KeyPairEntry } from '../../../src/core/keystore/model';
import { replaceChain } from '../../../src/core/keystore/replaceChain';
import {
  chainOf,
  matchFor,
  planResponse,
  readSigningResponse,
  requireMatches,
} from '../../../src/core/keystore/signingResponse';
import { emptyKeystore, sealFor, writeChecked } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const now = new Date();
const password = 'Keystore-1';

describe('signing responses for private keys without certificates, and issuers of other keystores', function () {
  this.timeout(30_000);
  let root: TestIdentity;
  let issuing: TestIdentity;
  let mine: TestIdentity;
  let other: TestIdentity;
  let answer: ReturnType<typeof readSigningResponse>;

  before(async () => {
    root = await makeCa('Root');
    issuing = await root.issue('Issuing', { ca: {} });
    mine = await makeSelfSigned('mine');
    other = await makeSelfSigned('other');
    const certificate = await issueCertificate({
      subject: parseSubject('CN=Partner A'),
      publicKey: mine.certificate.spki,
      signingKey: issuing.privateKey,
      issuer: issuing.certificate,
      notBefore: new Date(now.getTime() - 86_400_000),
      notAfter: new Date(now.getTime() + 300 * 86_400_000),
    });
    answer = readSigningResponse(certificatesPem([certificate]));
  });

  const lone = async (alias: string, identity: TestIdentity, keyPassword = password): Promise<KeyPairEntry> => ({
    kind: 'keyPair',
    alias,
    key: await sealFor('PKCS12', identity.privateKeyInfo, keyPassword),
    chain: [],
  });
  const keysOf = (keystore: Keystore): Promise<ReadonlyMap<string, Uint8Array>> =>
    lonePublicKeys(keystore, (entry) => openKeyOf(entry, { store: password }));

  for (const type of ['PKCS12', 'PEM'] as const) {
    it(`${type}: the key is found by its public key, and reads back with its chain after a save`, async () => {
      const entries = [await lone('first', other), await lone('second', mine)];
      const written = await writeChecked({ ...emptyKeystore(type), entries }, type === 'PEM' ? undefined : password);
      const { keystore } = written;
      const publicKeys = await keysOf(keystore);
      assert.deepEqual([...publicKeys.keys()].sort(), ['first', 'second']);
      const [match] = requireMatches(answer, [{ keystore, publicKeys }]);
      assert.ok(match);
      assert.equal(match.entry.alias, 'second');
      assert.throws(() => matchFor(answer, { keystore, publicKeys }, 'first'), /is not that of "first"/);
      const plan = planResponse(match, answer, now, [{ from: 'file', certificates: [issuing.certificate] }]);
      const edited = replaceChain(keystore, 'second', chainOf(plan, false)).keystore;
      const saved = await writeChecked(edited, type === 'PEM' ? undefined : password);
      const pair = saved.keystore.entries.find(({ alias }) => alias === 'second');
      assert.ok(pair?.kind === 'keyPair');
      assert.deepEqual(
        pair.chain.map(({ subject }) => subject.short),
        ['Partner A', 'Issuing'],
      );
      const left = saved.keystore.entries.find(({ alias }) => alias === 'first');
      assert.ok(left?.kind === 'keyPair' && !left.chain.length);
    });
  }

  it('a key that does not open is passed over, and the response belongs to none then', async () => {
    const keystore = {
      ...emptyKeystore(),
      entries: [await lone('mine', mine, 'Another-1'), await lone('other', other)],
    };
    const publicKeys = await keysOf(keystore);
    assert.deepEqual([...publicKeys.keys()], ['other']);
    assert.throws(() => requireMatches(answer, [{ keystore, publicKeys }]), { code: 'key-mismatch' });
  });

  it('an intermediate is taken from another keystore, named, and only after the own one', async () => {
    const keystore = { ...emptyKeystore(), entries: [await lone('mine', mine)] };
    const store = { keystore, publicKeys: await keysOf(keystore) };
    const anchor = (alias: string, { certificate }: TestIdentity): Keystore => ({
      ...emptyKeystore(),
      entries: [{ kind: 'certificate', alias, certificate }],
    });
    const others = elsewhere([
      { name: 'far.jks', keystore: anchor('root', root) },
      { name: 'near.p12', keystore: anchor('issuing', issuing) },
    ]);
    const match = matchFor(answer, store, 'mine');
    const origins = (plan: ReturnType<typeof planResponse>): string[] =>
      plan.chain.members.map(({ certificate, from, name }) =>
        `${certificate.subject.short} ${from} ${name ?? ''}`.trim(),
      );
    assert.deepEqual(origins(planResponse(match, answer, now, others)), [
      'Partner A response',
      'Issuing elsewhere near.p12',
      'Root elsewhere far.jks',
    ]);
    // What another keystore holds as trusted is nothing that this one trusts.
    assert.equal(planResponse(match, answer, now, others).trusted, false);
    const own = { ...keystore, entries: [...keystore.entries, ...anchor('own issuing', issuing).entries] };
    const matchInOwn = matchFor(answer, { ...store, keystore: own }, 'mine');
    assert.deepEqual(origins(planResponse(matchInOwn, answer, now, others)), [
      'Partner A response',
      'Issuing store',
      'Root elsewhere far.jks',
    ]);
  });
});
