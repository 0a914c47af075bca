import path from 'node:path';
import * as vscode from 'vscode';
import type { DropAction, DroppedFile } from '../../core/keystore/drop';
import type { CommandId, Commands } from '../commands/commandMap';

const { t } = vscode.l10n;

/** Runs a command; another one in tests, where nobody can be asked. */
export type RunCommand = (id: CommandId, argument: object) => Thenable<unknown>;

const executed: RunCommand = (id, argument) => vscode.commands.executeCommand(id, argument);

/** Does what a drop is for. The commands ask what is still open, and say what is wrong. */
export async function runDrop(action: DropAction, run: RunCommand = executed): Promise<void> {
  const start = <Id extends CommandId>(id: Id, argument: NonNullable<Parameters<Commands[Id]>[0]>): Thenable<unknown> =>
    run(id, argument);
  switch (action.do) {
    case 'respond': {
      const { keystore, alias, response } = action;
      await start('flowKeystore.importResponse', { keystore, alias, ...response });
      return;
    }
    case 'copy':
      await start('flowKeystore.import', { keystore: action.keystore, from: action.from });
      return;
    case 'add': {
      const files: string[] = [];
      for (const file of action.files) {
        const kept = file.path ?? (await keptAs(file));
        if (kept !== undefined) files.push(kept);
      }
      if (files.length) await start('flowKeystore.addKeystore', { files });
      return;
    }
    case 'import': {
      const keystore = action.keystore === undefined ? {} : { keystore: action.keystore };
      if ('text' in action) {
        const dropped = { name: t('the text'), bytes: Buffer.from(action.text, 'utf8') };
        await start('flowKeystore.import', { ...keystore, contents: [dropped] });
        return;
      }
      const files = action.files.flatMap((file) => file.path ?? []);
      const contents = action.files.filter((file) => file.path === undefined);
      await start('flowKeystore.import', {
        ...keystore,
        ...(files.length && { files }),
        ...(contents.length && { contents }),
      });
    }
  }
}

/** A keystore that came without a place of its own needs one. @returns its path; undefined where the person gave up */
async function keptAs({ name, bytes }: DroppedFile): Promise<string | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const uri = await vscode.window.showSaveDialog({
    title: t('Where is {0} to be kept?', name),
    saveLabel: t('Save and Add'),
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder.uri, path.basename(name)) }),
  });
  if (!uri) return undefined;
  await vscode.workspace.fs.writeFile(uri, bytes);
  return uri.fsPath;
}
