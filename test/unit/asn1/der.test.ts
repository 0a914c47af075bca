import assert from 'node:assert/strict';
import {
  bmpString,
  children,
  context,
  element,
  hex,
  integer,
  integerHexOf,
  octetsOf,
  oid,
  oidOf,
  readNode,
  sequence,
  setOf,
  smallIntegerOf,
  stringOf,
  Tag,
  timeOf,
} from '../../../src/core/asn1/der';

const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('DER', () => {
  it('writes and reads integers of any length, lengths beyond 127 and 65,535 octets, and object identifiers', () => {
    for (const value of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2_000_000_000, 2 ** 40]) {
      assert.equal(smallIntegerOf(readNode(integer(value))), value);
    }
    for (const length of [0, 127, 128, 255, 256, 65_535, 65_536, 70_000]) {
      const node = readNode(element(Tag.octetString, new Uint8Array(length)));
      assert.equal(octetsOf(node).length, length);
    }
    for (const text of [
      '1.2.840.113549.1.12.10.1.2',
      '2.5.29.17',
      '2.16.840.1.113894.746875.1.1',
      '2.999.3',
      '0.9.2342.19200300.100.1.25',
      '2.25.329800735698586629295641978511506172918',
    ]) {
      assert.equal(oidOf(readNode(oid(text))), text);
    }
    assert.equal(hex(oid('1.2.840.113549')), '06062a864886f70d');
  });

  it('sorts a SET OF by its encodings', () => {
    assert.equal(hex(setOf(integer(300), integer(5), integer(1))), '310a020101020105 0202012c'.replace(' ', ''));
  });

  it('reads BER: indefinite lengths, also nested, and octet strings in segments', () => {
    const node = readNode(bytes('30 80 24 80 04 02 01 02 04 01 03 00 00 02 01 07 00 00'));
    const [octets, number] = children(node);
    assert.equal(hex(octetsOf(octets!)), '010203');
    assert.equal(smallIntegerOf(number!), 7);
  });

  it('reads serial numbers as they are, negative ones too', () => {
    assert.equal(integerHexOf(readNode(bytes('02 03 00 ff 01'))), 'ff01');
    assert.equal(integerHexOf(readNode(bytes('02 01 00'))), '00');
    assert.equal(integerHexOf(readNode(bytes('02 01 ff'))), '-1');
  });

  it('reads every string type', () => {
    assert.equal(stringOf(readNode(bmpString('Ü€😀'))), 'Ü€😀');
    assert.equal(stringOf(readNode(element(Tag.utf8String, Buffer.from('Ü€😀')))), 'Ü€😀');
    assert.equal(stringOf(readNode(element(Tag.t61String, Buffer.from([0xdc])))), 'Ü');
    assert.equal(stringOf(readNode(element(Tag.universalString, bytes('0001f600')))), '😀');
    assert.equal(stringOf(readNode(integer(3))), undefined);
  });

  it('reads dates of both forms, two-digit years by the rule of 1950', () => {
    const time = (tag: number, text: string): string => timeOf(readNode(element(tag, Buffer.from(text)))).toISOString();
    assert.equal(time(Tag.utcTime, '491231235959Z'), '2049-12-31T23:59:59.000Z');
    assert.equal(time(Tag.utcTime, '500101000000Z'), '1950-01-01T00:00:00.000Z');
    assert.equal(time(Tag.utcTime, '2601011200+0130'), '2026-01-01T10:30:00.000Z');
    assert.equal(time(Tag.generalizedTime, '99991231235959Z'), '9999-12-31T23:59:59.000Z');
    assert.throws(() => time(Tag.utcTime, 'yesterday'), { code: 'damaged' });
  });

  it('refuses what is damaged, and says where', () => {
    for (const broken of [
      '',
      '30',
      '30 05 02 01',
      '30 84 ff ff ff ff 00',
      '30 85 01 00 00 00 00 00',
      '04 80 00 00',
      '30 80 02 01 01',
      '1f 81 01 00',
    ]) {
      assert.throws(() => children(readNode(bytes(broken))), { code: 'damaged', message: /at byte \d+/ }, broken);
    }
    const deep = Array.from({ length: 200 }).reduce<Uint8Array>((inner) => sequence(inner), integer(1));
    const dig = (node: ReturnType<typeof readNode>): void => children(node).forEach(dig);
    assert.throws(() => dig(readNode(deep)), { code: 'damaged', message: /64 levels/ });
    const endless = bytes('3080'.repeat(5000));
    assert.throws(() => readNode(endless), { code: 'damaged' });
    assert.throws(() => smallIntegerOf(readNode(bytes('02 08 7f ff ff ff ff ff ff ff'))), { code: 'damaged' });
    assert.throws(() => oidOf(readNode(context(0))), { code: 'damaged' });
  });

  it('does not fill the memory with millions of empty elements', () => {
    const nothing = element(Tag.sequence, Buffer.from('0500'.repeat(2_000_000), 'hex'));
    assert.throws(() => children(readNode(nothing)), { code: 'limit-exceeded' });
  });

  it('never reads beyond the enclosing element', () => {
    // The inner length claims one octet more than the outer element has.
    assert.throws(() => children(readNode(bytes('30 03 04 02 01 ff'))), { code: 'damaged' });
  });
});
