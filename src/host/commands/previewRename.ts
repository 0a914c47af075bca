import path from 'node:path';
import * as vscode from 'vscode';
import type { RenamedFile } from '../../core/checks/renameAlias';
import { applyEdits } from '../../core/flow/edit';
import { askChoices } from '../input/quickInput';
import type { DocumentEdit } from '../language/documentEdits';
import type { VersionDocuments } from '../services/versionDocuments';
import { GaveUp } from './choosing';
import { changedMeanwhile, useLines } from './renameInFlows';

const { t } = vscode.l10n;

/**
 * Shows what a new alias would change, file beside file, and asks which of the files are changed.
 * VS Code's own preview of refactorings cannot be asked for with its changes chosen: a person would have to tick each of them.
 * @param files what the edits are for, by the URI of their document
 * @throws GaveUp; FlowKeystoreError `unwritable` where one of them was changed meanwhile
 */
export async function previewRename(
  versions: VersionDocuments,
  edits: readonly DocumentEdit[],
  files: readonly RenamedFile[],
  from: string,
  to: string,
): Promise<readonly DocumentEdit[]> {
  const title = t('Rename "{0}" to "{1}"', from, to);
  const texts = new Map(edits.map(({ document }) => [document, document.getText()]));
  const compared = edits.map(({ document, edits: changes }) => {
    const name = path.posix.basename(document.uri.path);
    // With the name of a flow it would be checked as one.
    const place = { folder: folderOf(document.uri), suffix: name.endsWith('.iflw') ? '.xml' : '.properties' };
    const before = versions.add(name, document.getText(), place);
    const after = versions.add(name, applyEdits(document.getText(), changes), place);
    return [after, before, after];
  });
  await vscode.commands.executeCommand('vscode.changes', title, compared);
  try {
    const asked = await askChoices({
      title,
      placeholder: t('The changes are shown below. Which files are changed?'),
      items: edits.map((edit) => {
        const { uri } = edit.document;
        const uses = files.find(({ file }) => file === uri.toString())?.uses ?? [];
        return {
          label: path.posix.basename(uri.path),
          description: folderOf(uri),
          detail: useLines(uses).join(', '),
          value: edit,
        };
      }),
      selected: edits,
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    for (const { document } of asked.value) {
      if (document.getText() !== texts.get(document)) throw changedMeanwhile(document.uri);
    }
    return asked.value;
  } finally {
    await close(title);
  }
}

const folderOf = (uri: vscode.Uri): string => vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'));

/** VS Code 1.100 has no type for the input of such a tab; its label is the title, and how many files. */
async function close(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ label }) => label === title || label.startsWith(`${title} (`));
  await vscode.window.tabGroups.close(tabs);
}
