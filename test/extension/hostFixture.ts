import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { CommandId, Commands } from '../../src/host/commands/commandMap';
import type { Host } from '../../src/host/services/host';
import type { KeystoreSession } from '../../src/host/services/keystoreSession';

export const password = 'Keystore-1';

/** Runs a command of the extension, typed. */
export function run<Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): ReturnType<Commands[Id]> {
  return Promise.resolve(vscode.commands.executeCommand(id, ...argument)) as ReturnType<Commands[Id]>;
}

/** A folder with a keystore that the extension has open, for one test. */
export class HostFixture {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'keystores-'));
  readonly file = path.join(this.folder, 'partner.p12');
  keystore = '';

  private constructor(readonly host: Host) {}

  static async start(): Promise<HostFixture> {
    const extension = vscode.extensions.getExtension<Host | undefined>('flow-keystore.flow-keystore');
    const host = await extension?.activate();
    assert.ok(host, 'in test mode the extension hands its services out');
    const fixture = new HostFixture(host);
    const argument = { file: fixture.file, password, remember: 'session', silent: true } as const;
    fixture.keystore = (await run('flowKeystore.createKeystore', argument)) ?? '';
    assert.ok(fixture.keystore);
    return fixture;
  }

  /** Takes all keystores of the folder off the list, and the folder away. */
  async stop(): Promise<void> {
    for (const session of this.host.registry.sessions()) {
      if (!session.file.startsWith(this.folder)) continue;
      await run('flowKeystore.removeKeystore', { keystore: session.uri.toString(), silent: true });
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  session(keystore = this.keystore): KeystoreSession {
    const found = this.host.registry.find(keystore);
    assert.ok(found);
    return found;
  }

  aliases(keystore = this.keystore): string[] {
    return (this.session(keystore).keystore?.entries ?? []).map(({ alias }) => alias);
  }

  async generate(
    alias: string,
    more: Partial<Parameters<Commands['flowKeystore.generateKeyPair']>[0]> = {},
  ): Promise<void> {
    await run('flowKeystore.generateKeyPair', {
      keystore: this.keystore,
      alias,
      subject: 'CN=Partner A, O=Example',
      key: 'EC P-256',
      validity: '400 days',
      silent: true,
      ...more,
    });
  }
}
