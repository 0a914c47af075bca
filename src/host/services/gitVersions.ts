import * as vscode from 'vscode';

/** The part that is used of the interface of VS Code's git extension (extensions/git/src/api/git.d.ts), version 1. */
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

interface GitApi {
  getRepository(uri: vscode.Uri): GitRepository | null;
  openRepository?(root: vscode.Uri): Promise<GitRepository | null>;
}

interface GitRepository {
  buffer(ref: string, path: string): Promise<Uint8Array>;
}

/** A file as the last commit has it; undefined where it is in none, or VS Code's git extension is not there. */
export async function lastCommitted(file: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    const repository = await repositoryOf(file);
    return await repository?.buffer('HEAD', file.fsPath);
  } catch {
    // Not in the last commit, no commit yet, no git on this machine.
    return undefined;
  }
}

async function repositoryOf(file: vscode.Uri): Promise<GitRepository | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!extension) return undefined;
  const git = await extension.activate();
  if (!git.enabled) return undefined;
  const api = git.getAPI(1);
  return api.getRepository(file) ?? (await api.openRepository?.(vscode.Uri.joinPath(file, '..'))) ?? undefined;
}
