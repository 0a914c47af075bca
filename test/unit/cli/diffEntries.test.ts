import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli, type Answer } from '../../support/runCli';

describe('flow-keystore diff of two entries', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: string[]): Promise<Answer> =>
    runCli([...args, '--password-env', 'PW'], { env: { PW: 'Keystore-1' } });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'diff-'));
    for (const [file, alias, subject] of [
      ['a#1.p12', 'one', 'CN=One'],
      ['a#1.p12', 'with#sign', 'CN=Two'],
      ['b.jks', 'one', 'CN=One, O=Other'],
    ] as const) {
      const made = await cli('generate', at(file), '--alias', alias, '--subject', subject, '--key', 'EC P-256');
      assert.equal(made.code, 0, made.err);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says value by value what differs, in whatever keystores they are', async () => {
    const { code, out, err } = await cli('diff', `${at('a#1.p12')}#one`, `${at('b.jks')}#one`);
    assert.equal(code, 1, err);
    assert.match(out, /^Subject\n {2}- CN=One\n {2}\+ CN=One,O=Other\n/);
    assert.match(out, /SHA-256 of the key\n/);
    assert.doesNotMatch(out, /^(Alias|Kind|Key|Signature)$/m);
    const json = await cli('diff', `${at('a#1.p12')}#one`, `${at('a#1.p12')}#with#sign`, '--json');
    const data = JSON.parse(json.out) as { a: unknown; b: unknown; same: boolean; differences: { id: string }[] };
    assert.deepEqual(
      [data.a, data.b],
      [
        { file: at('a#1.p12'), alias: 'one' },
        { file: at('a#1.p12'), alias: 'with#sign' },
      ],
    );
    assert.equal(data.same, false);
    assert.deepEqual(data.differences[0], { id: 'alias', before: 'one', after: 'with#sign' });
  });

  it('finds the same entry the same, also under another alias', async () => {
    const renamed = await cli('import', at('copy.p12'), at('a#1.p12'), '--from-password-env', 'PW');
    assert.equal(renamed.code, 0, renamed.err);
    const moved = await cli('rename', at('copy.p12'), 'one', 'uno');
    assert.equal(moved.code, 0, moved.err);
    const { code, out } = await cli('diff', `${at('a#1.p12')}#one`, `${at('copy.p12')}#uno`);
    assert.deepEqual([code, out], [0, 'The same entry.\n']);
  });

  it('refuses an entry beside a keystore, and an alias that is not there', async () => {
    const mixed = await cli('diff', at('a#1.p12'), `${at('b.jks')}#one`);
    assert.equal(mixed.code, 2);
    assert.match(mixed.err, /not one of each/);
    const gone = await cli('diff', `${at('a#1.p12')}#gone`, `${at('b.jks')}#one`);
    assert.equal(gone.code, 2);
    assert.match(gone.err, /a#1\.p12.*no entry "gone"/);
    const nowhere = await cli('diff', `${at('no.p12')}#a`, `${at('b.jks')}#one`);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /no\.p12/);
    const keystores = await cli('diff', at('a#1.p12'), at('b.jks'));
    assert.equal(keystores.code, 1, keystores.err);
  });
});
