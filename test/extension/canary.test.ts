import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { writePem } from '../../src/core/certificates/pem';
import { describeError } from '../../src/core/errors';
import { openSealedKey } from '../../src/core/keys/sealedKey';
import { addKeyPair } from '../../src/core/keystore/edit';
import { readKeystore, sealFor } from '../../src/core/keystore/store';
import type { CommandId, Commands } from '../../src/host/commands/commandMap';
import type { TreeNode } from '../../src/host/tree/nodes';
import { makePracticeIdentities } from '../support/practiceIdentities';
import { startPracticeReceiver } from '../../src/core/connectivity/practice/receiver';
import { simulatedFlow } from '../support/tenant/contentApi';
import { TenantSimulator } from '../support/tenantSimulator';
import { filesBelow, SecretSearch, type Leak } from '../support/secretSearch';
import { makeCa, makeSelfSigned } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { HostFixture, run } from './hostFixture';
import { Recorder } from './recorder';

/** Such that every way of writing them down makes something else of them. */
const passwords = {
  store: 'Kan&arie "Store<1>"',
  changed: 'Kan/arie+Changed=2%',
  key: "Kan'arie \\Key\\ 33",
  wrong: 'Kan?arie#Wrong-4~',
  passphrase: 'Kan\u00e4rie Passphrase 5',
} as const;

/**
 * Canaries: known passwords and private keys go through everything that the extension does. They may come to lie in encrypted form in the
 * keystores, and in VS Code's secret storage, which is what that is for; nowhere else.
 */
