import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeUtf8 } from '../../../src/core/flow/encoding';
import { parseXml, type XmlElement, type XmlEnd, type XmlVisitor } from '../../../src/core/flow/xml';
import { scanXml } from '../../../src/core/flow/xmlScan';
import { Random } from '../../fuzz/random';
import { corpus, itWithCorpus } from '../../support/corpus';

/** Writes down what it is told. Text outside the root is none: one walk tells of it, the other does not. */
class Recorder implements XmlVisitor {
  readonly told: string[] = [];
  private depth = 0;

  open(element: XmlElement): void {
    this.depth++;
    this.told.push(`open ${textOf(element)}`);
  }
  close(element: XmlElement, end: XmlEnd): void {
    this.depth--;
    this.told.push(`close ${textOf(element)} ${JSON.stringify(end)}`);
  }
  text(...what: Parameters<XmlVisitor['text']>): void {
    if (this.depth) this.told.push(`text ${JSON.stringify(what)}`);
  }
  cdata(...what: Parameters<XmlVisitor['cdata']>): void {
    this.told.push(`cdata ${JSON.stringify(what)}`);
  }
  other(...what: Parameters<XmlVisitor['other']>): void {
    this.told.push(`other ${JSON.stringify(what)}`);
  }
  error(...what: Parameters<XmlVisitor['error']>): void {
    this.told.push(`error ${JSON.stringify(what)}`);
  }
}

function textOf(element: XmlElement): string {
  const { name, local, uri, attributes, start, startTagEnd, selfClosing } = element;
  return JSON.stringify([name, local, uri, attributes, start, startTagEnd, selfClosing]);
}

function whole(text: string): string[] {
  const recorder = new Recorder();
  parseXml(text, recorder);
  return recorder.told;
}

/** What the scan tells; undefined where it says that the text is not plain. */
function scanned(text: string): string[] | undefined {
  const recorder = new Recorder();
  return scanXml(text, recorder) ? recorder.told : undefined;
}

const plain = [
  '<a/>',
  '\uFEFF<?xml version="1.0" encoding="UTF-8" standalone=\'yes\'?>\r\n<!-- c -->\n<a x="1" />\n<!---->\n',
  "<?xml version='1.0'?><?pi some ?><a><?pi?></a>",
  '<a xmlns="u" xmlns:p="v"><p:b p:x="1" y=\'"\'/><b xmlns=""><c/></b><d xmlns:p="w"><p:e/></d><p:f/></a  >',
  '<a xml:space="preserve">  &lt;&amp;&#13;&#x1F600;\r\n\r<![CDATA[<&]] >\r\n]]>tail</a>',
  '<a x="&quot;&#10;\n\t\r\n2" y=""></a>',
  '<a>\u00e4\u{1F600}</a>',
  `${'<a>'.repeat(256)}${'</a>'.repeat(256)}`,
];

const notPlain = [
  '',
  'text',
  '<a>',
  '</a>',
  '<a></b>',
  '<a></a><b/>',
  '<a/>text',
  '<!DOCTYPE a><a/>',
  '<?xml version="1.1"?><a/>',
  ' <?xml version="1.0"?><a/>',
  '<a x="1" x="2"/>',
  '<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>',
  '<a x=1/>',
  '<a x/>',
  '<a x="<"/>',
  '<a x="1"y="2"/>',
  '<p:a/>',
  '<a p:x="1"/>',
  '<a xmlns:p=""/>',
  '<a:b:c xmlns:a="u"/>',
  '<a>&nbsp;</a>',
  '<a>& </a>',
  '<a>&#0;</a>',
  '<a>&#xD800;</a>',
  '<a>]]></a>',
  '<a><!-- a -- b --></a>',
  '<a><![CDATA[</a>',
  '<a><?xml version="1.0"?></a>',
  '<a>\u0001</a>',
  '<a>\uD800</a>',
  '<\u00e4/>',
  '<1a/>',
  '< a/>',
  '<a/ >',
  '<a></a',
  '<a',
  '<a x="',
  '<!--',
  '<?pi',
  `${'<a>'.repeat(257)}${'</a>'.repeat(257)}`,
];

describe('the quick walk through XML', () => {
  for (const text of plain) {
    it(`tells what the parser tells: ${JSON.stringify(text.slice(0, 60))}`, () => {
      const expected = whole(text);
      assert.ok(!expected.some((event) => event.startsWith('error')), 'the text is well-formed');
      assert.deepEqual(scanned(text), expected);
    });
  }

  for (const text of notPlain) {
    it(`leaves to the parser: ${JSON.stringify(text.slice(0, 60))}`, () => assert.equal(scanned(text), undefined));
  }

  it('never tells another story than the parser, whatever is broken', function () {
    this.timeout(60_000);
    const random = new Random(20_260);
    const pieces = '<>/=&;"\'!?-[]: \n\r\taxp1#'.split('').concat('<![CDATA[', ']]>', '<!--', '-->', '&lt;', 'xmlns');
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      let text = plain[random.below(plain.length - 1)] ?? '';
      for (let changes = random.below(4); changes >= 0; changes--) {
        const at = random.below(text.length + 1);
        const piece = pieces[random.below(pieces.length)] ?? '';
        text = text.slice(0, at) + piece + text.slice(at + random.below(3));
      }
      const found = scanned(text);
      if (!found) continue;
      taken++;
      assert.deepEqual(found, whole(text), JSON.stringify(text));
    }
    assert.ok(taken > 1000, `${taken} mutations were plain`);
  });

  itWithCorpus('takes the quick way through every exported flow', function () {
    this.timeout(120_000);
    for (const name of readdirSync(corpus, { recursive: true, encoding: 'utf8' })) {
      if (!/(?:^|[/\\])(?!\._)[^/\\]*\.iflw$/i.test(name)) continue;
      const text = decodeUtf8(readFileSync(path.join(corpus, name)));
      if (text === undefined) continue;
      const expected = whole(text);
      if (expected.some((event) => event.startsWith('error'))) continue;
      assert.ok(scanned(text)?.join('\n') === expected.join('\n'), name);
    }
  });
});
