import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addCertificates, renameEntry } from '../../src/core/keystore/edit';
import { emptyKeystore, writeKeystore } from '../../src/core/keystore/store';
import { makeCa } from '../support/testCertificates';

const password = 'Keystore-1';

/** As the README tells: `diff.keystore.textconv` and a line in .gitattributes. */
describe('git diff of keystores', () => {
  let folder: string;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', env: { ...process.env, KS: password } });

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'textconv-'));
    const cli = path.join(process.env['PROJECT_ROOT']!, 'dist/cli.cjs');
    git('init', '-q');
    git('config', 'user.email', 'a@b.example');
    git('config', 'user.name', 'a');
    git('config', 'diff.keystore.textconv', `"${process.execPath}" "${cli}" list --stable --password-env KS`);
    writeFileSync(path.join(folder, '.gitattributes'), '*.p12 diff=keystore\n*.jks diff=keystore\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('shows what changed in a keystore, in lines', async () => {
    const file = path.join(folder, 'one.p12');
    const { certificate } = await makeCa('Root');
    const { keystore } = addCertificates(emptyKeystore(), [{ alias: 'before', certificate }]);
    writeFileSync(file, await writeKeystore(keystore, password));
    git('add', '.');
    git('commit', '-qm', 'one');
    writeFileSync(file, await writeKeystore(renameEntry(keystore, 'before', 'after').keystore, password));
    const diff = git('diff', 'one.p12');
    const changed = diff.split('\n').filter((line) => /^[+-](?![+-])/.test(line));
    assert.deepEqual(changed, ['-before', '+after'], diff);
    // With another password it is still a comparison, and no failure.
    writeFileSync(file, await writeKeystore(keystore, 'Another-1'));
    assert.match(git('diff', 'one.p12'), /^\+PKCS12 keystore, not opened: none of the passwords given opens it$/m);
  });
});
