import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { fieldsOf } from '../../../src/core/flow/fields';
import { nodeFiles } from '../../../src/core/flow/nodeFiles';
import {
  flowNameOf,
  loadFlows,
  parametersPathsOf,
  type FlowFile,
  type FlowFiles,
} from '../../../src/core/flow/project';
import { flowText, httpReceiver } from './flowText';

const text = flowText(httpReceiver({ privateKeyAlias: '{{Alias}}' }));
const inProject = 'src/main/resources/scenarioflows/integrationflow/Orders.iflw';
const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content, 'utf8'));
const alias = ({ flow, parametersFile }: FlowFile): string | undefined =>
  flow.channels[0] && fieldsOf(flow.channels[0], parametersFile?.parameters).privateKeyAlias?.resolved;

/** A file system of a few files. */
function filesOf(content: Readonly<Record<string, string | Uint8Array>>): FlowFiles {
  const paths = Object.keys(content);
  return {
    kindOf: (file) =>
      Promise.resolve(
        content[file] !== undefined
          ? 'file'
          : paths.some((known) => known.startsWith(`${file}/`))
            ? 'folder'
            : undefined,
      ),
    read: (file) => {
      const found = content[file];
      return found === undefined
        ? Promise.reject(new Error('gone'))
        : Promise.resolve(typeof found === 'string' ? bytes(found) : found);
    },
    list: (folder) => {
      const names = new Map<string, 'file' | 'folder'>();
      for (const known of paths) {
        if (!known.startsWith(`${folder}/`)) continue;
        const [name = '', ...deeper] = known.slice(folder.length + 1).split('/');
        names.set(name, deeper.length ? 'folder' : 'file');
      }
      return Promise.resolve([...names].map(([name, kind]) => ({ name, kind })));
    },
  };
}

