import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { isNestedArchive, isPassedOver, maximumNesting } from '../../core/flow/zip';
import { readInArchive, zipEntries } from '../../core/flow/zipEntries';
import { findArchives } from '../language/flowDocuments';
import { archiveUri } from '../archives/archiveFiles';
import { askChoice, separator, type Choice, type Separator } from '../input/quickInput';
import { GaveUp, mayAsk } from './choosing';
import type { OpenInArchiveArgument } from './commandMap';

const { t } = vscode.l10n;
const maximumArchives = 1000;

/** Opens a file of an exported project or package where it lies; a change is saved into the archive. */
export async function openInArchive(argument: OpenInArchiveArgument): Promise<void> {
  const archive = argument.archive ?? (await askArchive(argument));
  const inner = argument.inner ?? (await askFile(argument, archive));
  const uri = archiveUri(`${archive}!/${inner}`);
  if (/\.iflw$/i.test(inner)) {
    await vscode.commands.executeCommand('flowKeystore.editChannel', { flow: uri.toString() });
  } else await vscode.commands.executeCommand('vscode.open', uri);
}

async function askArchive(argument: OpenInArchiveArgument): Promise<string> {
  const found = await findArchives(maximumArchives);
  const [only] = found;
  if (!only) {
    throw new FlowKeystoreError('arguments', t('There is no archive (.zip) in this workspace.'));
  }
  if (found.length === 1) return only.fsPath;
  mayAsk(argument, 'archive');
  const items = found
    .map((uri) => ({
      label: path.posix.basename(uri.path),
      description: vscode.workspace.asRelativePath(path.posix.dirname(uri.path)),
      value: uri.fsPath,
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const asked = await askChoice({ title: t('Open File in Archive'), placeholder: t('Which archive?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askFile(argument: OpenInArchiveArgument, archive: string): Promise<string> {
  let files: readonly string[];
  try {
    files = filesIn(await readFile(archive), '', 0);
  } catch (error) {
    if (!(error instanceof FlowKeystoreError)) throw error;
    throw new FlowKeystoreError(error.code, error.message, { file: archive }, error.next, { cause: error });
  }
  const flows = files.filter((file) => /\.iflw$/i.test(file));
  const parameters = files.filter((file) => /(^|\/)parameters\.prop(def)?$/.test(file));
  const others = files.filter((file) => !flows.includes(file) && !parameters.includes(file));
  mayAsk(argument, 'inner');
  const items: (Choice<string> | Separator)[] = [
    separator(t('Flows')),
    ...flows.map((file) => choice(file, 'type-hierarchy')),
    separator(t('Externalized parameters')),
    ...parameters.map((file) => choice(file, 'symbol-parameter')),
    separator(t('Other files')),
    ...others.map((file) => choice(file, 'file')),
  ];
  const asked = await askChoice({
    title: t('Files in {0}', path.basename(archive)),
    placeholder: t('Which file? Changes are saved into the archive'),
    items,
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

const choice = (file: string, icon: string): Choice<string> => ({
  label: path.posix.basename(file),
  description: path.posix.dirname(file).replace(/^\.$/, ''),
  iconPath: new vscode.ThemeIcon(icon),
  value: file,
});

/** Paths, in archives inside it too; what cannot be read there is left out. */
function filesIn(bytes: Uint8Array, prefix: string, nesting: number): readonly string[] {
  return zipEntries(bytes).flatMap(({ path: name, isFolder }) => {
    if (isFolder || isPassedOver(name)) return [];
    if (nesting < maximumNesting && isNestedArchive(name)) {
      try {
        return filesIn(readInArchive(bytes, name), `${prefix}${name}!/`, nesting + 1);
      } catch {
        return [];
      }
    }
    return [prefix + name];
  });
}
