import { strToU8, zipSync } from 'fflate';
import { checkFlow } from '../../src/core/checks/check';
import { whereUsed } from '../../src/core/checks/whereUsed';
import { FlowKeystoreError } from '../../src/core/errors';
import { applyEdits, editField, invertEdits } from '../../src/core/flow/edit';
import { decodeParameters, decodeUtf8 } from '../../src/core/flow/encoding';
import { parameterOf, readParameters, setParameter } from '../../src/core/flow/parameters';
import { partFields, partsOf } from '../../src/core/flow/partFields';
import { readFlow } from '../../src/core/flow/read';
import { unzipFlows } from '../../src/core/flow/zip';
import { putInArchive } from '../../src/core/flow/zipEdit';
import { readEntry, readInArchive, zipEntries } from '../../src/core/flow/zipEntries';
import { foldingOf } from '../../src/core/languageService/folding';
import { symbolsOf } from '../../src/core/languageService/symbols';
import { flowWithSteps, httpReceiver } from '../unit/flow/flowText';
import type { Target } from './targets';

const table =
  "&lt;row&gt;&lt;cell id='Public Key Alias'&gt;a&lt;/cell&gt;&lt;/row&gt;&lt;row&gt;&lt;cell&gt;{{B}}&lt;/cell&gt;&lt;/row&gt;";
const flow = flowWithSteps(
  [
    httpReceiver({ privateKeyAlias: '{{A &lt;b&gt;}}', credentialName: '<value><![CDATA[x]]></value>' }),
    httpReceiver({
      privateKeyAlias: '<value>a<!-- c -->b</value>',
      httpAddressWithoutQuery: 'http://{{H}}/${header.x}',
    }),
  ],
  [
    { activity: 'Encrypt', properties: { headers: table } },
    { activity: 'Enricher', properties: { body: 'a &amp; b &#13;\n c' } },
  ],
);
const parameters = '#Mon\nA\\ <b>=a\\:b\nB : b\\\n  c\nH=h\\u00e4\nlone\n';

const inProject = 'src/main/resources/scenarioflows/integrationflow/Orders.iflw';
const project = zipSync(
  {
    'META-INF/MANIFEST.MF': strToU8('x'),
    [inProject.replaceAll('/', '\\')]: strToU8(flow),
    'src/main/resources/parameters.prop': strToU8(parameters),
    'more.iflw': new Uint8Array(200_000),
  },
  { comment: 'made by somebody' },
);

/** Flows, parameters and archives as somebody damaged them: an error with its place or a right edit, never a wrong one. */
export const flowTargets: readonly Target[] = [
  { name: 'flow', seeds: [Buffer.from(flow), Buffer.from(flow.replaceAll('\n', '\r\n'))], run: flowRead },
  {
    name: 'archive',
    seeds: [project, zipSync({ 'resources.cnt': strToU8('{}'), a_content: project })],
    run: archiveRead,
  },
  { name: 'parameters.prop', seeds: [Buffer.from(parameters), Buffer.from(parameters, 'latin1')], run: parametersRead },
];

function flowRead(input: Uint8Array, round: number): Promise<void> {
  const text = decodeUtf8(input);
  if (text === undefined) throw new FlowKeystoreError('flow-broken', 'not UTF-8');
  const read = readFlow(text, 'x');
  const source = {
    file: 'x.iflw',
    flow: read,
    parametersFile: { file: 'parameters.prop', parameters: readParameters(parameters) },
  };
  const options = { now: new Date(0), days: 30 };
  checkFlow(source, [], options);
  whereUsed([source]);
  symbolsOf(read);
  foldingOf(read);
  const fields = partsOf(read).flatMap((part) => partFields(part).map((field) => ({ part, field })));
  const chosen = fields[round % Math.max(1, fields.length)];
  if (!chosen) throw new FlowKeystoreError('flow-broken', 'nothing in it');
  const { part, field } = chosen;
  const { edits } = editField({ flow: read, part: part.part }, field, 'n<e>w & \u{1F511}', 'flow');
  const changed = applyEdits(text, edits);
  if (applyEdits(changed, invertEdits(text, edits)) !== text) throw new Error('not taken back');
  const after = readFlow(changed, 'x');
  if (after.problems.length > read.problems.length) throw new Error(`broke it: ${after.problems[0]?.message ?? ''}`);
  const again = partsOf(after)
    .filter((other) => other.part.span.offset === part.part.span.offset)
    .flatMap((other) => partFields(other))
    .find(({ id }) => id === field.id);
  if (again?.value !== 'n<e>w & \u{1F511}') throw new Error(`wrote something else: ${String(again?.value)}`);
  return Promise.resolve();
}

/** What is changed is changed, and every other entry says what it said before, or is refused as before. */
function archiveRead(input: Uint8Array, round: number): Promise<void> {
  unzipFlows(input);
  const entries = zipEntries(input).filter(({ isFolder }) => !isFolder);
  const chosen = entries[round % Math.max(1, entries.length)];
  if (!chosen) throw new FlowKeystoreError('damaged', 'nothing in it');
  const saying = (archive: Uint8Array): string[] =>
    zipEntries(archive)
      .filter(({ path }) => path !== chosen.path)
      .map((entry) => `${entry.path} ${outcomeOf(() => Buffer.from(readEntry(archive, entry)).toString('base64'))}`);
  const content = strToU8(`<new round="${round}"/>`);
  const inner = chosen.path.endsWith('_content') ? `${chosen.path}!/${inProject}` : chosen.path;
  const changed = putInArchive(input, inner, content, made);
  if (!Buffer.from(readInArchive(changed, inner)).equals(content)) throw new Error('wrote something else');
  if (saying(changed).join('\n') !== saying(input).join('\n')) throw new Error('changed another entry');
  const more = putInArchive(input, 'made/here.prop', content, made);
  if (!Buffer.from(readInArchive(more, 'made/here.prop')).equals(content)) throw new Error('made something else');
  const less = putInArchive(more, 'made/here.prop', undefined, made);
  if (saying(less).join('\n') !== saying(input).join('\n')) throw new Error('made more than an entry');
  return Promise.resolve();
}

const made = new Date(2026, 0, 2, 3, 4, 6);

function outcomeOf(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof FlowKeystoreError) return error.code;
    throw error;
  }
}

function parametersRead(input: Uint8Array): Promise<void> {
  const { text } = decodeParameters(input);
  const read = readParameters(text);
  for (const name of ['A <b>', 'new one', read.entries.at(-1)?.name ?? 'x']) {
    if (/[{}]/.test(name) || name === '') continue;
    const edits = setParameter(read, name, 'v: \u{1F511}\n=');
    const changed = applyEdits(text, edits);
    if (applyEdits(changed, invertEdits(text, edits)) !== text) throw new Error('not taken back');
    const after = readParameters(changed);
    if (parameterOf(after, name)?.value !== 'v: \u{1F511}\n=') throw new Error(`wrote something else to ${name}`);
    for (const entry of read.entries) {
      if (entry.name !== name && parameterOf(after, entry.name)?.value !== parameterOf(read, entry.name)?.value) {
        throw new Error(`changed ${entry.name}`);
      }
    }
  }
  if (!read.entries.length) throw new FlowKeystoreError('flow-broken', 'nothing in it');
  return Promise.resolve();
}
