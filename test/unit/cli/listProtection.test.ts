import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli, type Answer } from '../../support/runCli';

describe('flow-keystore list, and how a keystore is protected', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const cli = (...args: string[]): Promise<Answer> =>
    runCli([...args, '--password-env', 'PW'], { env: { PW: 'Keystore-1' } });

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'list-'));
    const args = ['--alias', 'a', '--subject', 'CN=A', '--key', 'EC P-256'];
    assert.equal((await cli('generate', at('a.p12'), ...args)).code, 0);
    const made = await cli('convert', at('a.p12'), at('a.jks'), '--type', 'JKS', '--new-password-env', 'PW');
    assert.equal(made.code, 0, made.err);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says it in one line, old methods marked', async () => {
    const [, modern] = (await cli('list', at('a.p12'))).out.split('\n');
    assert.equal(
      modern,
      '  Integrity check: HMAC-SHA256 (10,000 rounds); Certificates: PBES2 aes-256-cbc (10,000 rounds); 1 private key: PBES2 aes-256-cbc (10,000 rounds)',
    );
    const [, old] = (await cli('list', at('a.jks'))).out.split('\n');
    assert.equal(old, '  Integrity check: keyed SHA-1 digest (1 round), old; 1 private key: JKS key protection, old');
  });

  it('lists it part by part for programs', async () => {
    const { out } = await cli('list', at('a.p12'), '--json');
    const { protection } = JSON.parse(out) as { protection: unknown };
    assert.deepEqual(protection, [
      { part: 'integrity', method: 'HMAC-SHA256', rounds: 10_000 },
      { part: 'certificates', method: 'PBES2 aes-256-cbc', rounds: 10_000 },
      { part: 'keys', method: 'PBES2 aes-256-cbc', rounds: 10_000, count: 1 },
    ]);
  });
});
