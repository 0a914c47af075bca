import assert from 'node:assert/strict';
import { describeChange, describeChanges, type Change } from '../../../src/core/keystore/changes';

describe('changes in words', () => {
  const added: Change = { kind: 'added', alias: 'a' };
  const renamed: Change = { kind: 'renamed', from: 'a', to: 'b' };
  const cases: readonly (readonly [string, readonly Change[]])[] = [
    ['nothing', []],
    ['add "a"', [added]],
    ['replace "a"', [{ kind: 'replaced', alias: 'a' }]],
    ['delete "a"', [{ kind: 'removed', alias: 'a' }]],
    ['rename "a" to "b"', [renamed]],
    ['change the password', [{ kind: 'file', what: 'change the password' }]],
    ['add 2 entries', [added, { kind: 'added', alias: 'b' }]],
    ['rename 2 entries', [renamed, { kind: 'renamed', from: 'c', to: 'd' }]],
    ['change 2 entries', [added, { kind: 'removed', alias: 'b' }]],
    ['change 2 entries', [added, renamed]],
    // What is done to the file as a whole comes first, and says it all.
    ['modernise', [{ kind: 'file', what: 'modernise' }, added]],
  ];
  for (const [text, changes] of cases) {
    it(`${text} (${changes.length})`, () => {
      assert.equal(describeChanges(changes), text);
      const [only, ...more] = changes;
      if (only && !more.length) assert.equal(describeChange(only), text);
    });
  }
});
