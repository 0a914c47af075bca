import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { AliasIndex } from '../../../src/core/checks/aliasIndex';
import { mayNameAlias } from '../../../src/core/checks/mayNameAlias';
import { whereUsed } from '../../../src/core/checks/whereUsed';
import { decodeUtf8 } from '../../../src/core/flow/encoding';
import type { FlowFiles } from '../../../src/core/flow/project';
import { readFlow } from '../../../src/core/flow/read';
import { Random } from '../../fuzz/random';
import { flowText, flowWithSteps, httpReceiver } from '../flow/flowText';
import { randomFlow } from '../flow/randomFlow';
import { corpus, itWithCorpus } from '../../support/corpus';

/** Files in memory, and how often each was read. */
class MemoryFiles implements FlowFiles {
  readonly content = new Map<string, Uint8Array>();
  readonly reads = new Map<string, number>();

  set(file: string, text: string | Uint8Array): void {
    this.content.set(file, typeof text === 'string' ? Buffer.from(text) : text);
  }
  async kindOf(file: string): Promise<'file' | undefined> {
    return Promise.resolve(this.content.has(file) ? 'file' : undefined);
  }
  async read(file: string): Promise<Uint8Array> {
    this.reads.set(file, (this.reads.get(file) ?? 0) + 1);
    const bytes = this.content.get(file);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`ENOENT ${file}`));
  }
  async list(): Promise<[]> {
    return Promise.resolve([]);
  }
}

const folder = '/w/project/src/main/resources/scenarioflows/integrationflow';
const parameters = '/w/project/src/main/resources/parameters.prop';
const naming = (alias: string, id = 'A'): string => flowText(httpReceiver({ privateKeyAlias: alias }, { id }));
const idsOf = (index: AliasIndex, alias: string): string[] => index.of(alias).map(({ part }) => part.id);

describe('the index of aliases', () => {
  let files: MemoryFiles;
  let index: AliasIndex;

  beforeEach(() => {
    files = new MemoryFiles();
    index = new AliasIndex(files);
  });

  it('finds who uses an alias, whatever its case, in flows and archives; left-over values are none', async () => {
    files.set('/w/a.iflw', naming('partner'));
    files.set('/w/b.iflw', naming('Partner', 'B'));
    files.set('/w/c.iflw', flowText(httpReceiver({ privateKeyAlias: 'partner', authenticationMethod: 'None' })));
    files.set('/w/d.zip', zipSync({ 'src/main/resources/x.iflw': Buffer.from(naming('PARTNER', 'D')) }));
    files.set('/w/e.zip', Buffer.from('PK\u0003\u0004 something else'));
    await index.add([...files.content.keys()]);
    assert.deepEqual(idsOf(index, 'pArtner'), ['A', 'B', 'D']);
    assert.deepEqual(index.of('other'), []);
    assert.equal(index.complete, true);
    assert.equal(index.size, 5);
  });

  it('is incomplete as long as a flow cannot be read', async () => {
    files.set('/w/a.iflw', `${naming('a')}<`);
    await index.add(['/w/a.iflw', '/w/none.iflw']);
    assert.equal(index.complete, false);
    await index.update('/w/none.iflw');
    assert.equal(index.complete, false);
    files.set('/w/a.iflw', naming('b'));
    await index.update('/w/a.iflw');
    assert.equal(index.complete, true);
    assert.deepEqual(idsOf(index, 'a'), []);
    assert.deepEqual(idsOf(index, 'b'), ['A']);
  });

  it('takes a changed file in by reading that file alone', async () => {
    for (let i = 0; i < 300; i++) files.set(`${folder}/${i}.iflw`, naming('{{Alias}}', `M_${i}`));
    for (let i = 0; i < 300; i++) files.set(`/w/other/${i}.iflw`, naming('{{Alias}}', `N_${i}`));
    files.set(parameters, 'Alias=first');
    await index.add([...files.content.keys()].filter((file) => file !== parameters));
    assert.equal(index.of('first').length, 300);

    files.reads.clear();
    files.set(`${folder}/7.iflw`, naming('second', 'M_7'));
    await index.update(`${folder}/7.iflw`);
    assert.deepEqual([...files.reads.keys()].sort(), [parameters, `${folder}/7.iflw`].sort());
    assert.equal(index.of('first').length, 299);
    assert.deepEqual(idsOf(index, 'second'), ['M_7']);

    files.set(parameters, 'Alias=third');
    files.reads.clear();
    await index.update(parameters);
    assert.equal(index.of('third').length, 299);
    assert.ok(![...files.reads.keys()].some((file) => file.startsWith('/w/other')));

    files.content.delete(parameters);
    await index.update(parameters);
    assert.deepEqual(index.of('third'), []);

    index.remove(folder);
    assert.equal(index.size, 300);
    assert.deepEqual(index.of('second'), []);
  });

  it('ends between two files', async () => {
    files.set('/w/a.iflw', naming('a'));
    await assert.rejects(index.add(['/w/a.iflw'], AbortSignal.abort()), { name: 'AbortError' });
  });
});

