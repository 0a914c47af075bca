import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli } from '../../support/runCli';

describe('flow-keystore generate, with chosen values', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'generate-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('takes the beginning, the serial number, the signature and a name of every kind', async () => {
    const file = path.join(folder, 'a.p12');
    const args = `generate ${file} --alias a --key`.split(' ').concat('EC P-256', '--password-env', 'PW', '--json');
    const subject = 'CN=a+serialNumber=7, OU=1, OU=2, DC=example, 1.2.3.4=x';
    const env = { PW: 'Keystore-1' };
    const chosen = ['--valid-from', '2031-01-31', '--serial', '0x2A', '--signature', 'SHA384withECDSA'];
    const { code, out, err } = await runCli([...args, '--subject', subject, ...chosen], { env });
    assert.equal(code, 0, err);
    const made = JSON.parse(out) as Record<string, string>;
    assert.equal(made['notBefore'], '2031-01-31T00:00:00.000Z');
    assert.equal(made['serial'], '2a');
    assert.equal(made['signature'], 'SHA384withECDSA');
    assert.equal(made['subject'], 'CN=a+serialNumber=7,OU=1,OU=2,DC=example,1.2.3.4=x');
    const wrong = await runCli(
      [...args, '--subject', 'CN=b', '--signature', 'SHA1withRSA'].map((a) => (a === 'a' ? 'b' : a)),
      { env },
    );
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /cannot be signed with "SHA1withRSA" by an EC key.*Possible: SHA256withECDSA/s);
  });
});