describe('passwords and private keys in VS Code', function () {
  this.timeout(240_000);
  let fixture: HostFixture;
  let recorder: Recorder;
  let outside: string;
  const search = new SecretSearch();
  let tenant: TenantSimulator;
  let tenantUri: string;
  const at = (name: string): string => path.join(fixture.folder, name);
  const workspace = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

  /** Runs a command; what it gives back and what it throws is looked at too. */
  const walk = async <Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): Promise<unknown> => {
    const late = pause(15_000).then(() => {
      throw new Error(`${id} ${Object.keys(argument[0] ?? {}).join()} waits for something`);
    });
    const result = await Promise.race([run(id, ...argument), late]).then(
      (value: unknown) => value,
      (error: unknown) => {
        recorder.note('errors', [describeError(error), error instanceof Error ? error.stack : '', error]);
        return error;
      },
    );
    if (result instanceof Error && result.message.endsWith(' waits for something')) throw result;
    if (!(result instanceof Error)) recorder.note('results', result);
    await recorder.noteClipboard();
    return result;
  };
  /** For steps that must have gone well: a walk that fails everywhere proves nothing. */
  const succeed = async <Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): Promise<unknown> => {
    const result = await walk(id, ...argument);
    assert.ok(!(result instanceof Error), `${id}: ${String(result)}`);
    return result;
  };
  const refuse = async <Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): Promise<void> => {
    assert.ok((await walk(id, ...argument)) instanceof Error, `${id} was to be refused`);
  };
  /** Types into the box that is open, as a person does, until it is answered. */
  const type = async (text: string, answered: (box: vscode.InputBox) => boolean): Promise<void> => {
    await until('an input box', () => recorder.box !== undefined);
    const box = recorder.box!;
    assert.ok(box.password, 'it asks for a password, unseen');
    await until('the answer of an input box', async () => {
      if (answered(box)) return true;
      if (box.enabled) {
        box.value = text;
        await vscode.commands.executeCommand('quickInput.accept');
      }
      return answered(box);
    });
  };

  before(async () => {
    fixture = await HostFixture.start();
    recorder = new Recorder();
    // Private keys in the open, for what is imported: no place of the extension's.
    outside = mkdtempSync(path.join(tmpdir(), 'canary-in-'));
    for (const [name, text] of Object.entries(passwords)) search.addText(`the password "${name}"`, text);
  });
  after(async () => {
    recorder.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await fixture.stop();
    rmSync(outside, { recursive: true, force: true });
    rmSync(path.join(workspace(), 'canary'), { recursive: true, force: true });
  });

  it('are nowhere after a walk through the commands', async () => {
    const { host } = fixture;
    const file = at('canary.p12');
    const keystore = (await succeed('flowKeystore.createKeystore', {
      ...{ file, password: passwords.store, remember: 'yes', silent: true },
    })) as string;
    const silent = { keystore, silent: true } as const;
    const session = fixture.session(keystore);

    const rsa = await makeSelfSigned('Canary RSA', { key: { algorithm: 'RSA', bits: 2048 } });
    const own = await makeSelfSigned('Canary EC');
    const ssh = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    search.addKey('the RSA key', rsa.privateKeyInfo);
    search.addKey('the key with its own password', own.privateKeyInfo);
    search.addKey('the SSH key', ssh.export({ format: 'der', type: 'pkcs8' }));

    // Keys come in: in the open, sealed, with a password of their own.
    const pem = path.join(outside, 'rsa.pem');
    writeFileSync(pem, writePem('PRIVATE KEY', rsa.privateKeyInfo) + rsa.pem);
    await succeed('flowKeystore.import', { ...silent, files: [pem], alias: 'rsa' });
    const sealed = path.join(outside, 'id_rsa');
    const sealing = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: passwords.passphrase } as const;
    writeFileSync(sealed, ssh.export(sealing));
    await refuse('flowKeystore.importSshKey', { ...silent, file: sealed, passphrase: passwords.wrong });
    await succeed('flowKeystore.importSshKey', {
      ...{ ...silent, file: sealed, passphrase: passwords.passphrase, alias: 'id_rsa' },
    });
    await session.edit(async (before) => {
      const key = await sealFor('PKCS12', own.privateKeyInfo, passwords.key);
      return addKeyPair(before, { alias: 'own', key, chain: own.chain, created: new Date() });
    });
    const ownEntry = session.keystore?.entries.find(({ alias }) => alias === 'own');
    assert.ok(ownEntry?.kind === 'keyPair');
    assert.equal(await session.useKeyPassword(ownEntry, passwords.wrong), false);
    assert.equal(await session.useKeyPassword(ownEntry, passwords.key), true);

    // Passwords typed by a person: a wrong one, then the right one; a new one, twice.
    await walk('flowKeystore.lockKeystore', silent);
    await walk('flowKeystore.forgetPassword', silent);
    recorder.box = undefined;
    const opening = run('flowKeystore.unlockKeystore', { keystore });
    await type(passwords.wrong, ({ validationMessage }) => validationMessage !== undefined);
    await type(passwords.store, () => session.state.kind === 'open');
    // Whether it is to be remembered: the first answer is yes.
    let done = false;
    void opening.finally(() => {
      done = true;
    });
    await until('the question whether to remember it', async () => {
      await vscode.commands.executeCommand('quickInput.accept');
      return done;
    });
    assert.equal(await opening, true);
    await succeed('flowKeystore.unlockKeystore', { ...silent, password: passwords.store, remember: 'yes' });
    assert.equal(await host.passwords.get(session.uri), passwords.store, 'it is in the secret storage');
    const reopened = session.keystore?.entries.find(({ alias }) => alias === 'own');
    assert.ok(reopened?.kind === 'keyPair');
    assert.equal(await session.useKeyPassword(reopened, passwords.key), true);

    // Key pairs, requests, responses, receivers.
    const pair = { key: 'EC P-256', subject: 'CN=Canary, O=Example', silent: true } as const;
    await succeed('flowKeystore.generateKeyPair', { ...pair, keystore, alias: 'made', validity: '400 days' });
    await succeed('flowKeystore.createSshKey', { keystore, alias: 'id_ecdsa', key: 'EC P-256', silent: true });
    await succeed('flowKeystore.copySshPublicKey', { keystore, alias: 'id_rsa' });
    await succeed('flowKeystore.createTestCa', { ...silent, alias: 'ca', key: 'EC P-256' });
    for (const alias of ['made', 'own']) {
      await succeed('flowKeystore.createRequest', { ...silent, alias, file: at(`${alias}.csr`) });
      await succeed('flowKeystore.createRequest', { ...silent, alias });
      await succeed('flowKeystore.showRequest', { file: at(`${alias}.csr`), silent: true });
      await succeed('flowKeystore.signRequest', {
        ...{ ...silent, alias: 'ca', file: at(`${alias}.csr`), form: 'p7b', out: at(`${alias}.p7b`) },
      });
      await succeed('flowKeystore.importResponse', { files: [at(`${alias}.p7b`)], withRoot: true, silent: true });
    }
    await succeed('flowKeystore.handOverKit', { ...silent, alias: 'own', out: at('kit') });
    await succeed('flowKeystore.handOverKit', { ...silent, alias: 'made', out: at('kit.zip') });
    const partner = await makeCa('Canary Partner');
    writeFileSync(at('partner.pem'), partner.pem);
    await succeed('flowKeystore.importFromReceiver', { ...silent, files: [at('partner.pem')] });
    await succeed('flowKeystore.renewKeyPair', { ...silent, alias: 'made', step: 'generate' });
    for (const step of ['request', 'kit', 'letter'] as const) {
      await walk('flowKeystore.renewKeyPair', { ...silent, alias: 'made', step });
    }

    // What shows.
    for (const alias of ['rsa', 'own', 'made']) {
      await succeed('flowKeystore.showDetails', { ...silent, alias });
      await succeed('flowKeystore.copyAsPem', { ...silent, alias });
      await succeed('flowKeystore.findCertificate', { ...silent, alias });
      for (const value of ['subject', 'sha256', 'serialNumber'] as const) {
        await succeed('flowKeystore.copyValue', { ...silent, alias, value });
      }
      for (const what of ['certificate', 'chain'] as const) {
        await succeed('flowKeystore.exportCertificates', {
          ...silent,
          alias,
          what,
          form: 'pem',
          file: at(`${alias}.${what}.pem`),
        });
      }
    }
    for (const form of ['csv', 'json', 'md'] as const) {
      await succeed('flowKeystore.exportReport', { ...silent, form, file: at(`report.${form}`) });
    }
    for (const [form, name] of [
      ['p12', 'handed-over.p12'],
      ['pkcs8', 'handed-over.pem'],
    ] as const) {
      await succeed('flowKeystore.exportKeyPair', {
        ...{ ...silent, alias: 'rsa', form, password: passwords.changed, file: at(name) },
      });
    }
    await succeed('flowKeystore.showExpiring', { silent: true });
    await succeed('flowKeystore.exportCalendar', { ...silent, file: at('end.ics') });
    await succeed('flowKeystore.compareKeystores', { ...silent, with: 'backup' });
    await succeed('flowKeystore.filter', { text: 'canary', silent: true });
    await noteTree();
    await succeed('flowKeystore.clearFilter');
    await succeed('flowKeystore.groupBy', { by: 'issuer', silent: true });
    await noteTree();
    await succeed('flowKeystore.groupBy', { by: 'none', silent: true });

    // What changes the file as a whole.
    await succeed('flowKeystore.renameEntry', { ...silent, alias: 'rsa', newAlias: 'rsa_renamed' });
    await succeed('flowKeystore.undo', silent);
    await succeed('flowKeystore.redo', silent);
    for (const type of ['JKS', 'JCEKS', 'PEM'] as const) {
      await succeed('flowKeystore.convertKeystore', {
        ...{ ...silent, type, file: at(`converted.${type.toLowerCase()}`), password: passwords.changed },
      });
    }
    await succeed('flowKeystore.changePassword', { ...silent, newPassword: passwords.changed });
    await succeed('flowKeystore.changePassword', { ...silent, newPassword: passwords.store });
    await walk('flowKeystore.modernise', silent);
    await succeed('flowKeystore.restoreBackup', {
      ...{ ...silent, backup: `${file}.bak`, password: passwords.changed },
    });
    await succeed('flowKeystore.undo', silent);

    // Connections, with a client key that the server sees.
    const identities = await makePracticeIdentities();
    const receiver = await startPracticeReceiver({ port: 0, ...identities });
    try {
      const client = await identities.clientCa.issue('client', { extendedKeyUsage: ['clientAuth'] });
      search.addKey('the key of the connection', client.privateKeyInfo);
      await session.edit(async (before, password) => {
        const key = await sealFor('PKCS12', client.privateKeyInfo, password);
        return addKeyPair(before, { alias: 'client', key, chain: client.chain, created: new Date() });
      });
      const { der } = identities.root.certificate;
      await succeed('flowKeystore.addServerCertificate', { ...silent, der });
      const test = (alias: string): Promise<unknown> =>
        succeed('flowKeystore.testConnectivity', { ...silent, host: 'localhost', port: receiver.port, alias });
      assert.equal(await test('client'), 'ok');
      assert.equal(await test('rsa_renamed'), 'client-certificate-rejected');
      await until('a report', () => posted('"report"'));

      // The adapter editor, and a test from a flow.
      const folder = path.join(workspace(), 'canary/src/main/resources/scenarioflows/integrationflow');
      mkdirSync(folder, { recursive: true });
      const flow = path.join(folder, 'Canary.iflw');
      const address = `https://localhost:${receiver.port}/orders`;
      writeFileSync(
        flow,
        flowText(
          httpReceiver(
            { privateKeyAlias: 'client', httpAddressWithoutQuery: address, authenticationMethod: 'Client Certificate' },
            { id: 'First' },
          ),
        ),
      );
      const uri = vscode.Uri.file(flow).toString();
      await succeed('flowKeystore.editChannel', { flow: uri, channel: 'First', silent: true });
      await until('the adapter editor', () => posted('"keyPairs"'));
      assert.equal(
        await succeed('flowKeystore.testChannel', { ...silent, flow: uri, channel: 'First', alias: 'client' }),
        'ok',
      );
      await succeed('flowKeystore.openAsText', { flow: uri, channel: 'First', silent: true });
    } finally {
      await receiver.stop();
    }

    // What goes wrong: a wrong password, a broken file, a private key where none is expected; silently and with a notification.
    await walk('flowKeystore.lockKeystore', silent);
    await refuse('flowKeystore.unlockKeystore', { ...silent, password: passwords.wrong });
    await walk('flowKeystore.unlockKeystore', { keystore, password: passwords.wrong });
    await succeed('flowKeystore.unlockKeystore', { ...silent, password: passwords.store, remember: 'yes' });
    const key = readFileSync(pem, 'utf8').slice(0, 1000);
    for (const more of [{ silent: true }, {}] as const) {
      await walk('flowKeystore.showRequest', { text: key, ...more });
      await walk('flowKeystore.findCertificate', { text: key, ...more });
      await walk('flowKeystore.signRequest', { keystore, alias: 'ca', text: key, form: 'clipboard', ...more });
      await walk('flowKeystore.importResponse', { text: key, ...more });
      await walk('flowKeystore.import', { keystore, text: key, silent: true });
    }
    for (const name of ['canary.p12', 'converted.jks', 'converted.jceks', 'converted.pem']) {
      const broken = at(`broken-${name}`);
      writeFileSync(broken, readFileSync(at(name)).subarray(0, -700));
      const [added] = ((await walk('flowKeystore.addKeystore', { files: [broken], silent: true })) ?? []) as string[];
      if (added === undefined) continue;
      await walk('flowKeystore.unlockKeystore', { keystore: added, password: passwords.store, silent: true });
      await walk('flowKeystore.unlockKeystore', { keystore: added, password: passwords.changed });
    }
    await walk('flowKeystore.renameEntry', { keystore, alias: 'nobody', newAlias: 'x' });
    await succeed('flowKeystore.deleteEntry', { ...silent, alias: 'id_ecdsa' });
    await throughTenant();
    await walk('flowKeystore.refresh');
    await noteTree();
    await stopTenant();
    recorder.note(
      'problems',
      vscode.languages.getDiagnostics().map(([, each]) => each.map(({ message }) => message)),
    );

    // The keys that were made on the way are secrets too.
    for (const made of [at('canary.p12'), at('canary.p12.bak')]) {
      const read = await readKeystore(readFileSync(made), passwords.store);
      for (const entry of read.entries) {
        if (entry.kind !== 'keyPair' || entry.alias === 'own') continue;
        search.addKey(`the key "${entry.alias}"`, await openSealedKey(entry.key, passwords.store));
      }
    }

    assert.deepEqual(await everywhere(), []);
    for (const place of ['notifications', 'progress', 'input boxes', 'webviews', 'clipboard', 'documents', 'errors']) {
      assert.ok(recorder.said.get(place)?.length, `nothing was looked at of: ${place}`);
    }
    for (const log of [/flow-keystore/i, /remoteexthost|exthost/]) {
      assert.ok(
        logs().some((each) => log.test(each)),
        `no log was looked at: ${log.source}`,
      );
    }
  });

  it('are found in every place where they are planted', async () => {
    const { host } = fixture;
    assert.deepEqual(await everywhere(), [], 'the walk comes before it');
    const found = async (place: RegExp): Promise<void> => {
      await until(`what was planted in ${place.source}`, async () =>
        (await everywhere()).some(({ where }) => place.test(where)),
      );
    };
    recorder.said.clear();
    const forget = async (place: RegExp): Promise<void> => {
      await found(place);
      recorder.said.clear();
      assert.deepEqual(await everywhere(), [], 'and gone again');
    };

    void vscode.window.showErrorMessage(`wrong: ${passwords.changed}`);
    await forget(/^notifications$/);
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window }, (progress) => {
      progress.report({ message: passwords.changed });
      return Promise.resolve();
    });
    await forget(/^progress$/);
    const box = vscode.window.createInputBox();
    box.prompt = passwords.changed;
    await forget(/^input boxes$/);
    box.dispose();
    const panel = vscode.window.createWebviewPanel('canary', 'Canary', vscode.ViewColumn.Active);
    void panel.webview.postMessage({ deep: [{ password: passwords.changed }] });
    await forget(/^webviews$/);
    panel.webview.html = `<p>${passwords.changed}</p>`;
    await forget(/^webviews$/);
    panel.dispose();
    await vscode.env.clipboard.writeText(passwords.changed);
    await recorder.noteClipboard();
    await vscode.env.clipboard.writeText('');
    await forget(/^clipboard$/);
    const shown = path.join(outside, 'shown.txt');
    writeFileSync(shown, passwords.changed);
    await vscode.workspace.openTextDocument(shown);
    await forget(/^documents$/);

    const { lastTest } = host.memory;
    await host.memory.setLastTest({ host: passwords.changed });
    await forgetState(/^state of the workspace$/, () => host.memory.setLastTest(lastTest));
    const defaults = host.memory.generateDefaults;
    await host.memory.setGenerateDefaults({ organization: passwords.changed });
    await forgetState(/^state of all windows$/, () => host.memory.setGenerateDefaults(defaults));

    const planted = path.join(workspace(), 'planted.txt');
    writeFileSync(planted, Buffer.from(passwords.changed).toString('base64'));
    await found(/planted\.txt$/);
    rmSync(planted);
    const setting = vscode.workspace.getConfiguration('flowKeystore');
    const settingsFile = /settings\.json$/;
    for (const target of [vscode.ConfigurationTarget.Global, vscode.ConfigurationTarget.Workspace]) {
      await setting.update('keystore', passwords.changed, target);
      await found(settingsFile);
      await setting.update('keystore', undefined, target);
      await until(
        'the settings as they were',
        async () => !(await everywhere()).some(({ where }) => where.endsWith('settings.json')),
      );
    }

    // A marker of its own: a log is not unsaid.
    const marker = 'Kan@arie Planted Marker 6';
    search.addText('the marker', marker);
    host.log.info(`planted: ${marker}`);
    await found(/flow-keystore.*\.log$/i);

    async function forgetState(place: RegExp, restore: () => Promise<void>): Promise<void> {
      await found(place);
      await restore();
      assert.deepEqual(await everywhere(), []);
    }
  });

  /** Connected, changed, refused, and changed in its flows. */
  async function throughTenant(): Promise<void> {
    const { host } = fixture;
    const flow = simulatedFlow('Canary', 'Canary', { 'a.iflw': flowText(httpReceiver()) }, { Host: 'a.example' });
    tenant = await TenantSimulator.start({ packages: [{ id: 'P', name: 'P', flows: [flow] }] });
    host.tenants.ca = tenant.ca;
    host.tenants.gate = { confirmTrust: () => Promise.resolve(true), confirmName: () => Promise.resolve(true) };
    search.addText('the client secret of a tenant', tenant.clientSecret);
    search.addText('the password of a tenant', tenant.password);
    const key = tenant.serviceKey;
    const wrong = key.replace(tenant.clientSecret, passwords.wrong.replace(/"/g, ''));
    await refuse('flowKeystore.connectTenant', { key: wrong, name: 'Refused', silent: true });
    const wish = { key, name: 'Canary tenant', protected: true, silent: true } as const;
    const uri = (await succeed('flowKeystore.connectTenant', wish)) as string;
    search.addText('the token of a tenant', tenant.lastToken);
    const session = host.tenants.find(uri);
    search.addText('the password of what is sent', session?.passwords().store ?? '');
    const from = { keystore: fixture.keystore, aliases: ['own'] };
    await walk('flowKeystore.import', { keystore: uri, from, password: passwords.key, silent: true });
    const subject = 'CN=Canary, C=DE';
    await succeed('flowKeystore.generateKeyPair', {
      keystore: uri,
      alias: 'made',
      subject,
      key: 'EC P-256',
      silent: true,
    });
    await succeed('flowKeystore.createRequest', { keystore: uri, alias: 'made', silent: true });
    tenant.faults.push({ status: 500, body: `{"error":{"message":{"value":"Out of order"}}}` });
    await refuse('flowKeystore.deleteEntry', { keystore: uri, alias: 'made', silent: true });
    const folder = at('pulled');
    await succeed('flowKeystore.pullFlow', { keystore: uri, id: 'Canary', into: folder, silent: true });
    writeFileSync(path.join(folder, 'a.iflw'), flowText(httpReceiver({ privateKeyAlias: 'made' })));
    await succeed('flowKeystore.pushFlow', { folder, silent: true });
    tenant.endTokens();
    await succeed('flowKeystore.readTenant', { keystore: uri, silent: true });
    search.addText('the second token of a tenant', tenant.lastToken);
    recorder.note('audit', readFileSync(host.tenants.audit.fileOf(session?.profile.id ?? ''), 'utf8'));
    tenantUri = uri;
  }

  async function stopTenant(): Promise<void> {
    await succeed('flowKeystore.removeTenant', { keystore: tenantUri, silent: true });
    fixture.host.tenants.ca = undefined;
    await tenant.stop();
  }

  function posted(what: string): boolean {
    return recorder.said.get('webviews')?.some((message) => message.includes(what)) === true;
  }

  /** All places at once. */
  async function everywhere(): Promise<Leak[]> {
    const leaks: Leak[] = [];
    for (const [place, texts] of recorder.said) leaks.push(...search.find(place, texts.join('\n')));
    const { memory, passwords: store } = fixture.host;
    const states = {
      'state of all windows': mementoOf(memory, 'global'),
      'state of the workspace': mementoOf(memory, 'workspace'),
    };
    for (const [place, memento] of Object.entries({ ...states, 'state of passwords': mementoOf(store, 'memory') })) {
      const kept = memento.keys().map((key) => [key, memento.get(key)]);
      leaks.push(...search.find(place, JSON.stringify(kept)));
    }
    for (const folder of searchedFolders()) leaks.push(...search.findInFolder(folder));
    return Promise.resolve(leaks);
  }

  function searchedFolders(): string[] {
    const profile = path.dirname(workspace());
    return [path.join(profile, 'data'), workspace(), fixture.folder].filter((folder) => existsSync(folder));
  }

  function logs(): string[] {
    return searchedFolders()
      .flatMap(filesBelow)
      .filter((file) => file.endsWith('.log'));
  }

  /** Rows as they are shown, with their tooltips. */
  async function noteTree(parent?: TreeNode): Promise<void> {
    const { tree } = fixture.host;
    for (const node of await tree.getChildren(parent)) {
      const { label, description, tooltip, id, contextValue, resourceUri, command } = tree.getTreeItem(node);
      recorder.note('tree', [label, description, tooltip, id, contextValue, resourceUri, command]);
      await noteTree(node);
    }
  }
});

function mementoOf(owner: object, field: string): vscode.Memento {
  const memento = (owner as Record<string, vscode.Memento | undefined>)[field];
  assert.ok(memento, field);
  return memento;
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

async function until(what: string, satisfied: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await satisfied())) {
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await pause(50);
  }
}
