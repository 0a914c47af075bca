import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { KeystoreDragAndDrop } from '../../src/host/tree/dragAndDrop';
import type { TreeNode } from '../../src/host/tree/nodes';
import { makeCa, makeSelfSigned, type TestIdentity } from '../support/testCertificates';
import { HostFixture, run } from './hostFixture';

const ownType = 'application/vnd.code.tree.flowkeystore.keystores';

/** The tree's own controller, with real data; commands run without questions. */
describe('dragging and dropping in VS Code', () => {
  let fixture: HostFixture;
  let controller: KeystoreDragAndDrop;
  let root: TestIdentity;
  let shown: unknown[];

  const token = new vscode.CancellationTokenSource().token;
  const at = (name: string): string => path.join(fixture.folder, name);
  const write = (name: string, content: string | Uint8Array): vscode.Uri => {
    writeFileSync(at(name), content);
    return vscode.Uri.file(at(name));
  };
  const uris = (...all: vscode.Uri[]): vscode.DataTransfer => {
    const transfer = new vscode.DataTransfer();
    transfer.set('text/uri-list', new vscode.DataTransferItem(all.join('\r\n')));
    // As the explorer gives it beside.
    transfer.set('text/plain', new vscode.DataTransferItem(all.map(({ fsPath }) => fsPath).join('\n')));
    return transfer;
  };
  const text = (content: string): vscode.DataTransfer => {
    const transfer = new vscode.DataTransfer();
    transfer.set('text/plain', new vscode.DataTransferItem(content));
    return transfer;
  };
  const rootRow = async (keystore = fixture.keystore): Promise<TreeNode> => {
    const found = (await fixture.host.tree.getChildren()).find(({ session }) => session.uri.toString() === keystore);
    assert.ok(found);
    return found;
  };
  const entryRow = async (alias: string, keystore = fixture.keystore): Promise<TreeNode> => {
    const rows = await fixture.host.tree.getChildren(await rootRow(keystore));
    const found = rows.find((row) => row.kind === 'entry' && row.entry.alias === alias);
    assert.ok(found, alias);
    return found;
  };
  const drop = async (target: TreeNode | undefined, transfer: vscode.DataTransfer): Promise<void> => {
    await controller.handleDrop(target, transfer, token);
    assert.deepEqual(shown, []);
  };
  const drag = async (...nodes: TreeNode[]): Promise<vscode.DataTransfer> => {
    const transfer = new vscode.DataTransfer();
    await controller.handleDrag(nodes, transfer, token);
    return transfer;
  };
  const second = async (): Promise<string> => {
    const made = { file: at('second.p12'), password: 'Second-12', remember: 'session', silent: true } as const;
    return (await run('flowKeystore.createKeystore', made)) ?? '';
  };

  before(async () => {
    root = await makeCa('Dropped Root');
  });
  beforeEach(async () => {
    fixture = await HostFixture.start();
    shown = [];
    const { registry, requests } = fixture.host;
    const silently = (id: string, argument: object): Thenable<unknown> =>
      vscode.commands.executeCommand(id, { ...argument, silent: true });
    controller = new KeystoreDragAndDrop({
      registry,
      requests,
      errors: { show: (error) => Promise.resolve(void shown.push(error)) },
      run: silently,
    });
    assert.deepEqual(controller.dropMimeTypes, fixture.host.tree.dragAndDrop.dropMimeTypes);
  });
  afterEach(() => fixture.stop());

  it('imports files that are dropped on a keystore or one of its entries', async () => {
    const other = await makeSelfSigned('Other');
    await drop(await rootRow(), uris(write('root.pem', root.pem), write('other.cer', other.certificate.der)));
    assert.deepEqual(fixture.aliases().sort(), ['Dropped Root', 'Other']);
    const third = await makeSelfSigned('Third');
    await drop(await entryRow('Other'), uris(write('third.pem', third.pem)));
    assert.equal(fixture.aliases().length, 3);
  });

  it('imports PEM text, and a file that comes without a path', async () => {
    await drop(await rootRow(), text(`see below\n${root.pem}`));
    assert.deepEqual(fixture.aliases(), ['Dropped Root']);
    const other = await makeSelfSigned('Other');
    const files = new vscode.DataTransfer();
    files.set('application/x-x509-ca-cert', fileItem('other.cer', other.certificate.der));
    await drop(await rootRow(), files);
    assert.deepEqual(fixture.aliases(), ['Dropped Root', 'Other']);
  });

  it('puts keystores on the list that are dropped beside the rows', async () => {
    const outside = path.join(path.dirname(fixture.folder), path.basename(fixture.folder));
    const copy = write('copy.p12', readFileSync(fixture.file));
    await drop(undefined, uris(copy));
    assert.ok(fixture.host.registry.find(path.join(outside, 'copy.p12')));
  });

  it('answers a request by the file that was dropped anywhere on the keystore', async () => {
    await fixture.generate('partner_a');
    const pem = await run('flowKeystore.createRequest', {
      ...{ keystore: fixture.keystore, alias: 'partner_a', silent: true },
    });
    await run('flowKeystore.createTestCa', { keystore: fixture.keystore, alias: 'ca', subject: 'CN=CA', silent: true });
    await run('flowKeystore.signRequest', {
      ...{ keystore: fixture.keystore, alias: 'ca', text: pem ?? '', form: 'p7b', out: at('answer.p7b'), silent: true },
    });
    const before = fixture.aliases();
    await drop(await rootRow(), uris(vscode.Uri.file(at('answer.p7b'))));
    assert.deepEqual(fixture.aliases(), before, 'nothing was added');
    const entry = fixture.session().keystore?.entries.find(({ alias }) => alias === 'partner_a');
    assert.equal(entry?.kind === 'keyPair' && entry.chain[0]?.issuer.short, 'CA');
    assert.ok(entry && fixture.host.requests.since(entry) === undefined);
  });

  it('copies entries that are dragged to another keystore, with their keys, and nothing within one', async () => {
    await fixture.generate('partner_a');
    await run('flowKeystore.import', { keystore: fixture.keystore, text: root.pem, alias: 'root', silent: true });
    const to = await second();
    const dragged = await drag(await entryRow('partner_a'), await entryRow('root'));
    await drop(await rootRow(), dragged);
    assert.deepEqual(fixture.aliases(), ['partner_a', 'root']);
    await drop(await rootRow(to), dragged);
    assert.deepEqual(fixture.aliases(to).sort(), ['partner_a', 'root']);
    const copy = fixture.session(to).keystore?.entries.find(({ alias }) => alias === 'partner_a');
    assert.ok(copy?.kind === 'keyPair' && (await fixture.session(to).canUseKey(copy)));
    await drop(await rootRow(), await drag(await rootRow(to)));
    assert.deepEqual(fixture.aliases(), ['partner_a', 'root'], 'all of it is there already');
  });

  it('takes a certificate of a chain into a keystore, the same one too', async () => {
    const partner = await root.issue('Partner');
    const file = write('pair.pem', partner.privateKeyPem + certificatesPem(partner.chain));
    await run('flowKeystore.import', { keystore: fixture.keystore, files: [file.fsPath], silent: true });
    const [pair] = fixture.aliases();
    const chain = await fixture.host.tree.getChildren(await entryRow(pair!));
    const issuer = chain.find((row) => row.kind === 'chain' && row.index === 1);
    assert.ok(issuer);
    await drop(await rootRow(), await drag(issuer));
    assert.deepEqual(fixture.aliases().slice(1), ['Dropped Root']);
  });

  it('gives certificates out as PEM, each once, and keystores as files; never a private key', async () => {
    await fixture.generate('partner_a');
    await run('flowKeystore.import', { keystore: fixture.keystore, text: root.pem, alias: 'root', silent: true });
    const out = await drag(await entryRow('partner_a'), await entryRow('root'), await entryRow('root'));
    const pem = await out.get('text/plain')!.asString();
    assert.equal(pem.match(/BEGIN CERTIFICATE/g)?.length, 2);
    assert.ok(pem.endsWith(root.pem));
    for (const [, item] of out) assert.doesNotMatch(await item.asString(), /PRIVATE KEY/);
    assert.equal(out.get('text/uri-list'), undefined);
    const keystore = await drag(await rootRow());
    assert.equal(await keystore.get('text/uri-list')!.asString(), fixture.keystore);
    assert.deepEqual(JSON.parse(await keystore.get(ownType)!.asString()), {
      entries: [{ keystore: fixture.keystore }],
    });
  });

  it('says what is wrong with what cannot be read', async () => {
    await controller.handleDrop(await rootRow(), uris(vscode.Uri.file(at('gone.pem'))), token);
    await controller.handleDrop(await rootRow(), uris(vscode.Uri.parse('https://partner.example/a.pem')), token);
    const [gone, remote] = shown.map(String);
    assert.match(gone ?? '', /gone\.pem|no such file|not there|not found/i);
    assert.match(remote ?? '', /Only files can be dropped/);
    assert.deepEqual(fixture.aliases(), []);
  });
});

/** As VS Code makes them of what the desktop drops into a browser: it has no constructor for others. */
function fileItem(name: string, bytes: Uint8Array): vscode.DataTransferItem {
  return new (class extends vscode.DataTransferItem {
    override asFile(): vscode.DataTransferFile {
      return { name, data: () => Promise.resolve(bytes) };
    }
  })('');
}
