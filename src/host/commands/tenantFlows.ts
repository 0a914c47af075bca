import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { hashesOf, packProject, type ProjectFiles } from '../../core/tenant/content/archive';
import { differencesSince, type FileDifference, type FlowOrigin } from '../../core/tenant/content/origin';
import {
  changedSince,
  isOccupied,
  projectOf,
  readProject,
  writeOrigin,
  writeProject,
  type PulledProject,
} from '../../core/tenant/content/projectFolder';
import { downloadFlow, pullFlow, pushFlow, type PulledFlow } from '../../core/tenant/content/sync';
import { askText } from '../input/quickInput';
import type { Host } from '../services/host';
import type { VersionDocuments } from '../services/versionDocuments';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { askModal, confirmed, showInformation } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { GaveUp, mayAsk } from './choosing';
import type { Commands, PulledFlowArgument, PullFlowArgument } from './commandMap';
import { deployThese } from './deployFlows';
import { chooseFlow, chooseProject, placeIn, tenantOf } from './tenantFlowChoices';
import { tenantParameters } from './tenantParameters';

const { t } = vscode.l10n;

type FlowCommands = Pick<
  Commands,
  | 'flowKeystore.pullFlow'
  | 'flowKeystore.pushFlow'
  | 'flowKeystore.compareFlow'
  | 'flowKeystore.deployFlow'
  | 'flowKeystore.tenantParameters'
>;

export function tenantFlowCommands(host: Host, versions: VersionDocuments): FlowCommands {
  return {
    'flowKeystore.pullFlow': (argument = {}) => pull(host, argument),
    'flowKeystore.pushFlow': (argument = {}) => push(host, versions, argument),
    'flowKeystore.compareFlow': (argument = {}) => compare(host, versions, argument),
    'flowKeystore.deployFlow': (argument = {}) => deploy(host, argument),
    'flowKeystore.tenantParameters': (argument = {}) => tenantParameters(host, argument),
  };
}

/** Downloads a flow as a project into a folder of the workspace. @returns path of the folder */
async function pull(host: Host, argument: PullFlowArgument): Promise<string | undefined> {
  const again = placeIn(argument);
  if (again !== undefined) return pullAgain(host, await projectOf(again), argument);
  const { tenant, id } = await chooseFlow(host, argument, t('Pull Flow from Tenant'));
  const session = await tenant.connect();
  const { origin, files } = await withProgress(t('Pulling {0}', id), (signal) => pullFlow(session, id, signal));
  const folder = argument.into ?? (await askFolder(argument, origin));
  const before = await projectOf(folder).catch(() => undefined);
  if (before?.folder === folder && before.origin.id === id) return pullAgain(host, before, argument);
  if (await isOccupied(folder)) {
    throw new FlowKeystoreError(
      'unwritable',
      t('The folder has other files in it.'),
      { file: folder },
      t('Choose an empty folder, or one that this flow was pulled into.'),
    );
  }
  await writeProject(folder, files, origin);
  if (!argument.silent) await showPulled(folder, origin);
  return folder;
}

async function showPulled(folder: string, { name, files }: FlowOrigin): Promise<void> {
  const flow = Object.keys(files).find((file) => file.endsWith('.iflw'));
  const inWorkspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)) !== undefined;
  if (flow !== undefined) {
    await vscode.commands.executeCommand('flowKeystore.editChannel', {
      flow: vscode.Uri.file(path.join(folder, flow)).toString(),
    });
  }
  const open = t('Add Folder to Workspace');
  const said = t('"{0}" is in {1}.', name, path.basename(folder));
  if ((await showInformation(said, ...(inWorkspace ? [] : [open]))) !== open) return;
  vscode.workspace.updateWorkspaceFolders(vscode.workspace.workspaceFolders?.length ?? 0, 0, {
    uri: vscode.Uri.file(folder),
  });
}

