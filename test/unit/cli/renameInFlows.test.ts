import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { flowText, httpReceiver } from '../flow/flowText';
import { runCli, type Answer } from '../../support/runCli';

describe('command line: rename with --flows', () => {
  let folder: string;
  const archived = 'src/main/resources/scenarioflows/integrationflow/old.iflw';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const cli = (...args: string[]): Promise<Answer> => runCli(args, { env: { KS: 'Keystore-1' } });
  const rename = (...more: string[]): Promise<Answer> =>
    cli('rename', at('a.jks'), 'partner_a', 'Partner_B', '--flows', at('project'), '--password-env', 'KS', ...more);
  const flow = flowText(
    httpReceiver({}, { id: 'A', name: 'To A' }),
    httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'B', name: 'To B' }),
  );

  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cli-rename-'));
    const resources = at('project', 'src', 'main', 'resources');
    mkdirSync(path.join(resources, 'scenarioflows', 'integrationflow'), { recursive: true });
    writeFileSync(path.join(resources, 'scenarioflows', 'integrationflow', 'orders.iflw'), flow);
    writeFileSync(path.join(resources, 'parameters.prop'), '#\nAlias=partner_a\nOther=\\u00fc\n');
    const entries = { 'META-INF/MANIFEST.MF': Buffer.from('x'), [archived]: Buffer.from(flow) };
    writeFileSync(at('project', 'old.zip'), zipSync(entries));
    const made = await cli(
      ...['generate', at('a.jks'), '--alias', 'partner_a', '--subject', 'CN=A', '--key', 'EC P-256'],
      ...['--password-env', 'KS'],
    );
    assert.equal(made.code, 0, made.err);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const inFlow = (): string =>
    readFileSync(at('project', 'src', 'main', 'resources', 'scenarioflows', 'integrationflow', 'orders.iflw'), 'utf8');
  const inParameters = (): string => readFileSync(at('project', 'src', 'main', 'resources', 'parameters.prop'), 'utf8');

  it('changes the keystore, the flow and the parameter, and says what it could not', async () => {
    const { code, out, err } = await rename();
    assert.equal(code, 0, err);
    assert.match(out, /"partner_a" is "partner_b" now/);
    assert.match(out, /orders\.iflw: To A\n.*parameters\.prop: To B\n/);
    assert.match(out, /old\.zip!.*old\.iflw: To A\n/);
    const inArchive = unzipSync(readFileSync(at('project', 'old.zip')));
    assert.deepEqual(Object.keys(inArchive), ['META-INF/MANIFEST.MF', archived]);
    assert.equal(Buffer.from(inArchive[archived] ?? []).toString(), inFlow());
    // As JKS has it.
    assert.equal(inFlow(), flow.replace('<value>partner_a</value>', '<value>partner_b</value>'));
    assert.equal(inParameters(), '#\nAlias=partner_b\nOther=\\u00fc\n');
    const { out: listed } = await cli('list', at('a.jks'), '--password-env', 'KS');
    assert.match(listed, /partner_b/);
  });

  it('tries it out, and as JSON', async () => {
    const keystore = readFileSync(at('a.jks'));
    const { code, out } = await rename('--dry-run', '--json');
    assert.equal(code, 0);
    const { files, left, dryRun } = JSON.parse(out) as {
      files: { file: string; kind: string; uses: { channel: { id: string }; line: number }[] }[];
      left: unknown[];
      dryRun: boolean;
    };
    assert.equal(dryRun, true);
    assert.deepEqual(
      files.map(({ kind, uses }) => [kind, uses.map(({ channel }) => channel.id)]),
      [
        ['flow', ['A']],
        ['flow', ['A']],
        ['parameters', ['B']],
      ],
    );
    assert.ok(files.every(({ uses }) => uses.every(({ line }) => line > 1)));
    assert.equal(left.length, 0);
    assert.equal(inFlow(), flow);
    assert.deepEqual(readFileSync(at('a.jks')), keystore);
  });

  it('changes nothing where the flows cannot be read', async () => {
    const keystore = readFileSync(at('a.jks'));
    const { code, err } = await rename('--flows', at('nowhere'));
    assert.equal(code, 2);
    assert.match(err, /nowhere/);
    assert.deepEqual(readFileSync(at('a.jks')), keystore);
    assert.equal(inFlow(), flow);
  });
});
