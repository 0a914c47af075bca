import assert from 'node:assert/strict';
import { strFromU8, strToU8, unzipSync, Zip, ZipDeflate, ZipPassThrough, zipSync } from 'fflate';
import { FlowKeystoreError } from '../../../src/core/errors';
import { addEntry, putInArchive, removeEntry, replaceEntry } from '../../../src/core/flow/zipEdit';
import { readEntry, readInArchive, zipEntries } from '../../../src/core/flow/zipEntries';

/** As a program writes it that does not know the sizes before: with descriptors behind the data. */
function streamed(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    parts.push(chunk);
  });
  for (const [name, content] of Object.entries(files)) {
    const entry = name.endsWith('.bin') ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 9 });
    zip.add(entry);
    entry.push(content, true);
  }
  zip.end();
  return Buffer.concat(parts);
}

function withComment(plain: Uint8Array, text: string): Uint8Array {
  const comment = strToU8(text);
  const commented = new Uint8Array([...plain, ...comment]);
  new DataView(commented.buffer).setUint16(plain.length - 2, comment.length, true);
  return commented;
}

const now = new Date(2026, 10, 25, 20, 31, 58);
const flow = 'src/main/resources/scenarioflows/integrationflow/Orders.iflw';
const files = {
  'META-INF/MANIFEST.MF': strToU8('Manifest-Version: 1.0\r\n'.repeat(40)),
  [flow]: strToU8('<flow>partner_a</flow>'.repeat(50)),
  'src\\main\\resources\\parameters.prop': strToU8('Alias=partner_a\n'),
  'data.bin': new Uint8Array(2_000).map((_, i) => (i * 7919) % 251),
  'src/main/resources/script/a.groovy': strToU8('println 1'),
};

/** The bytes of each entry, its header and all, but of one. */
function others(bytes: Uint8Array, path: string): string[] {
  const entries = zipEntries(bytes);
  const starts = [...entries.map(({ offset }) => offset), entries[0]?.record ?? bytes.length].sort((a, b) => a - b);
  return entries
    .filter((entry) => entry.path !== path)
    .map(({ path: name, offset, record, recordLength }) => {
      const end = starts.find((start) => start > offset) ?? bytes.length;
      const row = Buffer.from(bytes.subarray(record, record + recordLength));
      // The offset of its header alone may change.
      row.fill(0, 42, 46);
      return `${name} ${Buffer.from(bytes.subarray(offset, end)).toString('hex')} ${row.toString('hex')}`;
    });
}

