import assert from 'node:assert/strict';
import { daysLeft, expiringFrom, expiryState, percentLeft } from '../../../src/core/keystore/expiry';

const date = (text: string): Date => new Date(`${text}T00:00:00Z`);
const of = (from: string, to: string): { notBefore: Date; notAfter: Date } => ({
  notBefore: date(from),
  notAfter: date(to),
});

describe('expiry', () => {
  const year = of('2026-01-01', '2027-01-01');
  const month = of('2026-01-01', '2026-01-31');

  it('counts days and the share of the lifetime, rounded down', () => {
    assert.equal(daysLeft(year, date('2026-12-20')), 12);
    assert.equal(percentLeft(year, date('2026-07-02')), 50);
    assert.equal(percentLeft(year, date('2026-07-03')), 49);
    assert.deepEqual(
      [date('2025-01-01'), date('2026-01-01'), date('2027-01-01'), date('2028-01-01')].map((now) =>
        percentLeft(year, now),
      ),
      [100, 100, 0, 0],
    );
    assert.equal(percentLeft(of('2027-01-01', '2026-01-01'), date('2025-06-01')), 0);
  });

  it('warns by days, and by days alone where no share is given', () => {
    assert.equal(expiryState(year, date('2026-12-01'), 30), 'valid');
    assert.equal(expiryState(year, date('2026-12-03'), 30), 'expiring');
    assert.equal(expiryState(month, date('2026-01-02'), 30), 'expiring');
    assert.equal(expiryState(month, date('2026-01-02'), { days: 30, percent: 0 }), 'expiring');
  });

  it('does not reproach a short-lived certificate for being short-lived', () => {
    const warnFrom = { days: 30, percent: 33 };
    assert.equal(expiryState(month, date('2026-01-02'), warnFrom), 'valid');
    assert.equal(expiryState(month, date('2026-01-21'), warnFrom), 'valid');
    assert.equal(expiryState(month, date('2026-01-22'), warnFrom), 'expiring');
    // A long-lived one is not affected: 30 days are less than a third of a year.
    assert.equal(expiryState(year, date('2026-12-03'), warnFrom), 'expiring');
    assert.equal(expiringFrom(year, warnFrom).toISOString(), '2026-12-02T00:00:00.000Z');
  });

  it('puts the end and the beginning before everything else', () => {
    assert.equal(expiryState(year, date('2027-01-02'), { days: 0, percent: 0 }), 'expired');
    assert.equal(expiryState(year, date('2025-12-31'), { days: 10_000, percent: 0 }), 'not-yet-valid');
  });
});
