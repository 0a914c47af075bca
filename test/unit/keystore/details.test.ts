import assert from 'node:assert/strict';
import { context, element, octetString, oid, sequence } from '../../../src/core/asn1/der';
import type { Certificate } from '../../../src/core/certificates/certificate';
import { serialText } from '../../../src/core/keystore/certificateText';
import { describeEntry, describeKeystore } from '../../../src/core/keystore/details';
import { addCertificates } from '../../../src/core/keystore/edit';
import { emptyKeystore } from '../../../src/core/keystore/store';
import { buildCertificate } from '../../support/certificateBuilder';

const now = new Date('2026-07-02T00:00:00Z');
const ia5 = (text: string, tag = 0x16): Uint8Array => element(tag, Buffer.from(text));

const textOf = (certificate: Certificate): string =>
  describeEntry({ kind: 'certificate', alias: 'one', certificate }, { now, warnDays: { days: 30, percent: 33 } });

describe('the details of an entry', () => {
  it('say the serial number in hex and decimal', () => {
    assert.equal(serialText('ff01'), 'FF:01 (decimal 65281)');
    assert.equal(serialText('f01'), '0F:01 (decimal 3841)');
    assert.equal(serialText('-2'), '-02 (decimal -2)');
    assert.equal(serialText('00'), '00 (decimal 0)');
    assert.ok(!serialText('ab'.repeat(500)).includes('decimal'));
  });

  it('say days and share of the lifetime', () => {
    assert.match(
      textOf(buildCertificate({ from: '20260101000000Z', to: '20270101000000Z' })),
      /\nValid to: +2027-01-01 00:00:00 UTC \(183 days left, 50 % of its lifetime\)\n/,
    );
  });

  it('decode the extensions, mark critical ones, and show unknown ones by number and size', () => {
    const policy = (id: string, address?: string): Uint8Array =>
      sequence(oid(id), ...(address ? [sequence(sequence(oid('1.3.6.1.5.5.7.2.1'), ia5(address)))] : []));
    const timestamps = Buffer.from('000a0003aaaaaa0003bbbbbb', 'hex');
    const text = textOf(
      buildCertificate({
        extensions: [
          ['2.5.29.32', sequence(policy('2.23.140.1.2.1'), policy('1.2.3.4', 'https://cps.example'))],
          ['2.5.29.30', sequence(context(0, sequence(ia5('.example', 0x82)))), true],
          ['1.3.6.1.4.1.11129.2.4.2', octetString(timestamps)],
          [
            '1.3.6.1.5.5.7.1.1',
            sequence(
              sequence(oid('1.3.6.1.5.5.7.48.1'), ia5('http://ocsp.example', 0x86)),
              sequence(oid('1.3.6.1.5.5.7.48.2'), ia5('http://ca.example/ca.cer', 0x86)),
            ),
          ],
          ['2.5.29.31', sequence(sequence(context(0, context(0, ia5('http://crl.example', 0x86)))))],
          ['1.2.3.4.5', new Uint8Array(7), true],
          ['2.5.29.15', ia5('nonsense')],
          ['2.5.29.17', sequence(ia5('two\nlines.example', 0x82))],
        ],
      }),
    );
    const lines = text.split('\n');
    const from = lines.indexOf('Extensions') + 1;
    assert.deepEqual(
      lines.slice(from, lines.indexOf('', from)).map((line) => line.trim().replace(/ {2,}/, ' ')),
      [
        'Certificate policies: domain validated (2.23.140.1.2.1)',
        '1.2.3.4, https://cps.example',
        'Name constraints: permitted dns:.example (critical)',
        'Certificate transparency: 2 signed certificate timestamps',
        'of version 171',
        'of version 188',
        'Authority information access:',
        'OCSP: http://ocsp.example',
        'certificate of the issuer: http://ca.example/ca.cer',
        'Revocation lists: http://crl.example',
        '1.2.3.4.5: 7 bytes, not known here (critical)',
        'Key usage: cannot be read',
        'Alternative names: dns:two\\0Alines.example',
      ],
    );
    assert.match(text, /\nWorth knowing\n {2}WARNING {2}Extensions cannot be read: 2\.5\.29\.15\.\n/);
  });

  it('has three fingerprints, in lines that fit', () => {
    const text = textOf(buildCertificate({}));
    assert.match(text, /\n {2}SHA-1: +(?:[0-9A-F]{2}:){19}[0-9A-F]{2}\n/);
    assert.match(text, /\n {2}SHA-256: +(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\n/);
    assert.match(text, /\n {2}SHA-512: +(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\n +(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\n/);
    for (const line of text.split('\n')) assert.ok(line.length <= 125, line);
  });

  it('of all entries make the document of a keystore', async () => {
    const { keystore } = addCertificates(emptyKeystore('JKS'), [
      { alias: 'b', certificate: buildCertificate({ subject: 'B' }) },
      { alias: 'a', certificate: buildCertificate({ subject: 'A' }) },
    ]);
    const text = await describeKeystore(keystore, { now, warnDays: 30, keystoreName: 'x.jks' });
    assert.match(
      text,
      /^JKS keystore x\.jks: 2 entries\n\nProtection\n {2}Integrity check: keyed SHA-1 digest \(1 round\), old\n\na\n=\n\nKind: [^]*\nb\n=\n/,
    );
  });

  it('says which channels and steps name it, and of a key pair that none does', () => {
    const options = { now, warnDays: 30 };
    const certificate = buildCertificate({});
    const entry = { kind: 'certificate', alias: 'one', certificate } as const;
    const uses = Array.from({ length: 52 }, (_, i) => `Orders: channel To ${i} (HTTP)`);
    const text = describeEntry(entry, { ...options, usedBy: uses });
    assert.match(text, /\nUsed by\n {2}Orders: channel To 0 \(HTTP\)\n/);
    assert.match(text, /To 49 \(HTTP\)\n {2}and 2 more\n/);
    assert.doesNotMatch(describeEntry(entry, { ...options, usedBy: [] }), /Used by/);
    assert.doesNotMatch(describeEntry(entry, options), /Used by/);
    const pair = { kind: 'keyPair', alias: 'two', chain: [certificate], key: { der: new Uint8Array() } } as never;
    assert.match(describeEntry(pair, { ...options, usedBy: [] }), /Used by: +nothing in the flows of this workspace\n/);
  });
});
