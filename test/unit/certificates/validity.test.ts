import assert from 'node:assert/strict';
import { endOfValidity, parseValidity } from '../../../src/core/certificates/validity';

const end = (text: string, from: string): string | undefined => {
  const validity = parseValidity(text);
  return validity && endOfValidity(validity, new Date(from)).toISOString();
};

describe('validity as people say it', () => {
  for (const [text, from, expected] of [
    ['2 years', '2026-11-23T10:00:00Z', '2028-11-23T10:00:00.000Z'],
    ['1 year', '2028-02-29T00:00:00Z', '2029-02-28T00:00:00.000Z'],
    ['18 months', '2026-08-31T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['90 days', '2026-12-31T23:00:00Z', '2027-03-31T23:00:00.000Z'],
    ['90', '2026-12-31T23:00:00Z', '2027-03-31T23:00:00.000Z'],
    ['1Y', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    [' 2028-12-31 ', '2026-01-01T00:00:00Z', '2028-12-31T23:59:59.000Z'],
  ] as const) {
    it(`reads "${text}"`, () => assert.equal(end(text, from), expected));
  }

  for (const text of ['', 'soon', '0 days', '-1', '2 fortnights', '2027-02-30', '1.5 years', '99999999 days']) {
    it(`refuses "${text}"`, () => assert.equal(parseValidity(text), undefined));
  }
});
