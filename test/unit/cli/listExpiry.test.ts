import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli, type Answer } from '../../support/runCli';

describe('flow-keystore list, and what expires', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const now = new Date('2026-06-01T12:00:00Z');
  const cli = (...args: string[]): Promise<Answer> =>
    runCli([...args, '--password-env', 'PW'], { env: { PW: 'Keystore-1' }, now: () => now });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'list-'));
    for (const [alias, validity] of [
      ['month', '28 days'],
      ['quarter', '90 days'],
    ] as const) {
      const args = ['--alias', alias, '--subject', `CN=${alias}`, '--key', 'EC P-256', '--validity', validity];
      assert.equal((await cli('generate', at('a.p12'), ...args)).code, 0);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const states = async (...more: string[]): Promise<Record<string, string>> => {
    const { out, err } = await cli('list', at('a.p12'), '--json', ...more);
    assert.ok(out, err);
    const { entries } = JSON.parse(out) as { entries: { alias: string; state: string; daysLeft: number }[] };
    assert.deepEqual(
      entries.map(({ daysLeft }) => daysLeft),
      [28, 90],
    );
    return Object.fromEntries(entries.map(({ alias, state }) => [alias, state]));
  };

  it('takes days and percent as the settings do', async () => {
    // Of 28 days all are left: more than a third of its lifetime.
    assert.deepEqual(await states(), { month: 'valid', quarter: 'valid' });
    assert.deepEqual(await states('--percent', '0'), { month: 'expiring', quarter: 'valid' });
    assert.deepEqual(await states('--percent', '0', '--days', '91'), { month: 'expiring', quarter: 'expiring' });
    assert.deepEqual(await states('--percent', '0', '--days', '10'), { month: 'valid', quarter: 'valid' });
    const text = async (...more: string[]): Promise<string> => (await cli('list', at('a.p12'), ...more)).out;
    assert.notEqual(await text('--percent', '0'), await text());
  });

  it('refuses what is no number, and thresholds beside --stable', async () => {
    for (const [args, message] of [
      [['--days', 'x'], /--days takes a whole number/],
      [['--percent', '101'], /--percent takes a whole number from 0 to 100/],
      [['--stable', '--days', '3'], /--stable says the same on every day/],
    ] as const) {
      const { code, err } = await cli('list', at('a.p12'), ...args);
      assert.equal(code, 2);
      assert.match(err, message);
    }
  });

  it('notes a password that SAP would refuse, of a new keystore and of a converted one', async () => {
    const weak = (...args: string[]): Promise<Answer> =>
      runCli([...args, '--password-env', 'PW'], { env: { PW: 'changeit' }, now: () => now });
    const key = ['--alias', 'a', '--subject', 'CN=a', '--key', 'EC P-256'];
    const refused = /note: SAP would refuse the password of .*three of upper case/;
    for (const name of ['weak.p12', 'weak.jks', 'weak.jceks']) {
      const { code, err } = await weak('generate', at(name), ...key);
      assert.equal(code, 0, err);
      assert.match(err, refused, name);
      // It is said once, when the keystore is made.
      assert.doesNotMatch((await weak('generate', at(name), ...key.with(1, 'b'))).err, /SAP would refuse/, name);
    }
    assert.doesNotMatch((await weak('generate', at('weak.pem'), ...key)).err, /SAP would refuse/);
    assert.match((await weak('convert', at('weak.p12'), at('again.jks'))).err, refused);
    assert.doesNotMatch((await weak('convert', at('weak.p12'), at('again.pem'))).err, /SAP would refuse/);
    assert.doesNotMatch((await cli('generate', at('strong.jks'), ...key)).err, /SAP would refuse/);
  });
});
