import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { runCli, type Answer } from '../../support/runCli';
import { flowText, httpReceiver } from '../flow/flowText';

describe('externalized parameters on the command line', () => {
  let folder: string;
  const resources = (name: string): string => path.join(folder, 'P/src/main/resources', name);
  const flow = (): string => resources('scenarioflows/integrationflow/Orders.iflw');
  const text = flowText(
    httpReceiver({ system: 'Partner' }, { id: 'A' }),
    httpReceiver({ system: 'Other' }, { id: 'B' }),
  );
  const cli = (args: readonly string[]): Promise<Answer> => runCli(args, { env: {} });
  const read = (file: string): string => readFileSync(file, 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'externalize-'));
    mkdirSync(path.dirname(flow()), { recursive: true });
    writeFileSync(flow(), text);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('makes a parameter of a value, shares it, and takes it back', async () => {
    const key = ['--key', 'private-key-alias', '--name', 'Partner alias'];
    const would = await cli(['externalize', flow(), '--channel', 'A', ...key, '--dry-run']);
    assert.equal(would.code, 0, would.err);
    assert.equal(would.out, 'A: private-key-alias: would be a parameter with the value "partner_a"\n');
    assert.equal(read(flow()), text);

    const done = await cli(['externalize', flow(), '--channel', 'A', ...key, '--json']);
    assert.deepEqual(JSON.parse(done.out), {
      channel: 'A',
      key: 'private-key-alias',
      value: 'partner_a',
      name: 'Partner alias',
      files: [resources('parameters.prop'), flow(), resources('parameters.propdef')],
    });
    assert.equal(read(flow()), text.replace('<value>partner_a<', '<value>{{Partner alias}}<'));
    assert.equal(read(resources('parameters.prop')), 'Partner\\ alias=partner_a\n');
    assert.match(read(resources('parameters.propdef')), /attribute_category="Partner.Receiver.Auth"/);

    const shared = await cli(['externalize', flow(), '--channel', 'B', ...key]);
    assert.equal(shared.code, 0, shared.err);
    assert.equal(read(resources('parameters.prop')), 'Partner\\ alias=partner_a\n');
    assert.match(read(resources('parameters.propdef')), /attribute_category="Other.Receiver.Auth"/);

    const one = await cli(['internalize', flow(), '--channel', 'A', '--key', 'privateKeyAlias', '--json']);
    assert.deepEqual((JSON.parse(one.out) as { removed: string[] }).removed, []);
    const two = await cli(['internalize', flow(), '--channel', 'B', '--key', 'privateKeyAlias']);
    assert.match(two.out, /B: privateKeyAlias: in the flow with the value "partner_a"/);
    assert.equal(read(flow()), text);
    assert.equal(read(resources('parameters.prop')), '');
    assert.ok(!read(resources('parameters.propdef')).includes('Partner alias'));
  });

  it('does the same in an archive, in one change of it', async () => {
    const inner = path.relative(path.join(folder, 'P'), flow());
    const other = inner.replace('Orders', 'Invoices');
    const project = { 'META-INF/MANIFEST.MF': strToU8('x'), [inner]: strToU8(text), [other]: strToU8(text) };
    const archive = path.join(folder, 'package.zip');
    writeFileSync(archive, zipSync({ abc_content: zipSync(project), 'resources.cnt': strToU8('{}') }));
    const entries = (): Record<string, string> =>
      Object.fromEntries(
        Object.entries(unzipSync(unzipSync(readFileSync(archive))['abc_content']!)).map(([name, bytes]) => [
          name.replace('src/main/resources/', ''),
          strFromU8(bytes),
        ]),
      );
    const before = readFileSync(archive);
    const key = ['--channel', 'A', '--key', 'private-key-alias', '--name', 'Partner alias'];
    const several = await cli(['externalize', archive, ...key]);
    assert.equal(several.code, 2);
    assert.match(several.err, /changes one flow; there are 2 here\.[^]*project\.zip!\//);
    const place = `${archive}!/abc_content!/${inner}`;
    const done = await cli(['externalize', place, ...key]);
    assert.equal(done.code, 0, done.err);
    const root = `${archive}!/abc_content!/src/main/resources`;
    const written = ['parameters.prop', path.relative('src/main/resources', inner), 'parameters.propdef'];
    assert.deepEqual(
      done.out.split('\n').slice(1, -1),
      written.map((name) => `${root}/${name}: written`),
    );
    const after = entries();
    assert.deepEqual(Object.keys(after).slice(3), ['parameters.prop', 'parameters.propdef']);
    assert.equal(after['parameters.prop'], 'Partner\\ alias=partner_a\n');
    assert.equal(
      after['scenarioflows/integrationflow/Orders.iflw'],
      text.replace('>partner_a<', '>{{Partner alias}}<'),
    );
    assert.equal(after['scenarioflows/integrationflow/Invoices.iflw'], text);
    // The other flow of the project shares it.
    const shared = await cli(['externalize', place.replace('Orders', 'Invoices'), ...key]);
    assert.equal(shared.code, 0, shared.err);
    assert.equal(entries()['parameters.prop'], 'Partner\\ alias=partner_a\n');
    const back = ['--channel', 'A', '--key', 'privateKeyAlias'];
    const one = await cli(['internalize', place, ...back, '--json']);
    assert.deepEqual((JSON.parse(one.out) as { removed: string[] }).removed, []);
    const two = await cli(['internalize', place.replace('Orders', 'Invoices'), ...back, '--json']);
    assert.deepEqual((JSON.parse(two.out) as { removed: string[] }).removed, ['Partner alias']);
    const last = entries();
    assert.equal(last['scenarioflows/integrationflow/Orders.iflw'], text);
    assert.equal(last['parameters.prop'], '');
    assert.notDeepEqual(readFileSync(archive), before);
  });

  it('takes a piece of a value', async () => {
    const args = ['--channel', 'A', '--key', 'address', '--name', 'Host'];
    const done = await cli(['externalize', flow(), ...args, '--piece', 'partner.example']);
    assert.equal(done.code, 0, done.err);
    assert.match(read(flow()), /<value>https:\/\/\{\{Host\}\}\/orders<\/value>/);
    const again = await cli(['externalize', flow(), ...args, '--piece', 'none']);
    assert.equal(again.code, 2);
    assert.match(again.err, /the value is "https:\/\/\{\{Host\}\}\/orders"/);
  });

  it('says what is wrong, with the file and the next step, and writes nothing', async () => {
    writeFileSync(resources('parameters.prop'), 'Alias=other\n');
    const bad = async (...args: string[]): Promise<string> => {
      const { code, err } = await cli(args);
      assert.notEqual(code, 0);
      return err;
    };
    const target = [flow(), '--channel', 'A', '--key', 'privateKeyAlias'];
    assert.match(
      await bad('externalize', ...target, '--name', 'Alias'),
      /Orders\.iflw.*another one: "other".*Take another name/,
    );
    assert.match(await bad('externalize', ...target, '--name', 'a=b'), /refuses these characters/);
    assert.match(await bad('externalize', ...target), /needs --name/);
    assert.match(
      await bad('externalize', flow(), '--channel', 'X', '--key', 'k', '--name', 'n'),
      /no such channel or step.*A \(To Partner\)/,
    );
    assert.match(await bad('externalize', flow(), '--name', 'n'), /needs --channel ID/);
    assert.match(
      await bad('externalize', folder, '--channel', 'A', '--key', 'k', '--name', 'n'),
      /no such channel|key/,
    );
    assert.match(await bad('internalize', ...target), /has no parameter/);
    writeFileSync(resources('parameters.propdef'), '<parameters>');
    assert.match(await bad('externalize', ...target, '--name', 'n'), /parameters\.propdef cannot be edited/);
    assert.equal(read(flow()), text);
    const taken = await cli(['externalize', ...target, '--name', 'Alias', '--take-value']);
    assert.equal(taken.code, 2);
    rmSync(resources('parameters.propdef'));
    assert.equal((await cli(['externalize', ...target, '--name', 'Alias', '--take-value'])).code, 0);
    assert.equal(read(resources('parameters.prop')), 'Alias=other\n');
    assert.ok(existsSync(resources('parameters.propdef')));
  });
});
