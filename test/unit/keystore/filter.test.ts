import assert from 'node:assert/strict';
import { sealKey } from '../../../src/core/keys/sealedKey';
import { groups } from '../../../src/core/keystore/describe';
import { findMatching, indexEntries, matchesIn, parseFilter, type Judging } from '../../../src/core/keystore/filter';
import type { Entry, Keystore } from '../../../src/core/keystore/model';
import { emptyKeystore } from '../../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../../support/testCertificates';

const keystoreOf = (entries: readonly Entry[]): Keystore => ({ ...emptyKeystore(), entries });

describe('filter of entries', () => {
  let ca: TestIdentity;
  let partner: TestIdentity;
  let entries: Entry[];
  const judging: Judging = { now: new Date(), warnFrom: 30, usesOf: (alias) => (alias === 'partner_a' ? 2 : 0) };

  const find = async (typed: string, more: Partial<Judging> = {}): Promise<string[]> => {
    const index = await indexEntries(keystoreOf(entries));
    const found = await findMatching(index, parseFilter(typed), { ...judging, ...more });
    return found.map(({ alias }) => alias);
  };

  before(async () => {
    ca = await makeCa('Example Root', { key: { algorithm: 'RSA', bits: 2048 }, organization: 'Caf\u00e9 Trust' });
    partner = await ca.issue('Partner A Client', {
      alternativeNames: [{ kind: 'dns', value: 'api.partner.example' }],
      serialNumber: 'a1b2c3d4e5f',
      toDays: 12,
    });
    const old = await makeSelfSigned('Old', { fromDays: -20, toDays: -3 });
    const key = await sealKey(partner.privateKeyInfo, 'changeit');
    entries = [
      { kind: 'keyPair', alias: 'partner_a', chain: partner.chain, key },
      { kind: 'keyPair', alias: 'old_b', chain: old.chain, key },
      { kind: 'certificate', alias: 'ROOT', certificate: ca.certificate },
      { kind: 'keyPair', alias: 'bare', chain: [], key },
      { kind: 'secretKey', alias: 'secret' },
    ];
  });

  it('finds by alias, subject, issuer and alternative name, whatever the case', async () => {
    assert.deepEqual(await find('PARTNER_A'), ['partner_a']);
    assert.deepEqual(await find('client'), ['partner_a']);
    assert.deepEqual(await find('"example root"'), ['partner_a', 'ROOT']);
    assert.deepEqual(await find('api.partner.example'), ['partner_a']);
    assert.deepEqual(await find('cafe\u0301'), ['partner_a', 'ROOT'], 'composed and decomposed letters are the same');
    assert.deepEqual(await find('nothing of the kind'), []);
  });

  it('takes every word in any order, and all entries for none', async () => {
    assert.deepEqual(await find('root partner'), ['partner_a']);
    assert.deepEqual(await find('  '), ['partner_a', 'old_b', 'ROOT', 'bare', 'secret']);
    assert.deepEqual(parseFilter(' a  "b c" "d').words, ['a', 'b c', 'd']);
  });

  it('finds by serial number and fingerprint, with colons and without, a short one by its beginning', async () => {
    const { sha256 } = partner.certificate;
    assert.deepEqual(await find(sha256), ['partner_a']);
    assert.deepEqual(await find(groups(sha256)), ['partner_a']);
    assert.deepEqual(await find(groups(sha256).slice(0, 5)), ['partner_a']);
    assert.deepEqual(await find(groups(sha256).slice(30, 59)), ['partner_a']);
    assert.deepEqual(await find(groups(partner.certificate.fingerprint('sha1'))), ['partner_a']);
    assert.deepEqual(
      await find(ca.certificate.sha256),
      ['partner_a', 'ROOT'],
      'a chain is found by each of its members',
    );
    assert.deepEqual(await find('0a:1b:2c'), ['partner_a']);
    assert.deepEqual(await find('A1B2C3D4E5F'), ['partner_a']);
    assert.deepEqual(await find('1b2c'), [], 'four digits in the middle of a number are by chance');
  });

  it('finds by kind, algorithm and state', async () => {
    assert.deepEqual(await find('"key pair"'), ['partner_a', 'old_b', 'bare']);
    assert.deepEqual(await find('secret'), ['secret']);
    assert.deepEqual(await find('rsa'), ['ROOT'], 'not what an RSA key has signed');
    assert.deepEqual(await find('p-256'), ['partner_a', 'old_b']);
    assert.deepEqual(await find('sha256withrsa'), ['partner_a', 'ROOT']);
    assert.deepEqual(await find('expired'), ['old_b']);
    assert.deepEqual(await find('expiring'), ['partner_a']);
    assert.deepEqual(await find('expir'), ['partner_a', 'old_b']);
    assert.deepEqual(await find('expiring', { warnFrom: 5 }), []);
    assert.deepEqual(await find('valid'), ['partner_a', 'ROOT']);
    assert.deepEqual(
      await find('unused'),
      ['old_b', 'bare'],
      'certificates are used by no channel: nothing is said of them',
    );
    assert.deepEqual(await find('used'), ['partner_a']);
    const unknown = { now: judging.now, warnFrom: judging.warnFrom };
    const index = await indexEntries(keystoreOf(entries));
    assert.deepEqual(await findMatching(index, parseFilter('unused'), unknown), [], 'what is not known is not found');
  });

  it('marks what matches, once where matches overlap', () => {
    assert.deepEqual(matchesIn('Partner_Aa', parseFilter('part artn aa')), [
      [0, 5],
      [8, 10],
    ]);
    assert.deepEqual(matchesIn('aaaa', parseFilter('aa')), [[0, 4]]);
    assert.deepEqual(matchesIn('abc', parseFilter('')), []);
    assert.deepEqual(matchesIn('\u0130stanbul', parseFilter('bul')), [], 'folding changes the length');
  });

  it('searches 60,000 entries without holding the thread for long, and can be stopped', async function () {
    this.timeout(60_000);
    const { certificate } = ca;
    const many = Array.from({ length: 60_000 }, (_, i): Entry => ({
      kind: 'certificate',
      alias: `c_${i}`,
      certificate,
    }));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const index = await indexEntries(keystoreOf(many));
    const found = await findMatching(index, parseFilter('59999 example'), judging);
    clearInterval(timer);
    assert.equal(found.length, 1);
    // A slice is 8 ms: all in one piece, others would never have had their turn.
    assert.ok(turns > 5, `${turns} turns`);
    const stopped = AbortSignal.abort();
    await assert.rejects(findMatching(index, parseFilter('x'), judging, stopped), { name: 'AbortError' });
  });
});