describe('loading flows', () => {
  it('finds them in a folder, with the parameters of their project', async () => {
    const { flows, problems } = await loadFlows(
      ['w'],
      filesOf({
        [`w/a/${inProject}`]: text,
        'w/a/src/main/resources/parameters.prop': 'Alias=of_a\n',
        [`w/b/${inProject}`]: text,
        'w/c/alone.iflw': text,
        'w/c/parameters.prop': 'Alias=of_c\n',
        'w/node_modules/x.iflw': text,
        'w/.git/x.iflw': text,
        'w/c/._alone.iflw': 'Mac OS X',
        'w/c/readme.txt': 'x',
      }),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      flows.map((flow) => [flow.file, flow.flow.name, alias(flow), flow.parametersFile?.file, flow.archived]),
      [
        [`w/a/${inProject}`, 'Orders', 'of_a', 'w/a/src/main/resources/parameters.prop', false],
        [`w/b/${inProject}`, 'Orders', '{{Alias}}', undefined, false],
        ['w/c/alone.iflw', 'alone', 'of_c', 'w/c/parameters.prop', false],
      ],
    );
  });

  it('reads a flow named alone with its parameters, and one named twice once', async () => {
    const files = filesOf({ [`p/${inProject}`]: text, 'p/src/main/resources/parameters.prop': 'Alias=x' });
    const { flows } = await loadFlows([`p/${inProject}`, 'p', `p/${inProject}`], files);
    assert.deepEqual(flows.map(alias), ['x']);
  });

  it('reads the archive of a project, with slashes or backslashes, by its content', async () => {
    for (const separator of ['/', '\\']) {
      const archive = zipSync({
        [inProject.replaceAll('/', separator)]: bytes(text),
        ['src/main/resources/parameters.prop'.replaceAll('/', separator)]: bytes('Alias=zipped\n'),
        '__MACOSX/._Orders.iflw': bytes('x'),
        'META-INF/MANIFEST.MF': bytes('x'),
      });
      const { flows, problems } = await loadFlows(['project.bin'], filesOf({ 'project.bin': archive }));
      assert.deepEqual(problems, []);
      assert.deepEqual(
        flows.map((flow) => [flow.file, alias(flow), flow.archived]),
        [[`project.bin!/${inProject}`, 'zipped', true]],
      );
    }
  });

  it('reads the projects inside a package export', async () => {
    const project = (value: string): Uint8Array =>
      zipSync({ [inProject]: bytes(text), 'src/main/resources/parameters.prop': bytes(`Alias=${value}`) });
    const archive = zipSync({
      '1234_content': project('one'),
      '5678_content': project('two'),
      'resources.cnt': bytes('e30='),
    });
    const { flows, problems } = await loadFlows(['w'], filesOf({ 'w/package.zip': archive }));
    assert.deepEqual(problems, []);
    assert.deepEqual(
      flows.map((flow) => [flow.file, alias(flow)]),
      [
        [`w/package.zip!/1234_content!/${inProject}`, 'one'],
        [`w/package.zip!/5678_content!/${inProject}`, 'two'],
      ],
    );
  });

  it('tells what is wrong with a file, and goes on with the others', async () => {
    const archive = zipSync({ 'a.iflw': bytes(text), x_content: bytes('PK\u0003\u0004broken') });
    const { flows, problems } = await loadFlows(
      ['w', 'w/foreign.zip', 'w/cut.zip'],
      filesOf({
        'w/latin.iflw': new Uint8Array(Buffer.from(text.replace('partner.example', 'm\xfcller.example'), 'latin1')),
        'w/broken.iflw': '<bpmn2:definitions>',
        'w/page.iflw': '<html/>',
        'w/good.iflw': text,
        'w/foreign.zip': zipSync({ 'readme.txt': bytes('x') }),
        'w/cut.zip': archive.slice(0, 100),
      }),
    );
    assert.deepEqual(
      flows.map(({ file }) => file),
      ['w/broken.iflw', 'w/good.iflw', 'w/page.iflw'],
    );
    const codes = new Map(problems.map(({ file, code }) => [file, code]));
    assert.deepEqual(
      [...codes],
      [
        ['w/broken.iflw', 'xml-broken'],
        ['w/latin.iflw', 'not-utf8'],
        ['w/page.iflw', 'not-a-flow'],
      ],
    );
    assert.equal(problems.find(({ code }) => code === 'xml-broken')?.line, 1);
  });

  it('tells when a named archive is broken or holds no flow', async () => {
    const archive = zipSync({ 'a.iflw': bytes(text) });
    const files = filesOf({ 'foreign.zip': zipSync({ 'readme.txt': bytes('x') }), 'cut.zip': archive.slice(0, 60) });
    const { problems } = await loadFlows(['foreign.zip', 'cut.zip'], files);
    assert.deepEqual(
      problems.map(({ file, code }) => [file, code]),
      [
        ['foreign.zip', 'not-a-flow'],
        ['cut.zip', 'archive-broken'],
      ],
    );
  });

  it('refuses a path that is not there, and stops when cancelled', async () => {
    const files = filesOf({ 'w/a.iflw': text });
    await assert.rejects(
      loadFlows(['nowhere'], files),
      (error: unknown) => (error as { code?: string }).code === 'not-found',
    );
    await assert.rejects(
      loadFlows(['w'], files, AbortSignal.abort()),
      (error: unknown) => (error as Error).name === 'AbortError',
    );
  });

  it('works on the file system of this machine', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'flows-'));
    try {
      mkdirSync(path.join(folder, path.dirname(inProject)), { recursive: true });
      writeFileSync(path.join(folder, inProject), `\uFEFF${text}`);
      writeFileSync(path.join(folder, 'src/main/resources/parameters.prop'), 'Alias=disk\n');
      const { flows, problems } = await loadFlows([folder], nodeFiles);
      assert.deepEqual(problems, []);
      assert.deepEqual(flows.map(alias), ['disk']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the paths of a flow', () => {
  it('lead to parameters.prop, whatever the separator', () => {
    assert.deepEqual(parametersPathsOf(`/p/${inProject}`), [
      '/p/src/main/resources/parameters.prop',
      '/p/src/main/resources/scenarioflows/integrationflow/parameters.prop',
    ]);
    assert.equal(
      parametersPathsOf(`C:\\p\\${inProject.replaceAll('/', '\\')}`)[0],
      'C:\\p\\src\\main\\resources\\parameters.prop',
    );
    assert.deepEqual(parametersPathsOf('Orders.iflw'), ['parameters.prop']);
    assert.deepEqual(parametersPathsOf('/p/src/main/resources/Orders.iflw'), ['/p/src/main/resources/parameters.prop']);
  });

  it('give its name', () => {
    assert.equal(flowNameOf('/a b/My Flow 1.2.iflw'), 'My Flow 1.2');
    assert.equal(flowNameOf('a\\b.IFLW'), 'b');
  });
});