/** What was changed here is lost only where a person says so. */
async function pullAgain(host: Host, project: PulledProject, { silent }: PullFlowArgument): Promise<string> {
  const { origin, folder } = project;
  const tenant = await tenantOf(host, origin);
  const session = await tenant.connect();
  const fresh = await withProgress(t('Pulling {0}', origin.name), (signal) => pullFlow(session, origin.id, signal));
  const changed = changedSince(origin, await readProject(project));
  if (changed.length) {
    const detail = changed.slice(0, 10).join('\n');
    if (silent) {
      throw new FlowKeystoreError(
        'changed-on-disk',
        t('"{0}" was changed here since it was pulled: {1}.', origin.name, changed.join(', ')),
        { file: folder },
        t('Push it, or put the files back.'),
      );
    }
    const question = t('Overwrite the changes made here in "{0}"?', origin.name);
    if (!(await confirmed(question, detail, t('Overwrite')))) throw new GaveUp();
  }
  await writeProject(folder, fresh.files, fresh.origin, origin);
  if (!silent) {
    const news = differencesSince(origin.files, origin.files, fresh.origin.files).length;
    void showInformation(
      news === 0
        ? t('"{0}" has not changed on {1}.', origin.name, tenant.name)
        : t('"{0}": {1} files are new from {2}.', origin.name, news, tenant.name),
    );
  }
  return folder;
}

/** Uploads a pulled project, unless its flow changed on the tenant since. @returns whether it was uploaded */
async function push(
  host: Host,
  versions: VersionDocuments,
  argument: PulledFlowArgument & { readonly deploy?: boolean },
): Promise<boolean> {
  const project = await chooseProject(argument, t('Push Flow to Tenant'));
  const { origin, folder } = project;
  await saveIn(folder);
  const tenant = await tenantOf(host, origin);
  const files = await readProject(project);
  const changed = changedSince(origin, files);
  if (!changed.length) {
    if (!argument.silent) void showInformation(t('"{0}" is as it was pulled: there is nothing to push.', origin.name));
    return false;
  }
  if (!argument.silent) await confirmPush(tenant, origin, changed);
  const title = t('Pushing {0}', origin.name);
  let pushed: PulledFlow;
  try {
    pushed = await tenant.actOnFlows('changeFlows', title, `push flow "${origin.id}"`, async (session, signal) => {
      await keepBefore(host, tenant, origin, await downloadFlow(session, origin.id, signal));
      return pushFlow(session, origin, files, signal);
    });
  } catch (error) {
    const isConflict = error instanceof FlowKeystoreError && error.code === 'tenant-changed';
    if (!isConflict || argument.silent) throw error;
    const [look, again] = [t('Compare'), t('Pull Anew...')];
    const answer = await askModal(error.message, t('Nothing was uploaded.'), look, again);
    if (answer === look) await compare(host, versions, { folder });
    else if (answer === again) await pullAgain(host, project, {});
    return false;
  }
  await takeOver(project, files, pushed);
  if (argument.deploy) await deploy(host, { ...argument, folder });
  else if (!argument.silent) await offerDeploy(host, tenant, origin);
  return true;
}

/** What is open and has changes of its own. */
async function saveIn(folder: string): Promise<void> {
  for (const document of vscode.workspace.textDocuments) {
    if (document.isDirty && document.uri.fsPath.startsWith(folder + path.sep)) await document.save();
  }
}

/** What the tenant wrote anew of what was pushed, unless it was changed here in the meantime: that is to be pushed next. */
async function takeOver(project: PulledProject, files: ProjectFiles, pushed: PulledFlow): Promise<void> {
  const now = hashesOf(await readProject(project));
  const same = differencesSince(now, now, hashesOf(files)).length === 0;
  if (same) await writeProject(project.folder, pushed.files, pushed.origin, project.origin);
  else await writeOrigin(project.folder, pushed.origin);
}

async function confirmPush(
  tenant: TenantKeystoreSession,
  { name }: FlowOrigin,
  changed: readonly string[],
): Promise<void> {
  const shown = changed.slice(0, 10);
  if (changed.length > shown.length) shown.push(t('and {0} more', changed.length - shown.length));
  const question = t('Push "{0}" to {1}?', name, tenant.name);
  if (!(await confirmed(question, `${t('Changed here:')}\n${shown.join('\n')}`, t('Push')))) throw new GaveUp();
}

