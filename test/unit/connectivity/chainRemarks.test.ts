import assert from 'node:assert/strict';
import { chainRemarks } from '../../../src/core/connectivity/chainRemarks';
import { judgeServer } from '../../../src/core/connectivity/trust';
import { makeCa, type TestIdentity } from '../../support/testCertificates';

describe('remarks on the chain that a server sends', () => {
  let root: TestIdentity;
  let upper: TestIdentity;
  let lower: TestIdentity;
  let leaf: TestIdentity;
  let other: TestIdentity;

  before(async () => {
    root = await makeCa('Root');
    upper = await root.issue('Upper', { ca: {} });
    lower = await upper.issue('Lower', { ca: {} });
    leaf = await lower.issue('leaf');
    other = await makeCa('Other');
  });
  const remarks = (...sent: readonly TestIdentity[]): string[] => chainRemarks(sent.map((each) => each.certificate));

  it('there are none on one that is as it should be', () => {
    assert.deepEqual(remarks(leaf, lower, upper), []);
    assert.deepEqual(remarks(leaf), []);
    assert.deepEqual(remarks(root), []);
    assert.deepEqual(chainRemarks([]), []);
  });

  it('the order, the root, what is sent twice and what has nothing to do with it', () => {
    assert.match(remarks(leaf, upper, lower).join(), /^The certificates are not sent in the order of issue/);
    assert.deepEqual(remarks(leaf, lower, upper, root), ['The root "Root" is sent too; nobody trusts it for that.']);
    assert.deepEqual(remarks(leaf, lower, lower, upper), ['One certificate is sent twice.']);
    assert.deepEqual(remarks(leaf, other, lower, upper), ['"Other" is sent and not above the server\'s certificate.']);
    const all = remarks(leaf, root, other, upper, lower, lower, other);
    assert.equal(all.length, 4, all.join('\n'));
    assert.match(remarks(...Array.from({ length: 1_000 }, () => lower)).join(), /^1000 certificates are sent/);
  });

  it('an authority of the same name and another key is told from the one that is missing', async () => {
    const renewed = await makeCa('Root');
    const [chain, now] = [[leaf, lower, upper].map((each) => each.certificate), new Date()];
    const judgement = judgeServer({ chain, anchors: [{ alias: 'old root', certificate: renewed.certificate }], now });
    assert.ok(!judgement.trusted);
    assert.equal(judgement.code, 'server-root-missing');
    assert.match(judgement.reason, /The entry "old root" has that name, and another key\.$/);
    const stranger = judgeServer({ chain, anchors: [{ alias: 'x', certificate: other.certificate }], now });
    assert.ok(!stranger.trusted && !stranger.reason.includes('another key'));
  });
});
