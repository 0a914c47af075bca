import assert from 'node:assert/strict';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { calendarOf } from '../../../src/core/keystore/calendar';
import type { Entry } from '../../../src/core/keystore/model';
import { buildCertificate } from '../../support/certificateBuilder';

const now = new Date('2026-06-01T10:20:30.400Z');
const options = { now, warnFrom: { days: 30, percent: 33 } };

const trusted = (alias: string, certificate: Certificate): Entry => ({ kind: 'certificate', alias, certificate });
const pair = (alias: string, certificate: Certificate): Entry => ({
  kind: 'keyPair',
  alias,
  chain: [certificate],
  key: { form: 'encrypted', der: Buffer.from('a secret') },
});

describe('the calendar of expiry', () => {
  const year = buildCertificate({ subject: 'One, of a; year \\', to: '20270101000000Z' });
  const short = buildCertificate({ subject: 'short', from: '20260530000000Z', to: '20260611120000Z' });
  const past = buildCertificate({ subject: 'past', from: '20250101000000Z', to: '20260101000000Z' });

  const lines = (text: string): string[] => text.replaceAll('\r\n ', '').split('\r\n');

  it('has one event for each certificate that is still to end, in order, with alarms at the thresholds', () => {
    const stores = [
      { name: 'partner.p12', entries: [pair('partner_a', year), pair('short', short), pair('past', past)] },
    ];
    const { text, events } = calendarOf(stores, options);
    assert.equal(events, 2);
    const all = lines(text);
    assert.deepEqual(all.slice(0, 3), ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Flow Keystore//Expiry//EN']);
    assert.equal(all.at(-2), 'END:VCALENDAR');
    assert.deepEqual(
      all.filter((line) => /^(?:UID|DTSTAMP|DTSTART|TRIGGER)/.test(line)),
      [
        `UID:${short.sha256}@flow-keystore`,
        'DTSTAMP:20260601T102030Z',
        'DTSTART:20260611T120000Z',
        // A third of twelve days and a half.
        'TRIGGER:-P4D',
        `UID:${year.sha256}@flow-keystore`,
        'DTSTAMP:20260601T102030Z',
        'DTSTART:20270101T000000Z',
        'TRIGGER:-P30D',
        'TRIGGER:-P7D',
      ],
    );
    assert.equal(
      all.filter((line) => line.startsWith('BEGIN:')).length,
      all.filter((line) => line.startsWith('END:')).length,
    );
    assert.ok(!text.includes('secret'));
  });

  it('names every keystore of a certificate in one event', () => {
    const stores = [
      { name: 'a.p12', entries: [pair('one', year)] },
      { name: 'b.jks', entries: [trusted('two', year)] },
    ];
    const { text, events } = calendarOf(stores, options);
    assert.equal(events, 1);
    const all = lines(text);
    assert.ok(all.includes('SUMMARY:Certificate expires: one (a.p12) and 1 more'));
    const description = all.find((line) => line.startsWith('DESCRIPTION:Entries'));
    assert.ok(
      description?.startsWith('DESCRIPTION:Entries: one (a.p12)\\, two (b.jks)\\nSubject: CN=One'),
      description,
    );
  });

  it('escapes what means something, and folds lines without cutting a character', () => {
    const stores = [{ name: 'x.p12', entries: [trusted(`${'\u{1F511}'.repeat(40)};,\\\nBEGIN:VEVENT`, year)] }];
    const { text } = calendarOf(stores, options);
    for (const line of text.split('\r\n')) {
      assert.ok(Buffer.byteLength(line) <= 75, line);
      assert.ok(!line.includes('\ufffd') && !/[\n\r]/.test(line));
    }
    assert.equal(lines(text).filter((line) => line === 'BEGIN:VEVENT').length, 1);
    const summary = lines(text).find((line) => line.startsWith('SUMMARY:'));
    assert.equal(summary, `SUMMARY:Certificate expires: ${'\u{1F511}'.repeat(40)}\\;\\,\\\\\\\\0ABEGIN:VEVENT (x.p12)`);
  });

  it('is the same text at the same moment, so that a calendar takes it for the same events', () => {
    const stores = [{ name: 'a.p12', entries: [pair('one', year), pair('short', short)] }];
    assert.equal(calendarOf(stores, options).text, calendarOf(stores, options).text);
    assert.equal(calendarOf([{ name: 'a.p12', entries: [pair('past', past)] }], options).events, 0);
  });
});