/** What a push takes the place of, on this machine. */
async function keepBefore(
  host: Host,
  tenant: TenantKeystoreSession,
  { id }: FlowOrigin,
  files: ProjectFiles,
): Promise<void> {
  const folder = path.join(host.tenants.backups.fsPath, tenant.profile.id);
  await mkdir(folder, { recursive: true });
  const stamp = host.now().toISOString().replace(/[:.]/g, '-');
  await writeFile(path.join(folder, `${id.replace(/[^\w.-]+/g, '_')}-${stamp}.zip`), packProject(files), {
    mode: 0o600,
  });
}

async function offerDeploy(host: Host, tenant: TenantKeystoreSession, { name, id }: FlowOrigin): Promise<void> {
  const yes = t('Deploy');
  const said = t('"{0}" is on {1}; what runs there is the version before, until it is deployed.', name, tenant.name);
  if ((await showInformation(said, yes)) === yes) await deployThese(host, tenant, [{ id, name }]);
}

/** What changed here and on the tenant since the flow was pulled. */
async function compare(
  host: Host,
  versions: VersionDocuments,
  argument: PulledFlowArgument,
): Promise<readonly FileDifference[]> {
  const project = await chooseProject(argument, t('Compare Flow with Tenant'));
  const { origin, folder } = project;
  const tenant = await tenantOf(host, origin);
  const session = await tenant.connect();
  const there = await withProgress(t('Reading {0}', origin.name), (signal) => downloadFlow(session, origin.id, signal));
  const here = await readProject(project);
  const differences = differencesSince(origin.files, hashesOf(here), hashesOf(there));
  if (argument.silent) return differences;
  if (!differences.length) {
    void showInformation(t('"{0}" is the same here and on {1}.', origin.name, tenant.name));
    return [];
  }
  const textOf = (bytes: Uint8Array | undefined): string => (bytes ? Buffer.from(bytes).toString('utf8') : '');
  const rows = differences.map(({ path: file }): [vscode.Uri, vscode.Uri, vscode.Uri] => {
    const local = vscode.Uri.file(path.join(folder, file));
    const name = path.posix.basename(file);
    const left = versions.add(name, textOf(there.get(file)), { folder: `${tenant.name}/${origin.id}`, suffix: '' });
    const right = here.has(file) ? local : versions.add(name, '', { folder: origin.id, suffix: '' });
    return [local, left, right];
  });
  const title = t('{0}: {1} \u2194 Here', origin.name, tenant.name);
  await vscode.commands.executeCommand('vscode.changes', title, rows);
  const theirs = differences.filter(({ there: side }) => side !== 'same').map(({ path: file }) => file);
  if (theirs.length) {
    void showInformation(t('On {0} these changed since it was pulled: {1}.', tenant.name, theirs.join(', ')));
  }
  return differences;
}

async function deploy(
  host: Host,
  argument: PulledFlowArgument & { readonly keystore?: string; readonly id?: string },
): Promise<string | undefined> {
  const place = placeIn(argument);
  const pulled = place === undefined && argument.id === undefined ? undefined : place;
  if (pulled !== undefined) {
    const { origin } = await projectOf(pulled);
    return deployThese(host, await tenantOf(host, origin), [origin], argument.silent);
  }
  const { tenant, id, name } = await chooseFlow(host, argument, t('Deploy Flow on Tenant'));
  return deployThese(host, tenant, [{ id, name }], argument.silent);
}

async function askFolder(argument: PullFlowArgument, { packageId, id }: FlowOrigin): Promise<string> {
  mayAsk(argument, 'into');
  const [workspace] = vscode.workspace.workspaceFolders ?? [];
  if (workspace) {
    const proposed = [packageId, id].filter(Boolean).join('/');
    const asked = await askText({
      title: t('Pull Flow from Tenant'),
      prompt: t('Folder in the workspace for its project'),
      value: proposed,
      check: (value) =>
        value.trim() !== '' && !path.isAbsolute(value) && !value.split(/[/\\]/).includes('..')
          ? undefined
          : { severity: 'error', text: t('Write a folder below {0}.', workspace.name) },
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    return path.join(workspace.uri.fsPath, asked.value);
  }
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: t('An Empty Folder for the Flow'),
      openLabel: t('Pull Here'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!folder) throw new GaveUp();
  return folder.fsPath;
}
