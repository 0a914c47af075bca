import assert from 'node:assert/strict';
import {
  isFromAdapterEditor,
  type FieldDraft,
  type FromAdapterEditor,
  type ToAdapterEditor,
} from '../../src/protocol/adapterEditor';
import { nothing } from '../../src/protocol/guards';
import { editorStrings } from '../../src/host/editors/viewStrings';
import type { MemoryEditor } from '../support/editorHost';
import { exampleEditor, manyKindsEditor } from '../support/exampleFlow';
import { themeNames } from '../support/themes';
import type { Locator } from 'playwright-core';
import { openWebview, type PageLook, type WebviewPage } from './webviewPage';

type EditorPage = WebviewPage<FromAdapterEditor, ToAdapterEditor>;

interface OpenOptions extends PageLook {
  /** Before a write is made. */
  readonly hold?: () => Promise<void>;
}

const keyPairs = (editor: MemoryEditor): Extract<ToAdapterEditor, { type: 'keyPairs' }> => ({
  type: 'keyPairs',
  keyPairs: editor.keyPairs(),
  certificates: editor.certificates(),
  note: editor.keyPairsNote(),
});

describe('adapter editor webview', () => {
  const opened: EditorPage[] = [];
  const sent: FromAdapterEditor[] = [];
  let page: EditorPage;

  async function open(editor: MemoryEditor, { hold, ...look }: OpenOptions = {}): Promise<EditorPage> {
    sent.length = 0;
    page = await openWebview<FromAdapterEditor, ToAdapterEditor>({
      name: 'adapterEditor',
      ...look,
      accept: isFromAdapterEditor,
      handle: async (message, port) => {
        sent.push(message);
        if (message.type === 'ready') {
          port.send({ type: 'strings', strings: editorStrings((text, args) => editor.texts.say(text, args)) });
          port.send(keyPairs(editor));
          port.send({ type: 'state', state: editor.state() });
        }
        if (message.type === 'setField') {
          await hold?.();
          editor.write(message);
          port.send({ type: 'state', state: editor.state() });
        }
        if (message.type === 'addRow') editor.addRow(message.channel, message.field, message.value);
        if (message.type === 'removeRow') editor.removeRow(message.channel, message.field);
        if (message.type === 'addRow' || message.type === 'removeRow') {
          port.send({ type: 'state', state: editor.state() });
        }
      },
    });
    opened.push(page);
    await page.page.locator('main').waitFor();
    return page;
  }

  afterEach(async () => {
    for (const each of opened.splice(0)) {
      assert.deepEqual(each.errors, []);
      assert.deepEqual(each.logged, []);
      await each.close();
    }
  });

  const writes = (): FieldDraft[] =>
    sent.flatMap((message) => {
      if (message.type !== 'setField') return [];
      const { channel, field, value, place, add } = message;
      return [{ channel, field, value, place, add }];
    });

  for (const theme of themeNames) {
    it(`is accessible, ${theme}`, async () => {
      await open(exampleEditor(), { theme });
      assert.deepEqual(await page.accessibilityProblems(), []);
      await page.screenshot('editor');
      await page.field('Private Key Alias').click();
      await page.page.keyboard.press('ArrowDown');
      await page.page.getByRole('option', { name: 'renewal_b' }).waitFor();
      assert.deepEqual(await page.accessibilityProblems(), []);
      await page.screenshot('editor-list');
    });
  }

  it('stacks in a narrow editor', async () => {
    await open(exampleEditor(), { width: 360 });
    await page.screenshot('editor');
    assert.equal(await page.overflows(), false);
    assert.deepEqual(await page.accessibilityProblems(), []);
  });

  it('shows every kind of receiver', async () => {
    await open(exampleEditor());
    const rows = page.page.getByRole('listbox', { name: 'Receivers' }).getByRole('option');
    const names = ['IDoc ERP', 'HTTP Regional API', 'OData V2 Products', 'Mail Ops', 'Advanced Event Mesh Events'];
    for (const [at, name] of names.entries()) {
      await rows.nth(at + 1).click();
      const heading = page.page.locator('#channel-heading', { hasText: name.split(' ').at(-1)! });
      await heading.waitFor();
      assert.equal((await heading.textContent())?.replace(' \u00b7', ''), name);
      assert.deepEqual(await page.accessibilityProblems(), [], name);
      await page.screenshot(`editor-${name.toLowerCase().replace(/ /g, '-')}`);
    }
  });

  it('chooses receivers with the arrow keys', async () => {
    await open(exampleEditor());
    await page.page.locator('.channel.selected').focus();
    await page.page.keyboard.press('ArrowDown');
    await page.page.getByRole('heading', { name: 'IDoc \u00b7 ERP' }).waitFor();
    assert.match((await page.page.locator(':focus').textContent()) ?? '', /ERP/);
    await page.page.keyboard.press('End');
    await page.page.getByRole('heading', { name: 'Advanced Event Mesh \u00b7 Events' }).waitFor();
  });

  it('writes an alias chosen from the list to the parameter', async () => {
    const editor = exampleEditor();
    await open(editor);
    const alias = page.field('Private Key Alias');
    assert.equal(await alias.inputValue(), 'partner_a');
    await alias.fill('');
    await alias.pressSequentially('renew');
    await page.delivered();
    assert.deepEqual(await page.page.locator('.row .alias').allTextContents(), ['renewal_b']);
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('Enter');
    await page.page.getByText('Key pair · EC P-256').waitFor();
    assert.equal(await alias.inputValue(), 'renewal_b');
    assert.deepEqual(writes(), [
      { channel: 'MessageFlow_1', field: 'privateKeyAlias', value: 'renewal_b', place: 'parameters', add: false },
    ]);
    assert.match(editor.parameters ?? '', /^Partner\\ Alias=renewal_b$/m);
  });

  it('opens the list on a click, and with an arrow key stands on its first row', async () => {
    const editor = exampleEditor();
    await open(editor);
    const alias = page.field('Private Key Alias');
    await alias.click();
    assert.equal(await page.page.locator('.row:visible').count(), 4);
    await alias.fill('');
    await page.page.keyboard.press('Escape');
    assert.equal(await page.page.locator('.row:visible').count(), 0);
    await page.page.keyboard.press('ArrowDown');
    const first = page.page.locator('.row[aria-selected="true"]');
    assert.match((await first.textContent()) ?? '', /^partner_a/);
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('Enter');
    await page.page.getByText('Key pair · EC P-256').waitFor();
    assert.equal(await alias.inputValue(), 'renewal_b');
  });

  it('lists what is expired last and says so', async () => {
    await open(exampleEditor());
    await page.field('Private Key Alias').press('ArrowDown');
    const rows = await page.page.locator('.row').allTextContents();
    assert.equal(rows.length, 4);
    assert.match(rows[2] ?? '', /old_c.*expired/);
    assert.equal(rows[3], 'Generate new key pair...');
    await page.page.keyboard.press('ArrowUp');
    await page.page.keyboard.press('End');
    await page.page.getByRole('option', { name: 'Generate new key pair...' }).click();
    await page.delivered();
    assert.deepEqual(sent.at(-1), { type: 'generateKeyPair', channel: 'MessageFlow_1', use: true });
  });

  it('stays on the row of the list where the keystores change meanwhile', async () => {
    const editor = exampleEditor();
    await open(editor);
    const alias = page.field('Private Key Alias');
    await alias.fill('r');
    await page.page.keyboard.press('ArrowDown');
    const chosen = page.page.locator('.row[aria-selected="true"]');
    await chosen.waitFor();
    const text = await chosen.textContent();
    page.port.send(keyPairs(editor));
    page.port.send({ ...keyPairs(editor), keyPairs: [...editor.keyPairs()].reverse() });
    await page.delivered();
    assert.equal(await chosen.textContent(), text);
    assert.equal(await alias.getAttribute('aria-activedescendant'), await chosen.getAttribute('id'));
  });

  it('writes in the flow instead of the parameter when asked to', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.page.getByLabel('Private Key Alias: Where a new value is written').selectOption('flow');
    const alias = page.field('Private Key Alias');
    assert.equal(await alias.inputValue(), '{{Partner Alias}}');
    await alias.fill('renewal_b');
    await alias.press('Enter');
    await page.page.getByText('Key pair · EC P-256').waitFor();
    assert.match(editor.flow, /<key>privateKeyAlias<\/key>\s*<value>renewal_b<\/value>/);
    assert.match(editor.parameters ?? '', /^Partner\\ Alias=partner_a$/m);
  });

  it('writes labels as the flow spells them, and other values as typed', async () => {
    const editor = exampleEditor();
    await open(editor);
    const authentication = page.field('Authentication');
    await authentication.fill('None');
    await authentication.press('Enter');
    await page.field('Proxy Type').fill('On-Premise');
    await page.field('Proxy Type').press('Enter');
    await page.field('Authentication').fill('Custom Method');
    await page.field('Authentication').press('Enter');
    while (writes().length < 3) await page.page.evaluate(() => undefined);
    assert.deepEqual(
      writes().map(({ value }) => value),
      ['None', 'sapcc', 'Custom Method'],
    );
  });

  it('takes back what was typed on Escape and writes it when the field is left', async () => {
    await open(exampleEditor());
    const address = page.field('Address');
    await address.fill('https://other.example');
    await page.page.getByText('Not written yet').waitFor();
    await address.press('Escape');
    assert.equal(await address.inputValue(), 'https://{{Partner Host}}/orders');
    assert.deepEqual(writes(), []);
    await address.fill('https://third.example');
    await address.press('Tab');
    await page.page.getByText('Comes to https://third.example?mode=full').waitFor();
    assert.deepEqual(
      writes().map(({ value }) => value),
      ['https://third.example'],
    );
  });

  it('keeps what is typed on while an edit is under way', async () => {
    const editor = exampleEditor();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await open(editor, { hold: () => held });
    const address = page.field('Address');
    await address.fill('https://a.example');
    await address.press('Enter');
    await address.pressSequentially('/orders');
    release();
    await page.page.getByText('Comes to https://a.example?mode=full').waitFor();
    assert.equal(await address.inputValue(), 'https://a.example/orders');
    await address.press('Enter');
    await page.page.getByText('Comes to https://a.example/orders?mode=full').waitFor();
    assert.match(editor.flow, /https:\/\/a\.example\/orders</);
  });

  it('keeps a draft over a change of the file, and lets the person decide', async () => {
    const editor = exampleEditor();
    await open(editor);
    const address = page.field('Address');
    await address.fill('https://mine.example');
    editor.flow = editor.flow.replace('https://{{Partner Host}}/orders', 'https://theirs.example');
    page.port.send({ type: 'state', state: editor.state() });
    await page.page.getByText('The file was changed to "https://theirs.example" meanwhile').waitFor();
    await page.screenshot('editor-conflict');
    assert.equal(await address.inputValue(), 'https://mine.example');
    await page.page.getByRole('button', { name: "Take the file's value" }).click();
    assert.equal(await address.inputValue(), 'https://theirs.example');
    assert.deepEqual(writes(), []);
  });

  it('says why a value was not written, and keeps it', async () => {
    await open(exampleEditor());
    const alias = page.field('Private Key Alias');
    await alias.fill('x'.repeat(300));
    await alias.press('Enter');
    await page.page.getByText(/The alias has 300 characters/).waitFor();
    assert.equal((await alias.inputValue()).length, 300);
    assert.equal(await alias.getAttribute('aria-invalid'), 'true');
    await page.page.getByRole('option', { name: /ERP/ }).click();
    await page.page.getByRole('heading', { name: 'IDoc \u00b7 ERP' }).waitFor();
    assert.ok((await alias.inputValue()).length < 300);
    await page.page.getByRole('option').first().click();
    await page.page.getByText(/The alias has 300 characters/).waitFor();
    assert.equal((await alias.inputValue()).length, 300);
  });

  it('writes typed text before a save, once, and says what could not be written', async () => {
    const editor = exampleEditor();
    await open(editor);
    const save = (): Promise<undefined> => page.port.request({ type: 'commitDrafts' }, nothing);
    await page.field('Address').fill('https://saved.example');
    await save();
    assert.match(editor.flow, /https:\/\/saved\.example</);
    await save();
    assert.equal(writes().length, 1);
    const before = editor.flow;
    await page.field('Private Key Alias').fill('x'.repeat(300));
    await save();
    assert.equal(editor.flow, before);
    await page.page.getByText(/The alias has 300 characters/).waitFor();
  });

  it('keeps channel and draft while it is hidden', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.page.getByRole('option', { name: /ERP/ }).click();
    await page.field('Address').fill('https://draft.example');
    const state = await page.kept();
    await open(editor, { state });
    await page.page.getByRole('heading', { name: 'IDoc \u00b7 ERP' }).waitFor();
    assert.equal(await page.field('Address').inputValue(), 'https://draft.example');
    await page.page.getByText('Not written yet').waitFor();
    // What was kept is not brought back once it was taken back.
    await page.field('Address').press('Escape');
    await page.page.getByRole('option').first().click();
    await page.page.getByRole('option', { name: /ERP/ }).click();
    assert.notEqual(await page.field('Address').inputValue(), 'https://draft.example');
  });

  it('clears a value left over from another authentication', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.page.getByText('Left over: not used with the authentication Client Certificate.').waitFor();
    await page.page.getByRole('button', { name: 'Clear: Credential Name' }).click();
    await page.field('Credential Name').waitFor({ state: 'detached' });
    assert.match(editor.flow, /<key>credentialName<\/key>\s*<value\/>/);
  });

  it('undoes a change of parameters.prop, which the workbench cannot', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.page.getByRole('heading', { level: 1 }).click();
    await page.page.keyboard.press('Control+Z');
    page.port.send({ type: 'state', state: editor.state({ parametersUnsaved: true, undoParameters: true }) });
    await page.page.getByText('parameters.prop has unsaved changes').waitFor();
    await page.screenshot('editor-unsaved');
    await page.page.keyboard.press('Control+Z');
    await page.page.getByRole('button', { name: 'Save' }).click();
    await page.delivered();
    assert.deepEqual(
      sent.map(({ type }) => type),
      ['ready', 'undoParameters', 'saveParameters'],
    );
  });

  it('shows a channel that is asked for', async () => {
    await open(exampleEditor());
    page.port.send({ type: 'reveal', channel: 'MessageFlow_2', field: 'privateKeyAlias' });
    await page.page.getByRole('heading', { name: 'IDoc \u00b7 ERP' }).waitFor();
    assert.equal(await page.page.locator(':focus').getAttribute('id'), 'field-privateKeyAlias');
  });

  it('says where broken XML is broken', async () => {
    const editor = exampleEditor();
    editor.flow = editor.flow.replace('</bpmn2:collaboration>', '</bpmn2:oops>');
    await open(editor);
    await page.page.getByRole('heading', { name: 'The flow cannot be read' }).waitFor();
    await page.page.getByText(/^Line \d+, column \d+$/).waitFor();
    assert.deepEqual(await page.accessibilityProblems(), []);
    await page.screenshot('editor-broken');
    await page.page.getByRole('button', { name: 'Open as Text' }).click();
    await page.delivered();
    assert.deepEqual(sent.at(-1), { type: 'openAsText' });
  });

  it('stays with the channel while the XML is broken', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.page.getByRole('option', { name: /ERP/ }).click();
    await page.page.getByRole('heading', { name: 'IDoc \u00b7 ERP' }).waitFor();
    const whole = editor.flow;
    editor.flow = whole.replace('</bpmn2:collaboration>', '<');
    page.port.send({ type: 'state', state: editor.state() });
    await page.page.getByRole('heading', { name: 'The flow cannot be read' }).waitFor();
    editor.flow = whole;
    page.port.send({ type: 'state', state: editor.state() });
    await page.page.getByRole('heading', { name: 'IDoc \u00b7 ERP' }).waitFor();
  });

  it('leaves what is being typed to the undo of the browser, and does not tell the workbench', async () => {
    await open(exampleEditor());
    await page.page.evaluate(`window.heard = []; addEventListener('keydown', ({ key }) => heard.push(key))`);
    const address = page.field('Address');
    const before = await address.inputValue();
    await address.click();
    await address.press('End');
    await address.pressSequentially('x');
    await address.press('Control+Z');
    assert.equal(await address.inputValue(), before);
    assert.deepEqual(await page.page.evaluate('heard'), ['End', 'x', 'Control']);
  });

  it('takes a click for what was there when the button went down', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.field('Address').fill('https://typed.example');
    const test = await page.page.getByRole('button', { name: 'Test Outbound Connectivity' }).boundingBox();
    assert.ok(test);
    await page.page.mouse.move(test.x + test.width / 2, test.y + test.height - 2);
    await page.page.mouse.down();
    await page.page.waitForFunction(`document.activeElement?.id !== 'field-address'`);
    while (!writes().length) await page.page.evaluate(() => undefined);
    await page.page.mouse.up();
    while (!sent.some(({ type }) => type === 'test')) await page.page.evaluate(() => undefined);
    await page.page.getByText('Comes to https://typed.example?mode=full').waitFor();
    assert.deepEqual(
      sent.flatMap(({ type }) => (type === 'setField' || type === 'test' ? [type] : [])),
      ['setField', 'test'],
    );
  });

  it('does not write what was typed where a button of the field does something else with it', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.field('Credential Name').fill('half typed');
    await page.page.getByRole('button', { name: 'Clear: Credential Name' }).click();
    await page.field('Credential Name').waitFor({ state: 'detached' });
    assert.deepEqual(
      writes().map(({ value }) => value),
      [''],
    );
  });

  it('proposes what was typed as the alias of a new key pair, and writes nothing yet', async () => {
    await open(exampleEditor());
    const alias = page.field('Private Key Alias');
    await alias.fill('new_a');
    await page.page.getByRole('option', { name: 'Generate new key pair...' }).click();
    await page.field('Address').focus();
    assert.equal(await alias.inputValue(), 'partner_a');
    await page.delivered();
    assert.deepEqual(
      sent.filter(({ type }) => type === 'generateKeyPair'),
      [{ type: 'generateKeyPair', channel: 'MessageFlow_1', use: true, alias: 'new_a' }],
    );
    assert.deepEqual(writes(), []);
  });

  it('writes what was typed to the place that was chosen after it', async () => {
    const editor = exampleEditor();
    await open(editor);
    const alias = page.field('Private Key Alias');
    await alias.fill('renewal_b');
    await page.page.getByLabel('Private Key Alias: Where a new value is written').selectOption('flow');
    assert.equal(await alias.inputValue(), 'renewal_b');
    assert.deepEqual(writes(), []);
    await page.field('Address').focus();
    await page.page.getByText('Key pair · EC P-256').waitFor();
    assert.deepEqual(writes(), [
      { channel: 'MessageFlow_1', field: 'privateKeyAlias', value: 'renewal_b', place: 'flow', add: false },
    ]);
  });

  it('keeps the focus where the file changes', async () => {
    const editor = exampleEditor();
    await open(editor);
    const link = page.page.getByRole('button', { name: '{{Partner Alias}}' });
    await link.focus();
    editor.parameters = (editor.parameters ?? '').replace('partner_a', 'renewal_b');
    page.port.send({ type: 'state', state: editor.state() });
    await page.page.getByText('Key pair · EC P-256').waitFor();
    assert.equal(await link.evaluate((node) => node === document.activeElement), true);
  });

  it('tells the host what would be lost, and marks it in the list', async () => {
    await open(exampleEditor());
    const drafts = (): unknown => sent.findLast(({ type }) => type === 'drafts');
    await page.field('Private Key Alias').fill('x'.repeat(300));
    await page.field('Private Key Alias').press('Enter');
    await page.page.getByText(/The alias has 300 characters/).waitFor();
    await page.page.getByRole('option', { name: /ERP/ }).click();
    await page.page.getByRole('option', { name: /To Partner A.*not written/ }).waitFor();
    const lost = { channel: 'MessageFlow_1', field: 'privateKeyAlias', value: 'x'.repeat(300), place: 'parameters' };
    await page.delivered();
    assert.deepEqual(drafts(), { type: 'drafts', drafts: [{ ...lost, add: false }] });
    await open(exampleEditor(), { state: await page.kept() });
    await page.page.getByRole('option', { name: /To Partner A.*not written/ }).click();
    assert.equal((await page.field('Private Key Alias').inputValue()).length, 300);
    await page.field('Private Key Alias').press('Escape');
    await page.page.getByRole('option', { name: /To Partner A/ }).waitFor();
    await page.delivered();
    assert.deepEqual(drafts(), { type: 'drafts', drafts: [] });
  });

  it('says that a flow has no receivers', async () => {
    const editor = exampleEditor();
    editor.flow = editor.flow.replace(/<bpmn2:messageFlow[^]*<\/bpmn2:messageFlow>/, '');
    await open(editor);
    await page.page.getByRole('heading', { name: 'This flow has no receivers.' }).waitFor();
    assert.deepEqual(await page.accessibilityProblems(), []);
  });

  const choose = async (name: string): Promise<void> => {
    await page.page.getByRole('option', { name }).click();
    await page.page.locator('#channel-heading', { hasText: name }).waitFor();
  };

  for (const theme of themeNames) {
    it(`edits each family of adapters, senders and steps, ${theme}`, async () => {
      await open(manyKindsEditor(), { theme });
      for (const each of ['senders', 'steps']) {
        await page.page.getByRole('button', { name: each === 'senders' ? /^Senders/ : /^Steps/ }).click();
      }
      const names = ['Trading Partner', 'Confirmations', 'Archive', 'Queue', 'Ledger', 'Employees'];
      for (const name of [...names, 'From Partner', 'Sign the Order', 'Encrypt for the Bank', 'Encrypt for the Ware']) {
        await choose(name);
        await page.delivered();
        assert.deepEqual(await page.accessibilityProblems(), [], name);
        await page.screenshot(`family-${name.toLowerCase().replace(/ /g, '-')}`);
      }
    });
  }

  it('shows what an adapter has beside the main fields, at once where something is wrong with it', async () => {
    const editor = manyKindsEditor();
    await open(editor);
    // The certificate for signing is about to expire.
    const signing = page.field('Private Key Alias for Signing');
    await signing.waitFor();
    await page.page.getByRole('button', { name: /^Further fields/ }).click();
    await signing.waitFor({ state: 'hidden' });
    await page.page.getByRole('button', { name: /^Further fields/ }).click();
    const encryption = page.field('Public Key Alias for Encryption');
    await encryption.fill('');
    await page.page.getByRole('option', { name: /^example root/ }).click();
    assert.equal(await encryption.inputValue(), 'example root');
    await encryption.fill('partner_a');
    await encryption.press('Enter');
    while (!writes().length) await page.page.evaluate(() => undefined);
    assert.match(editor.flow, /<key>publicKeyAliasForEncryption<\/key>\s*<value>partner_a</);
    await page.page.getByRole('button', { name: 'Clear: Public Key Alias for MDN Verification' }).click();
    await page.field('Public Key Alias for MDN Verification').waitFor({ state: 'detached' });
    assert.match(editor.flow, /<key>publicKeyAliasForMDNVerification<\/key>\s*<value\/>/);
    await choose('Archive');
    await page.page.getByRole('button', { name: /^Further fields/ }).waitFor();
    assert.equal(await page.field('User Name').isVisible(), true);
  });

  it('adds and removes rows of a table, and goes to what takes their place', async () => {
    const editor = manyKindsEditor();
    const original = editor.flow;
    await open(editor);
    page.port.send({ type: 'reveal', channel: 'Encrypt' });
    await page.page.locator('#channel-heading', { hasText: 'Bank' }).waitFor();
    const row = (number: number): Locator => page.field(`Receiver Public Key Alias, row ${number}`);
    const focused = async (): Promise<string> =>
      page.page.evaluate(() => document.activeElement?.getAttribute('id') ?? document.activeElement?.ariaLabel ?? '');
    await page.page.getByRole('button', { name: /^Add Row/ }).click();
    await row(3).waitFor();
    await page.delivered();
    assert.equal(await focused(), 'field-headers_2');
    await row(3).fill('renewal_b');
    await page.page.keyboard.press('Enter');
    while (!writes().length) await page.page.evaluate(() => undefined);
    assert.match(editor.flow, /partner_a&lt;\/cell&gt;&lt;\/row&gt;&lt;row&gt;.*renewal_b/);
    await row(1).fill('typed and given up');
    await page.page.getByRole('button', { name: 'Remove Row: Receiver Public Key Alias, row 1' }).click();
    await row(3).waitFor({ state: 'detached' });
    await page.delivered();
    assert.deepEqual([await focused(), await row(1).inputValue()], ['field-headers_0', 'partner_a']);
    await choose('Encrypt for the Warehouse');
    await page.page.getByRole('button', { name: 'Add Row: User ID of Encryption Key' }).click();
    const user = page.field('User ID of Encryption Key, row 1');
    await user.fill('warehouse@example.org');
    await user.press('Enter');
    while (writes().length < 2) await page.page.evaluate(() => undefined);
    await page.page.getByRole('button', { name: 'Remove Row: User ID of Encryption Key, row 1' }).click();
    await user.waitFor({ state: 'detached' });
    await page.delivered();
    assert.equal(await focused(), 'Add Row: User ID of Encryption Key');
    assert.notEqual(editor.flow, original);
  });

  it('searches over all channels and steps, by the keyboard alone', async () => {
    await open(manyKindsEditor());
    const found = (): Promise<string[]> => page.page.locator('.channel:visible .name').allTextContents();
    await page.page.keyboard.press('Control+f');
    const search = page.page.getByRole('searchbox', { name: 'Search channels and steps' });
    assert.equal(await search.evaluate((node) => node === document.activeElement), true);
    await page.page.keyboard.type('encrypt');
    await page.delivered();
    assert.deepEqual(await found(), ['Encrypt for the Bank', 'Encrypt for the Warehouse']);
    await page.screenshot('editor-search');
    assert.deepEqual(await page.accessibilityProblems(), []);
    await page.page.keyboard.press('ArrowDown');
    await page.page.keyboard.press('Enter');
    await page.page.locator('#channel-heading', { hasText: 'Bank' }).waitFor();
    await page.page.keyboard.press('ArrowDown');
    await page.page.locator('#channel-heading', { hasText: 'Warehouse' }).waitFor();
    // By an address, and by an alias.
    await search.fill('SOAP.partner partner_a');
    await page.delivered();
    assert.deepEqual(await found(), ['Confirmations']);
    await search.fill('nowhere');
    await page.page.getByText('Nothing here has these words.').first().waitFor();
    await search.press('Escape');
    await page.delivered();
    assert.deepEqual((await found()).length, 6);
  });

  it('keeps what is searched for, what is unfolded and where it was while it is hidden', async () => {
    await open(manyKindsEditor());
    await page.page.getByRole('button', { name: /^Steps/ }).click();
    await choose('Sign the Order');
    await page.page.getByRole('searchbox').fill('order');
    await page.delivered();
    const state = await page.kept();
    await open(manyKindsEditor(), { state });
    await page.page.locator('#channel-heading', { hasText: 'Sign the Order' }).waitFor();
    assert.equal(await page.page.getByRole('searchbox').inputValue(), 'order');
    await page.page.getByRole('searchbox').press('Escape');
    await page.page.getByRole('option', { name: 'Encrypt for the Bank' }).waitFor();
    assert.equal(await page.page.getByRole('option', { name: 'From Partner' }).isVisible(), false);
  });

  it('asks to externalize what stands in the flow, once it is written, and to internalize a parameter', async () => {
    const editor = exampleEditor();
    await open(editor);
    await page.field('Credential Name').fill('NEW_USER');
    await page.page.getByRole('button', { name: 'Externalize...: Credential Name' }).click();
    await page.page.getByRole('button', { name: 'Internalize: Private Key Alias' }).click();
    while (sent.at(-1)?.type !== 'internalize') await page.page.evaluate(() => undefined);
    assert.deepEqual(
      sent.filter(({ type }) => type !== 'ready' && type !== 'drafts').map(({ type }) => type),
      ['setField', 'externalize', 'internalize'],
    );
    assert.deepEqual(sent.at(-1), { type: 'internalize', channel: 'MessageFlow_1', field: 'privateKeyAlias' });
    assert.match(editor.flow, /<key>credentialName<\/key>\s*<value>NEW_USER</);
  });

  it('says why something could not be done, at its field', async () => {
    const editor = manyKindsEditor();
    await open(editor);
    page.port.send({ type: 'reveal', channel: 'Encrypt', field: 'headers/1' });
    await page.page.locator('#field-headers_1:focus').waitFor();
    editor.flow = editor.flow.replaceAll('headers', 'renamed');
    await page.page.getByRole('button', { name: /^Add Row/ }).click();
    await page.page.getByText('no field headers/1 in Encrypt').waitFor();
  });

  it('drops what it does not understand', async () => {
    await open(exampleEditor());
    await page.page.evaluate(() => window.postMessage({ message: { type: 'state', state: { channels: 'x' } } }, '*'));
    await assert.rejects(page.port.request({ type: 'state', state: {} } as never, nothing), /could not be read/);
    assert.equal(await page.field('Private Key Alias').inputValue(), 'partner_a');
  });
});
