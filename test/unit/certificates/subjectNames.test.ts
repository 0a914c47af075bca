import assert from 'node:assert/strict';
import { readNode } from '../../../src/core/asn1/der';
import { Name } from '../../../src/core/certificates/name';
import { attributeTypes } from '../../../src/core/certificates/nameAttributes';
import {
  parseSubject,
  subjectDer,
  subjectText,
  subjectTextOf,
  withoutCommonName,
} from '../../../src/core/certificates/subjectText';

const read = (der: Uint8Array): Name => Name.fromNode(readNode(der));
const printed = (text: string): string => read(subjectDer(parseSubject(text))).toString();

describe('names of every kind', () => {
  it('reads back each label that names are printed with', () => {
    for (const { label, most } of attributeTypes) {
      const value = most === 2 ? 'DE' : label === 'emailAddress' ? 'a@b.example' : 'x1';
      const text = label === 'CN' ? 'CN=x1' : `CN=a, ${label}=${value}`;
      assert.equal(printed(text), text.replace(', ', ','), label);
      assert.equal(
        printed(text.toLowerCase().replace('de', 'DE')),
        text.replace(', ', ','),
        `${label} in small letters`,
      );
    }
  });

  for (const [typed, says] of [
    ['CN=a, CN=b, OU=1, OU=2, DC=example, DC=org', 'CN=a,CN=b,OU=1,OU=2,DC=example,DC=org'],
    ['CN=a + serialNumber=7, O=b', 'CN=a+serialNumber=7,O=b'],
    ['cn=a, surname=b, GIVENNAME=c, userid=d, T=e, s=f', 'CN=a,SN=b,GN=c,UID=d,title=e,ST=f'],
    ['CN=a, OID.2.5.4.46=dq, 2.5.4.10=O by number', 'CN=a,2.5.4.46=dq,O=O by number'],
    ['CN=a, 2.5.4.46=#0c026471', 'CN=a,2.5.4.46=dq'],
    ['CN=a, 1.2.3=#020107', 'CN=a,1.2.3=#020107'],
    ['CN="Example, Inc.", O="say \\"hi\\" + more"', 'CN=Example\\, Inc.,O=say \\"hi\\" \\+ more'],
    ['CN=L\\C3\\A4nge \\2B 5, O=b', 'CN=Länge \\+ 5,O=b'],
    ['CN=\\ blank \\ , O=\\#1', 'CN=\\ blank \\ ,O=\\#1'],
    ['CN=a "b" c', 'CN=a \\"b\\" c'],
  ] as const) {
    it(`reads ${typed}`, () => {
      assert.equal(printed(typed), says);
      // What is printed says the same, and what people are shown of it does.
      const name = read(subjectDer(parseSubject(typed)));
      assert.deepEqual(subjectDer(parseSubject(says)), name.raw);
      assert.deepEqual(subjectDer(parseSubject(subjectTextOf(name) ?? '')), name.raw);
      assert.deepEqual(parseSubject(subjectText(parseSubject(typed))), parseSubject(typed));
    });
  }

  for (const [text, message] of [
    ['CN=a+', /plus too many/],
    ['CN=a+b', /a plus inside a value is written \\\+/],
    ['CN=a, O="b', /quotation mark is not closed/],
    ['CN=a, 2.5.4.46=#0c05', /hex of its DER/],
    ['CN=a, O=\\C3', /no UTF-8/],
    ['CN=a, 1.40.1=b', /"1\.40\.1" is not among/],
    ['CN=a, 2.05=b', /is not among/],
    ['CN=a, serialNumber=M\u00fcller', /letters without accents/],
    ['CN=a, DC=m\u00fcller', /ASCII/],
    ['CN=a, postalCode=' + '1'.repeat(41), /40 characters/],
    ['CN=a, jurisdictionC=Germany', /two letters/],
    ['O=a, O=b', /common name/],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
      assert.throws(() => parseSubject(text), { code: 'value-invalid', message });
    });
  }

  it('keeps what stands beside the common name', () => {
    const rest = (text: string): string => subjectText(withoutCommonName(parseSubject(text)));
    assert.equal(rest('CN=a, O=b, C=DE'), 'O=b, C=DE');
    assert.equal(rest('O=b, CN=a+serialNumber=1, OU=c+L=d'), 'O=b, OU=c+L=d');
  });
});
