import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { requireTool, runTool } from '../support/tools';
import { runCli } from '../support/runCli';

const password = 'Keystore-1';

/** The public key of a key pair, as a server's administrator gets it. */
describe('export --form openssh and ssh-keygen', function () {
  this.timeout(120_000);
  let folder: string;
  before(function () {
    requireTool(this, 'ssh-keygen');
    requireTool(this, 'keytool');
    folder = mkdtempSync(path.join(os.tmpdir(), 'ssh-export-'));
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  for (const [algorithm, options, type] of [
    ['RSA', ['-keysize', '2048'], 'RSA'],
    ['EC', ['-groupname', 'secp384r1'], 'ECDSA'],
    ['DSA', ['-keysize', '1024'], 'DSA'],
    ['Ed25519', [], 'ED25519'],
  ] as const) {
    it(`${algorithm} of keytool: ssh-keygen takes the file, and opens with openssl as the same key`, async () => {
      const keystore = path.join(folder, `${algorithm}.p12`);
      const pub = path.join(folder, `${algorithm}.pub`);
      runTool('keytool', [
        ...['-genkeypair', '-alias', 'id_key', '-keyalg', algorithm, ...options, '-dname', 'CN=ssh'],
        ...['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', password],
      ]);
      const { code, err } = await runCli(['export', keystore, 'id_key', '--out', pub, '--password-env', 'KS'], {
        env: { KS: password },
      });
      assert.equal(code, 0, err);
      assert.match(runTool('ssh-keygen', ['-l', '-f', pub]), new RegExp(`^\\d+ SHA256:\\S+ id_key \\(${type}\\)`));
      // Numbers of the key, by two programs that know nothing of each other.
      if (algorithm === 'RSA' || algorithm === 'EC') {
        const bySsh = runTool('ssh-keygen', ['-e', '-m', 'PKCS8', '-f', pub]);
        const certificate = runTool('keytool', [
          ...['-exportcert', '-rfc', '-alias', 'id_key', '-keystore', keystore, '-storepass', password],
        ]);
        const byOpenssl = runTool('openssl', ['x509', '-pubkey', '-noout'], { input: certificate });
        assert.equal(bySsh.trim(), byOpenssl.trim());
      }
      assert.equal(readFileSync(pub, 'utf8').split('\n').length, 2);
    });
  }
});
