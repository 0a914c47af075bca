import assert from 'node:assert/strict';
import { sealKey, type SealedKey } from '../../../src/core/keys/sealedKey';
import type { Judging } from '../../../src/core/keystore/filter';
import { groupEntries, prefixOf, sortEntries, type Grouping } from '../../../src/core/keystore/group';
import type { Entry } from '../../../src/core/keystore/model';
import { makeCa, makeSelfSigned } from '../../support/testCertificates';

describe('groups of entries', () => {
  const judging: Judging = { now: new Date(), warnFrom: 30, usesOf: (alias) => (alias === 'partner_b' ? 1 : 0) };
  let entries: Entry[];
  let key: SealedKey;

  const grouped = (by: Exclude<Grouping, 'none'>, more: Partial<Judging> = {}): [string, string, string][] =>
    groupEntries(entries, by, { ...judging, ...more }).map(({ title, entries: members, worst }) => {
      const [, text = ''] = Object.values(title).map((value: unknown) => String(value));
      return [text, members.map(({ alias }) => alias).join(' '), worst];
    });

  before(async () => {
    const ca = await makeCa('Example CA');
    const other = await makeCa('another CA');
    const soon = await ca.issue('soon', { toDays: 10 });
    const quarter = await ca.issue('quarter', { toDays: 80 });
    const year = await other.issue('year', { toDays: 300 });
    const old = await makeSelfSigned('old', { fromDays: -9, toDays: -2 });
    const future = await makeSelfSigned('future', { fromDays: 5 });
    key = await sealKey(soon.privateKeyInfo, 'changeit');
    entries = [
      { kind: 'certificate', alias: 'Root.ca', certificate: ca.certificate },
      { kind: 'keyPair', alias: 'partner_b', chain: soon.chain, key },
      { kind: 'keyPair', alias: 'Partner-a', chain: quarter.chain, key },
      { kind: 'keyPair', alias: 'partner_10', chain: year.chain, key },
      { kind: 'keyPair', alias: 'partner_9', chain: old.chain, key },
      { kind: 'keyPair', alias: 'future', chain: future.chain, key },
      { kind: 'keyPair', alias: 'bare', chain: [], key },
    ];
  });

  it('by kind, key pairs first', () => {
    assert.deepEqual(grouped('kind'), [
      ['keyPair', 'partner_b Partner-a partner_10 partner_9 future bare', 'expired'],
      ['certificate', 'Root.ca', 'valid'],
    ]);
  });

  it('by issuer and its name, what signed itself together', () => {
    assert.deepEqual(grouped('issuer'), [
      ['CN=another CA', 'partner_10', 'valid'],
      ['CN=Example CA', 'partner_b Partner-a', 'expiring'],
      ['true', 'Root.ca partner_9 future', 'expired'],
      ['', 'bare', 'valid'],
    ]);
  });

  it('by when they end, the worst first', () => {
    assert.deepEqual(grouped('expiry'), [
      ['expired', 'partner_9', 'expired'],
      ['expiring', 'partner_b', 'expiring'],
      ['within-90-days', 'Partner-a', 'valid'],
      ['within-a-year', 'partner_10', 'valid'],
      ['later', 'Root.ca', 'valid'],
      ['not-yet-valid', 'future', 'not-yet-valid'],
      ['none', 'bare', 'valid'],
    ]);
  });

  it('by prefix, those that have theirs alone together', () => {
    assert.deepEqual(grouped('prefix'), [
      ['partner', 'partner_b Partner-a partner_10 partner_9', 'expired'],
      ['', 'Root.ca future bare', 'not-yet-valid'],
    ]);
    const prefixes = ['a_b', 'A-b', 'a.b', 'a b', 'ab', '_x', ''].map(prefixOf);
    assert.deepEqual(prefixes, ['a', 'a', 'a', 'a', undefined, undefined, undefined]);
  });

  it('by use in flows, and says nothing where that is not known', () => {
    assert.deepEqual(grouped('use'), [
      ['used', 'partner_b', 'expiring'],
      ['unused', 'Partner-a partner_10 partner_9 future bare', 'expired'],
      ['not-a-key-pair', 'Root.ca', 'valid'],
    ]);
    const [first] = grouped('use', { usesOf: () => undefined });
    assert.equal(first?.[0], 'unknown');
  });

  it('keeps the key of a group from one version to the next', () => {
    const keys = (by: Exclude<Grouping, 'none'>, of: readonly Entry[]): string[] =>
      groupEntries(of, by, judging).map(({ key: id }) => id);
    for (const by of ['kind', 'issuer', 'expiry', 'use'] as const) {
      const all = keys(by, entries);
      assert.equal(new Set(all).size, all.length, by);
      for (const id of keys(by, entries.slice(1, 3))) assert.ok(all.includes(id), by);
    }
  });

  it('sorts by alias, numbers by their value, and by end', () => {
    const order = (by: 'file' | 'alias' | 'expiry'): string =>
      sortEntries(entries, by)
        .map(({ alias }) => alias)
        .join(' ');
    assert.equal(order('file'), 'Root.ca partner_b Partner-a partner_10 partner_9 future bare');
    assert.equal(order('alias'), 'bare future Partner-a partner_9 partner_10 partner_b Root.ca');
    assert.equal(order('expiry'), 'partner_9 partner_b Partner-a partner_10 future Root.ca bare');
  });
});
