import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { sealKey } from '../../src/core/keys/sealedKey';
import { writeKeystoreFile } from '../../src/core/keystore/file';
import { emptyKeystore, writeKeystore } from '../../src/core/keystore/store';
import type { Host } from '../../src/host/services/host';
import { makeSelfSigned } from '../support/testCertificates';

const password = 'changeit';
const pairs = 1_800;

/** Figures that only a real extension host can give; part of `npm run bench`, not of the tests. */
describe('bench in the extension host', function () {
  this.timeout(120_000);
  let host: Host;

  const say = (line: string): void => {
    const log = process.env['TEST_LOG'];
    if (log) appendFileSync(log, `${line}\n`);
    else console.log(line);
  };

  const activation = async (id: string): Promise<number | undefined> => {
    const extension = vscode.extensions.getExtension(id);
    if (!extension || extension.isActive) return undefined;
    const started = performance.now();
    await extension.activate();
    return performance.now() - started;
  };

  const measured = async (what: string, work: () => Thenable<unknown>): Promise<void> => {
    let last = performance.now();
    let stall = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      stall = Math.max(stall, now - last - 2);
      last = now;
    }, 2);
    const started = performance.now();
    try {
      await work();
    } finally {
      await new Promise((resolve) => setTimeout(resolve, 5));
      clearInterval(timer);
    }
    const took = performance.now() - started - 5;
    say(`${what}: ${took.toFixed(0)} ms; longest stall of the extension host ${stall.toFixed(0)} ms`);
  };

  it('activation', async () => {
    // Once VS Code itself has started, which it has when Emmet is active: before, its own start would be measured.
    const late = vscode.extensions.getExtension('vscode.emmet');
    for (let tries = 0; late && !late.isActive && tries < 100; tries++) await new Promise((go) => setTimeout(go, 50));
    const ours = await activation('flow-keystore.flow-keystore');
    if (ours === undefined) throw new Error('was active already');
    host = vscode.extensions.getExtension<Host>('flow-keystore.flow-keystore')!.exports;
    say(`activation in VS Code ${vscode.version}: ${ours.toFixed(1)} ms`);
    for (const id of ['vscode.markdown-language-features', 'vscode.json-language-features']) {
      const theirs = await activation(id);
      if (theirs !== undefined) {
        say(`    ${(theirs / ours).toFixed(2)} x as fast as the built-in ${id} (${theirs.toFixed(0)} ms)`);
      }
    }
  });

  it(`a keystore of ${pairs} key pairs`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
    try {
      const file = path.join(folder, 'large.p12');
      const { privateKeyInfo, chain } = await makeSelfSigned('pair');
      const key = await sealKey(privateKeyInfo, password);
      const entries = Array.from({ length: pairs }, (_, i) => ({
        kind: 'keyPair' as const,
        ...{ alias: `pair_${i}`, key, chain, created: new Date(1_700_000_000_000 + i) },
      }));
      await writeKeystoreFile(file, await writeKeystore({ ...emptyKeystore(), entries }, password), null);
      const run = (command: string, more: object): Thenable<unknown> =>
        vscode.commands.executeCommand(`flowKeystore.${command}`, { keystore, silent: true, ...more });
      const [keystore] = await vscode.commands.executeCommand<string[]>('flowKeystore.addKeystore', {
        files: [file],
        silent: true,
      });
      const size = pairs.toLocaleString('en');
      await measured(`open a keystore of ${size} key pairs`, () => run('unlockKeystore', { password }));
      const row = (await host.tree.getChildren()).find(({ session }) => session.uri.toString() === keystore);
      await measured('list it in the tree', async () => {
        for (const child of await host.tree.getChildren(row)) host.tree.getTreeItem(child);
      });
      const generated = { alias: 'first', subject: 'CN=first', key: 'RSA 3072' };
      await measured('generate an RSA-3072 key pair into it, and save', () => run('generateKeyPair', generated));
      await measured('rename an entry, and save', () => run('renameEntry', { alias: 'first', newAlias: 'second' }));
      await measured('rename it again, and save', () => run('renameEntry', { alias: 'second', newAlias: 'third' }));
      await run('removeKeystore', {});
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
