import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { listFlows, listPackages, type TenantFlow } from '../../core/tenant/content/catalogue';
import type { FlowOrigin } from '../../core/tenant/content/origin';
import { projectOf, type PulledProject } from '../../core/tenant/content/projectFolder';
import { askChoice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { withProgress } from '../ui/progress';
import { GaveUp, mayAsk } from './choosing';
import type { PulledFlowArgument } from './commandMap';
import { chooseTenant } from './tenantCommands';

const { t } = vscode.l10n;

export interface ChosenFlow {
  readonly tenant: TenantKeystoreSession;
  readonly id: string;
  readonly name: string;
}

/** The flow of an argument, else the one a person chooses, package by package. */
export async function chooseFlow(
  host: Host,
  argument: { readonly keystore?: string; readonly id?: string; readonly name?: string; readonly silent?: true },
  title: string,
): Promise<ChosenFlow> {
  const tenant = await chooseTenant(host, argument, title);
  if (argument.id !== undefined) return { tenant, id: argument.id, name: argument.name ?? argument.id };
  mayAsk(argument, 'id');
  const session = await tenant.connect();
  const packages = await withProgress(t('Reading {0}', tenant.name), (signal) => listPackages(session, signal));
  const inPackage = await askChoice({
    title,
    placeholder: t('In which package of {0}?', tenant.name),
    items: packages.map((each) => ({
      label: each.name,
      description: each.configureOnly ? t('configure-only') : each.id,
      iconPath: new vscode.ThemeIcon('package'),
      value: each.id,
    })),
  });
  if (inPackage.kind !== 'answer') throw new GaveUp();
  const flows = await withProgress(t('Reading {0}', inPackage.value), (signal) =>
    listFlows(session, inPackage.value, signal),
  );
  const asked = await askChoice<TenantFlow>({
    title,
    placeholder: t('Which flow?'),
    items: flows.map((flow) => ({
      label: flow.name,
      description: flow.version,
      iconPath: new vscode.ThemeIcon('git-branch'),
      value: flow,
    })),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return { tenant, id: asked.value.id, name: asked.value.name };
}

/** The tenant on the list that a flow was pulled from. @throws FlowKeystoreError `not-found` */
export async function tenantOf(host: Host, { host: address, name }: FlowOrigin): Promise<TenantKeystoreSession> {
  await host.registry.load();
  const fitting = host.tenants.sessions().filter(({ file }) => file === address);
  const found = fitting.find(({ state }) => state.kind === 'open') ?? fitting[0];
  if (found) return found;
  throw new FlowKeystoreError(
    'not-found',
    t('"{0}" was pulled from {1}, which is not on the list.', name, address),
    {},
    t('Connect it with Connect Tenant.'),
  );
}

/** The project of an argument, else the only one, else the one a person chooses. @throws FlowKeystoreError `not-found` */
export async function chooseProject(argument: PulledFlowArgument, title: string): Promise<PulledProject> {
  const place = placeIn(argument);
  if (place !== undefined) return projectOf(place);
  mayAsk(argument, 'folder');
  const projects = await pulledProjects();
  const [only, second] = projects;
  if (!only) {
    throw new FlowKeystoreError(
      'not-found',
      t('No flow of this workspace was pulled from a tenant.'),
      {},
      t('Pull one with Pull Flow from Tenant.'),
    );
  }
  if (!second) return only;
  const items = projects.map((project) => ({
    label: project.origin.name,
    description: vscode.workspace.asRelativePath(project.folder),
    detail: project.origin.host,
    value: project,
  }));
  const asked = await askChoice({ title, placeholder: t('Which flow?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** The pulled projects of the workspace. What is not understood is left out. */
export async function pulledProjects(): Promise<readonly PulledProject[]> {
  const files = await vscode.workspace.findFiles('**/.flow-origin.json', '**/node_modules/**', 1_000);
  const found = await Promise.all(files.map((file) => projectOf(path.dirname(file.fsPath)).catch(() => undefined)));
  return found.filter((project) => project !== undefined);
}

/** A folder, or a file in it. */
export function placeIn({ folder, flow }: PulledFlowArgument): string | undefined {
  return folder ?? (flow === undefined ? undefined : vscode.Uri.parse(flow, true).fsPath);
}
