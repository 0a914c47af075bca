import path from 'node:path';
import * as vscode from 'vscode';
import {
  profilesFile,
  profilesText,
  readProfiles,
  withProfile,
  type TestProfile,
} from '../../core/connectivity/profiles';
import { FlowKeystoreError } from '../../core/errors';

/** A test that is kept in a folder of the workspace. */
export interface KeptTest {
  readonly profile: TestProfile;
  /** The folder of its file: what its paths are relative to. */
  readonly folder: vscode.Uri;
}

/** The kept tests of all folders of the workspace. @throws FlowKeystoreError `value-invalid` for a file that cannot be read as such */
export async function keptTests(): Promise<KeptTest[]> {
  const found: KeptTest[] = [];
  for (const { uri: folder } of vscode.workspace.workspaceFolders ?? []) {
    for (const profile of (await profilesOf(folder)) ?? []) found.push({ profile, folder });
  }
  return found;
}

/** Adds a test to the file of a folder, or puts it in the place of the one of its name. @returns the file */
export async function addKeptTest(folder: vscode.Uri, profile: TestProfile): Promise<vscode.Uri> {
  const file = vscode.Uri.joinPath(folder, profilesFile);
  const text = profilesText(withProfile((await profilesOf(folder)) ?? [], profile));
  await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  return file;
}

/** As it is written in the file: relative to the folder where it lies below it. */
export function keptPath(folder: vscode.Uri, file: string): string {
  const relative = path.relative(folder.fsPath, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative.replaceAll('\\', '/');
}

async function profilesOf(folder: vscode.Uri): Promise<TestProfile[] | undefined> {
  const file = vscode.Uri.joinPath(folder, profilesFile);
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(file);
  } catch {
    return undefined;
  }
  try {
    return readProfiles(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: file.fsPath }) : error;
  }
}