describe('whether a flow may name an alias', () => {
  const may = (text: string): boolean => mayNameAlias(Buffer.from(text));

  it('says no where all such values are empty, also in a flow of many pieces', () => {
    const filler = httpReceiver({ privateKeyAlias: '', note: 'x'.repeat(997) });
    assert.equal(may(flowText(...Array.from({ length: 200 }, () => filler))), false);
    for (const value of ['<value/>', '<value />', '<value></value>']) assert.equal(may(naming(value)), false);
  });

  it('says yes wherever one may be, however it is written', () => {
    const text = naming('partner');
    const filler = httpReceiver({ privateKeyAlias: '', note: 'x'.repeat(997) });
    for (let size = 40; size < 60; size++) {
      const flow = flowText(...Array.from({ length: size }, () => filler), httpReceiver({ privateKeyAlias: 'p' }));
      assert.equal(may(flow), true);
    }
    for (const other of [
      text,
      text.replace('<key>privateKeyAlias</key>', '<key>privateKey<!-- -->Alias</key>'),
      text.replace('<key>privateKeyAlias</key>', '<key><![CDATA[privateKeyAlias]]></key>'),
      text.replace('<key>privateKeyAlias</key>', '<key x="1">privateKeyAlias</key>'),
      text.replace('<key>privateKeyAlias</key>', '<key >privateKeyAlias</key\n>'),
      text.replace('<key>privateKeyAlias</key>', '<ifl:key>privateKeyAlias</ifl:key>'),
      text.replace('<key>privateKeyAlias</key>', '<key>privateKey&#65;lias</key>'),
      text.replaceAll(/<(\/?)(key|value)>/g, '<$1\u00e4:$2>'),
      text.replace('<value>partner</value>', '<value><![CDATA[partner]]></value>'),
      text.replace(
        /<key>privateKeyAlias<\/key>\s*<value>partner<\/value>/,
        '<value>a</value><key>privateKeyAlias</key>',
      ),
      flowWithSteps([], [{ activity: 'Encrypt', properties: { headers: '&lt;row&gt;' } }]),
      flowText({ adapter: 'Acme', properties: { my_private_key_name: 'x' } }),
    ]) {
      assert.equal(may(other), true, other);
    }
    assert.equal(mayNameAlias(Buffer.from(`\ufeff${text}`, 'utf16le')), true);
  });

  it('never says no to a flow that names one: random flows', () => {
    const random = new Random(4);
    let named = 0;
    for (let round = 0; round < 1500; round++) {
      const text = randomFlow(random);
      if (!whereUsed([{ file: 'x', flow: readFlow(text) }]).size) continue;
      named++;
      assert.equal(may(text), true, text);
    }
    assert.ok(named > 300, `${named} flows name an alias`);
  });

  itWithCorpus('never says no to a flow that names one: exported flows', function () {
    this.timeout(60_000);
    let no = 0;
    let flows = 0;
    for (const name of readdirSync(corpus, { recursive: true, encoding: 'utf8' })) {
      if (!/\.iflw$/i.test(name)) continue;
      const bytes = readFileSync(path.join(corpus, name));
      flows++;
      if (mayNameAlias(bytes)) continue;
      no++;
      const text = decodeUtf8(bytes);
      assert.ok(text === undefined || !whereUsed([{ file: name, flow: readFlow(text) }]).size, name);
    }
    assert.ok(no > flows / 2, `${no} of ${flows} were told apart`);
  });
});
