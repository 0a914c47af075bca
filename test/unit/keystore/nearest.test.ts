import assert from 'node:assert/strict';
import { nearestKeystore } from '../../../src/core/keystore/nearest';

const nearest = (flow: string, ...paths: string[]): string | undefined =>
  nearestKeystore(
    flow,
    paths.map((path) => ({ path })),
  )?.path;

describe('the keystore nearest to a flow', () => {
  it('is the one with the most folders in common', () => {
    assert.equal(nearest('/ws/a/src/x.iflw', '/ws/b/k.p12', '/ws/a/k.p12', '/k.p12'), '/ws/a/k.p12');
  });
  it('does not take half a folder name for a folder in common', () => {
    assert.equal(nearest('/ws/orders/x.iflw', '/ws/ord/k.p12', '/ws/orders/deep/k.p12'), '/ws/orders/deep/k.p12');
    assert.equal(nearest('/ws/orders/x.iflw', '/ws/ord/k.p12', '/ws/orders2/k.p12'), undefined);
  });
  it('is none where two are as near', () => {
    assert.equal(nearest('/ws/a/x.iflw', '/ws/a/1.p12', '/ws/a/2.p12'), undefined);
  });
  it('is the only one, however far; and none of none', () => {
    assert.equal(nearest('/ws/a/x.iflw', '/home/k.p12'), '/home/k.p12');
    assert.equal(nearest('/ws/a/x.iflw'), undefined);
  });
  it('reads backslashes', () => {
    assert.equal(nearest('C:\\ws\\a\\x.iflw', 'C:\\ws\\b\\k.p12', 'C:\\ws\\a\\k.p12'), 'C:\\ws\\a\\k.p12');
  });
});
