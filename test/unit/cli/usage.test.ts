import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { flowWithSteps, httpReceiver } from '../flow/flowText';
import { runCli, type Answer } from '../../support/runCli';

describe('where aliases are used, on the command line', () => {
  let folder: string;
  const flow = (): string => path.join(folder, 'P/src/main/resources/scenarioflows/integrationflow/Orders.iflw');
  const parameters = (): string => path.join(folder, 'P/src/main/resources/parameters.prop');
  const text = flowWithSteps(
    [
      httpReceiver({ privateKeyAlias: 'partner_a' }, { id: 'A', name: 'To A' }),
      httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'B', name: 'To B' }),
      httpReceiver({ privateKeyAlias: 'partner_a', authenticationMethod: 'Basic' }, { id: 'C', name: 'To C' }),
      httpReceiver({ privateKeyAlias: '{{Part}}_a' }, { id: 'D', name: 'To D' }),
    ],
    [{ id: 'S', name: 'Sign', activity: 'SimpleSignMessage', properties: { privateKeyAlias: 'Partner_A' } }],
  );
  const cli = (...args: string[]): Promise<Answer> => runCli(args, { env: { PW: 'Keystore-1' } });
  const lineOf = (what: string): number => text.slice(0, text.indexOf(what)).split('\n').length;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'usage-'));
    mkdirSync(path.dirname(flow()), { recursive: true });
    writeFileSync(flow(), text);
    writeFileSync(parameters(), 'Alias=partner_a\nPart=partner\n');
    for (const alias of ['partner_a', 'nobody']) {
      const args = ['--alias', alias, '--subject', `CN=${alias}`, '--key', 'EC P-256', '--password-env', 'PW'];
      assert.equal((await cli('generate', path.join(folder, 'a.p12'), ...args)).code, 0);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are listed by flows too, those of steps with what they are', async () => {
    const { code, out } = await cli('flows', flow());
    assert.equal(code, 0);
    assert.match(out, /\n {2}S {2}Simple Signer 1\.3\.0 {2}Sign\n {6}Private Key Alias Partner_A\n/);
    const { flows } = JSON.parse((await cli('flows', flow(), '--json')).out) as { flows: { steps: unknown[] }[] };
    const fields = [{ label: 'Private Key Alias', key: 'privateKeyAlias', value: 'Partner_A', resolved: 'Partner_A' }];
    assert.deepEqual(flows[0]?.steps, [{ id: 'S', name: 'Sign', step: 'Simple Signer', version: '1.3.0', fields }]);
  });

  it('lists each channel and step with its place, left-over ones marked', async () => {
    const { code, out } = await cli('usage', 'PARTNER_A', folder);
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines[0], 'PARTNER_A: 5 places');
    assert.equal(
      lines[1],
      `  ${flow()}:${lineOf('<value>partner_a')}:28: Orders: channel To A (HTTP), privateKeyAlias`,
    );
    assert.match(lines[2] ?? '', /channel To B \(HTTP\), privateKeyAlias, parameter "Alias"$/);
    assert.match(lines[3] ?? '', /channel To C \(HTTP\), privateKeyAlias, left over, not read$/);
    assert.match(lines[4] ?? '', /channel To D \(HTTP\), privateKeyAlias$/);
    assert.match(lines[5] ?? '', /step Sign \(Simple Signer\), privateKeyAlias$/);
    assert.equal((await cli('usage', 'nope', folder)).out, 'nope: used nowhere\n');
  });

  it('says it for programs, and for all entries of a keystore', async () => {
    const args = ['--keystore', path.join(folder, 'a.p12'), '--password-env', 'PW', '--json'];
    const { aliases } = JSON.parse((await cli('usage', folder, ...args)).out) as {
      aliases: { alias: string; uses: Record<string, unknown>[] }[];
    };
    assert.deepEqual(
      aliases.map(({ alias, uses }) => [alias, uses.length]),
      [
        ['partner_a', 5],
        ['nobody', 0],
      ],
    );
    const { file, channel, step, key, role, used, parameter } = aliases[0]?.uses[1] ?? {};
    assert.deepEqual(
      { file, channel, step, key, role, used, parameter },
      {
        file: flow(),
        channel: { id: 'B', name: 'To B', label: 'HTTP' },
        step: undefined,
        key: 'privateKeyAlias',
        role: 'keyPair',
        used: 'yes',
        parameter: { name: 'Alias', file: parameters() },
      },
    );
  });

  it('lists the entries that no flow uses', async () => {
    const args = ['--keystore', path.join(folder, 'a.p12'), '--password-env', 'PW', '--unused'];
    assert.equal((await cli('usage', folder, ...args)).out, 'nobody\n');
    assert.match((await cli('usage', folder, '--unused')).err, /--unused goes with --keystore FILE/);
    assert.equal((await cli('usage', 'x')).code, 2);
  });

  it('renames an alias in flows alone, or with the entry; says what it would do first', async () => {
    const would = await cli('rename-alias', 'partner_a', 'partner_b', folder, '--dry-run');
    assert.equal(would.code, 0, would.err);
    assert.match(would.out, /Orders\.iflw: To A, To C, Sign\n/);
    assert.match(would.out, /parameters\.prop: To B\n/);
    assert.match(would.out, /Not changed: .*channel To D: the alias is put together from parameters/);
    assert.equal(readFileSync(flow(), 'utf8'), text);
    const args = ['--keystore', path.join(folder, 'a.p12'), '--password-env', 'PW'];
    const done = await cli('rename-alias', 'partner_a', 'partner_b', folder, ...args);
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /a\.p12: "partner_a" is "partner_b" now\n/);
    assert.equal(readFileSync(flow(), 'utf8'), text.replaceAll(/>partner_a</gi, '>partner_b<'));
    assert.equal(readFileSync(parameters(), 'utf8'), 'Alias=partner_b\nPart=partner\n');
    const alone = await cli('rename-alias', 'partner_b', 'neu & <alt>', folder);
    assert.equal(alone.code, 0, alone.err);
    assert.ok(readFileSync(flow(), 'utf8').includes('<value>neu &amp; &lt;alt&gt;</value>'));
  });

  it('refuses what cannot be an alias, and paths without flows', async () => {
    const empty = await cli('rename-alias', 'partner_a', '', folder);
    assert.equal(empty.code, 2);
    mkdirSync(path.join(folder, 'none'));
    const none = await cli('rename-alias', 'partner_a', 'b', path.join(folder, 'none'));
    assert.equal(none.code, 2);
    assert.match(none.err, /none/);
  });
});
