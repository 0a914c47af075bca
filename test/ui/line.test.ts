import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { getKeyPair } from '../../src/core/keystore/edit';
import { readKeystore } from '../../src/core/keystore/store';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { startPracticeReceiver, type PracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { startLineServer } from '../support/protocolServers';
import { localNames } from '../support/testCertificates';
import { openWorkbench, type Theme, type Workbench } from './harness';

const password = 'Keystore-1';
const flowName = 'Orders to Partner A.iflw';

for (const theme of ['dark', 'light'] satisfies Theme[]) {
  describe(`from a keystore to a flow that connects, ${theme}`, () => {
    let workbench: Workbench;
    let receiver: PracticeReceiver;
    let scratch: string;
    let keystore: string;
    let flow: string;
    let original: string;

    before(async () => {
      scratch = mkdtempSync(path.join(os.tmpdir(), 'line-'));
      receiver = await startPracticeReceiver({ port: 0, ...(await makePracticeIdentities()) });
      const project = path.join(scratch, 'workspace/Orders');
      cpSync(path.join(process.env['PROJECT_ROOT']!, 'examples/workspace/Orders to Partner A'), project, {
        recursive: true,
      });
      const parameters = path.join(project, 'src/main/resources/parameters.prop');
      writeFileSync(parameters, readFileSync(parameters, 'utf8').replace('8443', String(receiver.port)));
      workbench = await openWorkbench({ theme, workspace: path.join(scratch, 'workspace') });
      keystore = path.join(workbench.folder, 'partner.p12');
      flow = path.join(workbench.folder, 'Orders/src/main/resources/scenarioflows/integrationflow', flowName);
      original = readFileSync(flow, 'utf8');
    });
    after(async () => {
      await workbench.close();
      await receiver.stop();
      rmSync(scratch, { recursive: true, force: true });
    });

    it('creates a keystore', async () => {
      await workbench.openActivity('Flow Keystore');
      await workbench.command('Flow Keystore: Create Keystore...');
      await workbench.quickTitle('Create Keystore').waitFor();
      await workbench.file(keystore, 'Orders');
      await workbench.input(password, 'Password of the new keystore');
      await workbench.input(password, 'once more');
      await workbench.quickTitle('Remember the password').waitFor();
      await workbench.quickPick('Only for this session');
      await workbench.treeRow('PKCS12 · 0 entries').waitFor();
    });

    it('generates a key pair, and the receiver is given its public part', async () => {
      await workbench.command('Flow Keystore: Generate Key Pair...');
      await workbench.input('partner_a', 'Alias');
      await workbench.quickPick('EC P-256');
      await workbench.input('CN=Partner A Client, O=Example', 'Name in the certificate');
      await workbench.quickMessage('Valid to').waitFor();
      await workbench.input('2 years');
      await workbench.quickRow('Client authentication').waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.input('', 'Subject alternative names');
      await workbench.quickPick('a self-signed certificate');
      await workbench.treeRow('partner_a').waitFor();
      await workbench.screenshot('tree');
      const pair = getKeyPair(await readKeystore(readFileSync(keystore), password), 'partner_a');
      receiver.accept(pair.chain);
    });

    it('sets authentication and alias in the adapter editor; the file differs in these values alone', async () => {
      await workbench.openFile(flowName);
      const line = original.slice(0, original.indexOf('id="MessageFlow_2"')).split('\n').length;
      // Its tab is there before its text.
      await workbench.page.locator('.editor-instance .view-line').first().waitFor();
      await workbench.page.keyboard.press('Control+G');
      await workbench.quickInput().fill(`:${line}`);
      await workbench.quickRow(String(line)).waitFor();
      await workbench.page.keyboard.press('Enter');
      await workbench.page.locator('.codelens-decoration', { hasText: 'HTTP' }).first().waitFor();
      await workbench.screenshot('code-lenses');
      await workbench.command('Flow Keystore: Edit Receivers of a Flow');
      const view = workbench.webview();
      await view.locator('.channel', { hasText: 'HTTP to Partner A' }).click();
      const authentication = view.locator('#field-authentication');
      await authentication.fill('Client Certificate');
      await authentication.press('Enter');
      const alias = view.locator('#field-privateKeyAlias');
      await alias.click();
      await alias.pressSequentially('part');
      await view.locator('.list .row', { hasText: 'partner_a' }).waitFor();
      await workbench.screenshot('alias-completion');
      await alias.press('ArrowDown');
      await view.locator('.list .row[aria-selected="true"]', { hasText: 'partner_a' }).waitFor();
      await alias.press('Enter');
      while ((await alias.inputValue()) !== 'partner_a') await workbench.page.waitForTimeout(50);
      await workbench.page.locator(`.tab.dirty[data-resource-name="${flowName}"]`).first().waitFor();
      await workbench.screenshot('adapter-editor');
      await workbench.page.keyboard.press('Control+S');
      await workbench.page
        .locator(`.tab.dirty[data-resource-name="${flowName}"]`)
        .first()
        .waitFor({ state: 'detached' });
      const channel = original.indexOf('id="MessageFlow_2"');
      const expected =
        original.slice(0, channel) +
        original
          .slice(channel)
          .replace(
            '<key>authenticationMethod</key>\n                    <value>None</value>',
            '<key>authenticationMethod</key>\n                    <value>Client Certificate</value>',
          )
          .replace(
            '<key>privateKeyAlias</key>\n                    <value/>',
            '<key>privateKeyAlias</key>\n                    <value>partner_a</value>',
          );
      assert.notEqual(expected, original);
      assert.equal(readFileSync(flow, 'utf8'), expected);
    });

    it('tests the channel: the root of the receiver is missing', async () => {
      await workbench.webview().locator('button', { hasText: 'Test Outbound Connectivity' }).last().click();
      await workbench.webview().locator('h1', { hasText: 'its root is not in the keystore' }).waitFor();
      await workbench.toast('Testing ').waitFor({ state: 'detached' });
      await workbench.screenshot('report-root-missing');
    });

    it('adds the root once its fingerprint is confirmed, and tests again: green', async () => {
      await workbench
        .webview()
        .locator('button', { hasText: /^Add .*to Keystore/ })
        .first()
        .click();
      await workbench.quickRow('Practice Receiver Root').waitFor();
      await workbench.quickPick('1 to add');
      await workbench.dialog('Trust "Practice Receiver Root"?').waitFor();
      await workbench.screenshot('report-confirm');
      await workbench.dialogButton('Trust and Add to partner.p12').click();
      await workbench.dialog('Trust').waitFor({ state: 'detached' });
      await workbench.treeRow('Practice Receiver Root').waitFor();
      await workbench.webview().getByText('was added to the keystore since this test. Test again.').waitFor();
      await workbench.webview().locator('button', { hasText: 'Test Again' }).click();
      await workbench.webview().locator('h1', { hasText: 'is trusted and accepts "partner_a"' }).waitFor();
      await workbench.toast('Testing ').waitFor({ state: 'detached' });
      await workbench.screenshot('report-green');
      assert.deepEqual(workbench.errors, []);
    });

    it('writes nothing secret into the report', async () => {
      const text = await workbench.webview().locator('body').innerText();
      assert.ok(!text.includes('PRIVATE KEY') && !text.includes(password));
    });

    it('renames the entry in the flow too, once the question is answered, and takes it back in one step', async () => {
      const named = readFileSync(flow, 'utf8');
      const renamed = named.replace('<value>partner_a</value>', '<value>partner_b</value>');
      assert.notEqual(renamed, named);
      const becomes = async (text: string): Promise<void> => {
        while (readFileSync(flow, 'utf8') !== text) await workbench.page.waitForTimeout(50);
      };
      await workbench.treeKey('partner_a', 'F2');
      await workbench.input('partner_b', 'New alias of');
      await workbench.dialog('Rename "partner_a" to "partner_b" in flows too?').waitFor();
      await workbench.screenshot('rename-everywhere');
      await workbench.dialogButton('Rename Everywhere').click();
      await workbench.treeRow('partner_b').waitFor();
      await becomes(renamed);
      await workbench.screenshot('renamed-everywhere');
      await workbench.toastButton('partner_b', 'Undo').click();
      await workbench.treeRow('partner_a').waitFor();
      await becomes(named);
    });

    it('cancels a test of a server that does not answer', async () => {
      const silent = net.createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const port = (silent.address() as AddressInfo).port;
      try {
        await workbench.command('Flow Keystore: Test Outbound Connectivity...');
        await workbench.quickPick('Enter a host');
        await workbench.input(`127.0.0.1:${port}`, 'Host, with its port');
        await workbench.quickPick('No client certificate');
        const toast = workbench.toast(`Testing 127.0.0.1:${port}: TLS`);
        await toast.waitFor();
        await workbench.webview().locator('h1', { hasText: 'Testing' }).waitFor();
        await workbench.screenshot('report-running');
        await workbench.toastButton(`Testing 127.0.0.1:${port}`, 'Cancel').click();
        await workbench.webview().locator('h1', { hasText: 'was cancelled' }).waitFor();
        await toast.waitFor({ state: 'detached' });
      } finally {
        silent.close();
      }
    });

    it('tests a mail server, which begins TLS when it is asked to', async () => {
      const { root } = await makePracticeIdentities();
      const identity = await root.issue('localhost', { alternativeNames: localNames });
      const mail = await startLineServer(
        {
          greeting: '220 mail.practice.example ready\r\n',
          answers: {
            EHLO: '250-mail.practice.example\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n',
            STARTTLS: { answer: '220 go\r\n', tls: true },
            QUIT: { answer: '221 bye\r\n', close: true },
          },
        },
        { identity },
      );
      try {
        await workbench.command('Flow Keystore: Test Outbound Connectivity...');
        await workbench.quickPick('Test another kind of server');
        await workbench.quickRow('SMTP with STARTTLS').waitFor();
        await workbench.screenshot('test-kinds-of-servers');
        await workbench.quickPick('SMTP with STARTTLS');
        await workbench.input(`localhost:${mail.port}`, 'Host, with its port where it is not 587');
        await workbench.quickPick('Login');
        await workbench.quickPick('plain user and password');
        await workbench.input('me', 'User (Press');
        await workbench.input('s3cret-login', 'Password of me');
        await workbench.quickRow('me, plain user and password').waitFor();
        await workbench.screenshot('test-options');
        await workbench.quickPick(`Test localhost:${mail.port}`);
        await workbench.quickPick('No client certificate');
        // The root is another one of the same name.
        await workbench
          .webview()
          .locator('h1', { hasText: `localhost:${mail.port} is not trusted` })
          .waitFor();
        await workbench.webview().getByText('it greets with "mail.practice.example ready"').waitFor();
        await workbench.webview().getByText('the password is not shown to a server that is not trusted').waitFor();
        await workbench.toast('Testing ').waitFor({ state: 'detached' });
        await workbench.screenshot('report-mail');
      } finally {
        await mail.stop();
      }
    });

    it('saves what is typed at that moment', async () => {
      await workbench.command('Flow Keystore: Edit Receivers of a Flow');
      const view = workbench.webview();
      await view.locator('.channel', { hasText: 'SOAP to Partner A' }).click();
      const before = readFileSync(flow, 'utf8');
      const address = view.locator('#field-address');
      await address.fill('https://{{Partner Host}}/typed');
      await address.press('Control+S');
      const saved = (): string => readFileSync(flow, 'utf8');
      // VS Code empties the file before it writes it.
      while (saved() === before || saved() === '') {
        await workbench.page.evaluate(() => new Promise(requestAnimationFrame));
      }
      const expected = before.replace('https://{{Partner Host}}/invoices', 'https://{{Partner Host}}/typed');
      assert.notEqual(expected, before);
      assert.equal(saved(), expected);
    });

    it('undoes what is being typed, and leaves alone what is written', async () => {
      const address = workbench.webview().locator('#field-address');
      await address.press('End');
      await address.pressSequentially('x');
      await address.press('Control+Z');
      assert.equal(await address.inputValue(), 'https://{{Partner Host}}/typed');
      assert.equal(await workbench.page.locator(`.tab.dirty[data-resource-name="${flowName}"]`).count(), 0);
    });

    it('offers what was typed in an editor that a key closed', async () => {
      const address = workbench.webview().locator('#field-address');
      await address.fill('https://{{Partner Host}}/nearly-lost');
      await address.press('Control+W');
      await workbench.toast('nearly-lost').waitFor();
      await workbench.screenshot('typed-and-not-written');
      await workbench.toastButton('nearly-lost', 'Write It').click();
      await workbench.webview().locator('.channel.selected', { hasText: 'SOAP to Partner A' }).waitFor();
      assert.equal(await address.inputValue(), 'https://{{Partner Host}}/nearly-lost');
      // The web workbench saves by itself a second after a change: the tab may be clean again by now.
      await address.press('Control+S');
      while (!readFileSync(flow, 'utf8').includes('https://{{Partner Host}}/nearly-lost')) {
        await workbench.page.evaluate(() => new Promise(requestAnimationFrame));
      }
      assert.deepEqual(workbench.errors, []);
    });
  });
}
