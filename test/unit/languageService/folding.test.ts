import assert from 'node:assert/strict';
import { foldingOf } from '../../../src/core/languageService/folding';

describe('folding', () => {
  const lines = (text: string): string[] => foldingOf({ text }).map(({ start, end }) => `${start}-${end}`);

  it('folds elements and comments over several lines; the line of the end tag stays', () => {
    assert.deepEqual(lines('<a>\n  <!-- x\n  y\n  z -->\n  <b>\n    <c/>\n  </b>\n</a>\n'), ['0-6', '1-3', '4-5']);
  });

  it('folds what is whole of a broken file', () => {
    assert.deepEqual(lines('<a>\n  <b>\n    x\n  </b>\n  <!-- y\n  z -->\n'), ['1-2', '4-5']);
  });
});
