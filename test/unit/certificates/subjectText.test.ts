import assert from 'node:assert/strict';
import { parseSubject, subjectText } from '../../../src/core/certificates/subjectText';

describe('names as people type them', () => {
  it('takes a text without labels as the common name', () => {
    assert.deepEqual(parseSubject('  Partner A '), [{ label: 'CN', value: 'Partner A' }]);
  });

  it('reads labels in any case and order, blanks around commas, and e-mail by its short names', () => {
    assert.deepEqual(parseSubject('cn=Partner A ,O= Example,c=de, E=a@b.example'), [
      { label: 'CN', value: 'Partner A' },
      { label: 'O', value: 'Example' },
      { label: 'C', value: 'DE' },
      { label: 'emailAddress', value: 'a@b.example' },
    ]);
  });

  it('keeps an escaped comma and an equals sign inside a value', () => {
    assert.deepEqual(parseSubject('CN=a=b, O=Example\\, Inc.'), [
      { label: 'CN', value: 'a=b' },
      { label: 'O', value: 'Example, Inc.' },
    ]);
  });

  it('writes what it reads back', () => {
    const subject = [
      { label: 'CN', value: 'a, b \\ c' },
      { label: 'O', value: 'Example' },
    ] as const;
    assert.deepEqual(parseSubject(subjectText(subject)), subject);
  });

  for (const [text, message] of [
    ['', /needs a name/],
    ['O=Example', /common name/],
    ['CN=a,, O=b', /comma too many/],
    ['CN=a, X=b', /"X" is not among/],
    ['CN=Example, Inc.', /"Inc\." has no label/],
    ['CN=a, C=Germany', /two letters/],
    [`CN=${'x'.repeat(65)}`, /64 characters/],
    ['CN=', /CN is empty/],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.throws(() => parseSubject(text), { code: 'value-invalid', message });
    });
  }
});
