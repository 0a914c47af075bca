import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

const id = 'flow-keystore.flow-keystore';
const root = process.env['PROJECT_ROOT']!;

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly contributes?: { readonly commands?: readonly { readonly command: string }[] };
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

describe('the extension in VS Code', () => {
  it('runs in a real extension host, over a folder', () => {
    assert.match(vscode.version, /^1\.\d+\.\d+/);
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });

  it('runs in a VS Code that its manifest admits', () => {
    const [, lowest] = /^\^1\.(\d+)\./.exec(manifest.engines.vscode) ?? [];
    const [, minor] = /^1\.(\d+)\./.exec(vscode.version) ?? [];
    assert.ok(Number(minor) >= Number(lowest), `${vscode.version} against ${manifest.engines.vscode}`);
  });

  it('is the one of this project, and activates', async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not there`);
    assert.equal(extension.extensionPath, root);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that its manifest contributes', async () => {
    const contributed = manifest.contributes?.commands?.map(({ command }) => command) ?? [];
    assert.ok(contributed.length, 'the manifest contributes no command');
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });
});