describe('entries of archives', () => {
  const made = { 'with sizes in the headers': zipSync(files), 'with descriptors': streamed(files) };

  for (const [how, bytes] of Object.entries(made)) {
    it(`are listed and read, ${how}`, () => {
      const entries = zipEntries(bytes);
      assert.deepEqual(
        entries.map(({ path }) => path),
        Object.keys(files).map((name) => name.replaceAll('\\', '/')),
      );
      for (const entry of entries) {
        const name = Object.keys(files).find((each) => each.replaceAll('\\', '/') === entry.path)!;
        assert.deepEqual(Buffer.from(readEntry(bytes, entry)), Buffer.from(files[name as keyof typeof files]));
      }
    });

    it(`are replaced, and every other one stays byte for byte, ${how}`, () => {
      for (const name of Object.keys(files)) {
        const path = name.replaceAll('\\', '/');
        for (const content of [strToU8('short'), strToU8('x'.repeat(100_000)), new Uint8Array(0)]) {
          const after = replaceEntry(bytes, path, content);
          assert.deepEqual(others(after, path), others(bytes, path));
          const unzipped = unzipSync(after);
          assert.deepEqual(Object.keys(unzipped), Object.keys(files));
          for (const [each, before] of Object.entries(files)) {
            assert.deepEqual(Buffer.from(unzipped[each]!), Buffer.from(each === name ? content : before), each);
          }
          // Back again: the content is what it was, and the others too.
          const back = replaceEntry(after, path, files[name as keyof typeof files]);
          assert.deepEqual(others(back, path), others(bytes, path));
          assert.deepEqual(unzipSync(back), unzipSync(bytes));
        }
      }
    });
  }

  it('are made behind the others, and removed again, and every other one stays byte for byte', () => {
    for (const bytes of [...Object.values(made), zipSync({}), withComment(zipSync(files), 'made by somebody')]) {
      const path = 'src/main/resources/parameters.propdef \u00e4';
      const after = addEntry(bytes, path, strToU8('<parameters/>'), now);
      assert.deepEqual(others(after, path), others(bytes, path));
      const entry = zipEntries(after).at(-1);
      assert.deepEqual([entry?.path, entry?.changed?.getTime()], [path, now.getTime()]);
      assert.equal(strFromU8(readInArchive(after, path)), '<parameters/>');
      assert.equal(strFromU8(unzipSync(after)[path]!), '<parameters/>');
      assert.equal(Buffer.compare(removeEntry(after, path), bytes), 0);
      for (const { path: name } of zipEntries(bytes)) {
        const less = removeEntry(after, name);
        assert.deepEqual(others(less, name), others(after, name));
        assert.equal(unzipSync(less)[name], undefined);
      }
      assert.equal(
        code(() => addEntry(after, path, strToU8('x'), now)),
        'unwritable',
      );
    }
  });

  it('are named as the others are', () => {
    const back = zipSync({ 'src\\a.iflw': strToU8('1'), 'MANIFEST.MF': strToU8('2') });
    const after = addEntry(back, 'src/b.prop', strToU8('3'), now);
    assert.deepEqual(Object.keys(unzipSync(after)), ['src\\a.iflw', 'MANIFEST.MF', 'src\\b.prop']);
    assert.equal(strFromU8(readInArchive(after, 'src/b.prop')), '3');
    // Some are written with slashes: as most programs do.
    assert.deepEqual(Object.keys(unzipSync(addEntry(zipSync(files), 'a/b', strToU8('x'), now))).at(-1), 'a/b');
  });

  it('keep the comment of the archive, and what lies before its first entry', () => {
    const after = replaceEntry(withComment(zipSync(files), 'made by somebody'), flow, strToU8('new'));
    assert.equal(strFromU8(after.subarray(-'made by somebody'.length)), 'made by somebody');
    assert.equal(strFromU8(unzipSync(after)[flow]!), 'new');
  });

  it('are replaced in archives inside archives', () => {
    const inner = zipSync(files);
    const outer = streamed({ 'resources.cnt': strToU8('{}'), abc_content: inner, def_content: zipSync(files) });
    const path = `abc_content!/${flow}`;
    const after = putInArchive(outer, path, strToU8('<new/>'), now);
    assert.equal(strFromU8(readInArchive(after, path)), '<new/>');
    assert.deepEqual(others(after, 'abc_content'), others(outer, 'abc_content'));
    const innerAfter = unzipSync(after)['abc_content']!;
    assert.deepEqual(others(innerAfter, flow), others(inner, flow));
    assert.equal(strFromU8(readInArchive(after, `def_content!/${flow}`)), strFromU8(files[flow]));
  });

  const code = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof FlowKeystoreError, String(error));
      return error.code;
    }
    return 'done';
  };

  it('are refused where they are not there, twice there, encrypted or packed in another way', () => {
    const bytes = zipSync(files);
    assert.equal(
      code(() => replaceEntry(bytes, 'nothing', strToU8('x'))),
      'not-found',
    );
    assert.equal(
      code(() => putInArchive(bytes, 'nothing!/x', strToU8('x'), now)),
      'not-found',
    );
    const [manifest] = zipEntries(bytes);
    const change = (offset: number, value: number): Uint8Array => {
      const copy = bytes.slice();
      new DataView(copy.buffer).setUint16(manifest!.record + offset, value, true);
      return copy;
    };
    assert.equal(
      code(() => replaceEntry(change(8, 1), manifest!.path, strToU8('x'))),
      'unsupported',
    );
    assert.equal(
      code(() => replaceEntry(change(10, 12), manifest!.path, strToU8('x'))),
      'unsupported',
    );
    const twice = zipSync({ 'a/b': strToU8('1'), 'a\\b': strToU8('2') });
    assert.equal(
      code(() => replaceEntry(twice, 'a/b', strToU8('x'))),
      'damaged',
    );
  });

  it('are refused where two say that they are at the same place', () => {
    const bytes = zipSync({ a: strToU8('1'), b: strToU8('2') });
    const [first, second] = zipEntries(bytes);
    new DataView(bytes.buffer).setUint32((second?.record ?? 0) + 42, first?.offset ?? 0, true);
    assert.equal(
      code(() => replaceEntry(bytes, 'a', strToU8('x'))),
      'damaged',
    );
  });

  it('are not believed where they say less than they hold, or more than anybody has', () => {
    const bomb = zipSync({ 'a.iflw': new Uint8Array(20_000_000) }, { level: 9 });
    const [entry] = zipEntries(bomb);
    assert.equal(
      code(() => readEntry(bomb, { ...entry!, size: 10 })),
      'damaged',
    );
    assert.equal(
      code(() => readEntry(bomb, { ...entry!, size: 1_000_000_000 })),
      'too-large',
    );
    assert.equal(
      code(() => readEntry(bomb, { ...entry!, crc: 1 })),
      'damaged',
    );
    assert.equal(
      code(() => readEntry(bomb, entry!)),
      'done',
    );
  });

  it('give an error, never a wrong edit, where the archive is damaged anywhere', () => {
    const small = streamed({ 'a.iflw': strToU8('<a/>'), b: strToU8('other') });
    let refused = 0;
    for (let at = 0; at < small.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = small.slice();
        damaged[at] = damaged[at]! ^ flip;
        const outcome = code(() => {
          const after = replaceEntry(damaged, 'a.iflw', strToU8('<new/>'));
          // Whatever was wrong with it: what was put in is there, and the rest is as it was.
          assert.equal(strFromU8(readInArchive(after, 'a.iflw')), '<new/>');
          assert.deepEqual(others(after, 'a.iflw'), others(damaged, 'a.iflw'));
          const more = addEntry(damaged, 'c', strToU8('<c/>'), now);
          assert.equal(strFromU8(readInArchive(more, 'c')), '<c/>');
          assert.deepEqual(others(more, 'c'), others(damaged, 'c'));
        });
        if (outcome !== 'done') refused++;
        assert.ok(['done', 'damaged', 'unsupported', 'not-found'].includes(outcome), outcome);
      }
    }
    assert.ok(refused > 100, String(refused));
    for (let length = 0; length < small.length; length++) {
      assert.equal(
        code(() => replaceEntry(small.slice(0, length), 'a.iflw', strToU8('x'))),
        'damaged',
      );
    }
  });
});
