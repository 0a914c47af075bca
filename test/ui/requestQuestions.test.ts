import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { element, oid, sequence } from '../../src/core/asn1/der';
import { issueCertificate } from '../../src/core/certificates/issue';
import { certificatesPem } from '../../src/core/certificates/pem';
import { pkcs7Of } from '../../src/core/certificates/pkcs7';
import { parseSubject } from '../../src/core/certificates/subjectText';
import { getKeyPair } from '../../src/core/keystore/edit';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { makeCa, makeSelfSigned, type TestIdentity } from '../support/testCertificates';
import { requireTool, runTool } from '../support/tools';
import { openWorkbench, type Workbench } from './harness';

const password = 'Keystore-1';

/** What is asked on the way of a request and its response, of an SSH key, and of what a receiver sent. */
describe('the questions around requests, SSH keys and what receivers send', () => {
  let workbench: Workbench;
  let scratch: string;
  let authority: http.Server;
  let root: TestIdentity;
  let issuing: TestIdentity;
  let received: string;
  const at = (name: string): string => path.join(workbench.folder, name);

  before(async function () {
    requireTool(this, 'ssh-keygen');
    scratch = mkdtempSync(path.join(os.tmpdir(), 'questions-'));
    const put = (name: string, content: string | Uint8Array): void => writeFileSync(path.join(scratch, name), content);
    root = await makeCa('Example Root', { organization: 'Example' });
    issuing = await root.issue('Example Issuing CA', { ca: {}, organization: 'Example' });
    authority = http.createServer((_, answer) => answer.end(pkcs7Of([issuing.certificate, root.certificate])));
    await new Promise<void>((resolve) => authority.listen(0, '127.0.0.1', resolve));
    const { port } = authority.address() as AddressInfo;

    const ours = await makeSelfSigned('Partner A');
    const testCa = await makeCa('Test CA');
    const pair = async (alias: string, { privateKeyInfo, chain }: TestIdentity) =>
      ({ kind: 'keyPair', alias, chain, key: await sealFor('PKCS12', privateKeyInfo, password) }) as const;
    const entries = [await pair('partner_a', ours), await pair('test_ca', testCa)];
    put('partner.p12', await writeKeystore({ ...emptyKeystore(), entries }, password));

    const address = element(0x86, Buffer.from(`http://127.0.0.1:${port}/issuing.p7c`, 'ascii'));
    const answer = await issueCertificate({
      subject: parseSubject('CN=Partner A, O=Example, C=DE'),
      publicKey: ours.certificate.spki,
      signingKey: issuing.privateKey,
      issuer: issuing.certificate,
      notBefore: new Date(Date.now() - 86_400_000),
      notAfter: new Date(Date.now() + 400 * 86_400_000),
      extensions: [
        {
          oid: '1.3.6.1.5.5.7.1.1',
          critical: false,
          value: sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), address)),
        },
      ],
    });
    put('answer.cer', certificatesPem([answer]));
    put('issuing.cer', issuing.pem);
    const server = await root.issue('api.receiver.example', {
      extendedKeyUsage: ['serverAuth'],
      alternativeNames: [{ kind: 'dns', value: 'api.receiver.example' }],
    });
    // Not in the workspace, where it would be on the list of keystores.
    received = path.join(mkdtempSync(path.join(os.tmpdir(), 'received-')), 'received.pem');
    writeFileSync(received, server.privateKeyPem + server.pem + root.pem);
    runTool('ssh-keygen', [
      ...['-q', '-t', 'ed25519', '-a', '4', '-C', 'partner', '-N', 'Secret-1'],
      ...['-f', path.join(scratch, 'id_partner.key')],
    ]);
    rmSync(path.join(scratch, 'id_partner.key.pub'));

    workbench = await openWorkbench({ workspace: scratch });
    await workbench.unlock('partner.p12', password);
    await workbench.treeRow('partner_a').waitFor();
  });
  after(async () => {
    await workbench.close();
    authority.close();
    rmSync(scratch, { recursive: true, force: true });
    rmSync(path.dirname(received), { recursive: true, force: true });
  });

  const chain = async (): Promise<string[]> =>
    getKeyPair(await readKeystore(readFileSync(at('partner.p12')), password), 'partner_a').chain.map(
      ({ subject }) => subject.short,
    );
  const importAnswer = async (): Promise<void> => {
    await workbench.command('Flow Keystore: Import Signing Response...');
    await workbench.quickRow('answer.cer').click();
    await workbench.quickRow('Fetch It').waitFor();
  };

  it('a missing intermediate: going on without it says what that means, and can be left', async () => {
    await importAnswer();
    await workbench.screenshot('question-missing');
    await workbench.quickPick('Go On Without');
    await workbench.dialog('Put this certificate into "partner_a"').waitFor();
    await workbench.screenshot('question-without');
    await workbench.dialogButton('Cancel').click();
    assert.deepEqual(await chain(), ['Partner A']);
  });

  it('a file has one of two that are missing; the rest is asked for again', async () => {
    await importAnswer();
    await workbench.quickPick('Choose a File...');
    await workbench.file(at('issuing.cer'), '..');
    await workbench.page.locator('.quick-input-widget input[placeholder*="Example Root"]').waitFor();
    await workbench.screenshot('question-root-missing');
    await workbench.page.keyboard.press('Escape');
    assert.deepEqual(await chain(), ['Partner A']);
  });

  it('fetched from the authority, its fingerprint confirmed', async () => {
    await importAnswer();
    await workbench.quickPick('Fetch It');
    await workbench.quickPick('Certificate and Intermediates');
    await workbench.dialog('SHA-256 fingerprint').waitFor();
    await workbench.screenshot('question-fingerprint');
    await workbench.dialogButton('Import').click();
    await workbench.dialog('Put this certificate').waitFor({ state: 'detached' });
    await workbench.toast('Found elsewhere: Example Issuing CA (fetched)').waitFor();
    await workbench.screenshot('question-fetched');
    await workbench.clearToasts();
    assert.deepEqual(await chain(), ['Partner A', 'Example Issuing CA']);
  });

  it('the wizard offers the authority of the keystore to sign a new key pair', async () => {
    await workbench.command('Flow Keystore: Generate Key Pair...');
    await workbench.input('partner_b', '1/8');
    await workbench.quickPick('EC P-256');
    await workbench.input('CN=Partner B', '3/');
    await workbench.input('90 days', '4/');
    await workbench.quickRow('Client authentication').waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.input('', '6/');
    await workbench.quickRow('test_ca').waitFor();
    await workbench.screenshot('question-issuer');
    await workbench.quickPick('test_ca');
    await workbench.quickRow('signed by "test_ca"').and(workbench.page.locator('.focused')).waitFor();
    await workbench.screenshot('question-issuer-summary');
    await workbench.page.keyboard.press('Enter');
    await workbench.treeRow('partner_b').waitFor();
    const { chain: signed } = getKeyPair(await readKeystore(readFileSync(at('partner.p12')), password), 'partner_b');
    assert.deepEqual(
      signed.map(({ subject }) => subject.short),
      ['Partner B', 'Test CA'],
    );
  });

  it('asks for the passphrase of an SSH key until it is the right one', async () => {
    await workbench.command('Flow Keystore: Import SSH Key...');
    await workbench.file(at('id_partner.key'), '..', 'Choose');
    await workbench.input('wrong', 'Passphrase of the private key');
    await workbench.quickMessage('This is not the passphrase').waitFor();
    await workbench.screenshot('question-passphrase');
    await workbench.input('Secret-1');
    await workbench.input('id_ed25519', 'Alias');
    await workbench.toast('The SSH key "id_ed25519"').waitFor();
    await workbench.clearToasts();
  });

  it('what a receiver sent: warns of a private key, lists the rest, shows the fingerprint before it trusts', async () => {
    await workbench.command('Flow Keystore: Import What the Receiver Sent...');
    await workbench.file(received, '..');
    await workbench.dialog('There is a private key in received.pem').waitFor();
    await workbench.screenshot('question-received-key');
    await workbench.dialogButton('Look at the Certificates').click();
    await workbench.quickRow('Example Root').waitFor();
    await workbench.screenshot('question-received');
    await workbench.page.keyboard.press('Enter');
    await workbench.dialog('Example Root').waitFor();
    await workbench.screenshot('question-received-trust');
    await workbench.dialogButton('Trust and Add to partner.p12').click();
    await workbench.treeRow('Example Root').waitFor();
    const { entries } = await readKeystore(readFileSync(at('partner.p12')), password);
    const trusted = entries.flatMap((entry) => (entry.kind === 'certificate' ? [entry.certificate.sha256] : []));
    assert.deepEqual(trusted, [root.certificate.sha256]);
    assert.deepEqual(workbench.errors, []);
  });
});
