import assert from 'node:assert/strict';
import { passwordProblem } from '../../../src/core/keystore/password';

describe("SAP's rule for keystore passwords", () => {
  for (const [password, problem] of [
    ['Abcdef1!', undefined],
    ['abcdef12!', undefined],
    ['Abcdefg1', undefined],
    ['Abcde1!', 'too-short'],
    ['abcdefgh1', 'too-simple'],
    ['Abcdefgh', 'too-simple'],
    ['P\u00e4ssword-1', 'not-ascii'],
    ['Tab\tbed-1', 'not-ascii'],
  ] as const) {
    it(`${JSON.stringify(password)}: ${problem ?? 'fine'}`, () => assert.equal(passwordProblem(password), problem));
  }
});
