import * as vscode from 'vscode';
import { describeError } from '../../core/errors';
import type { RunningFlow, TenantFlow, TenantPackage } from '../../core/tenant/content/catalogue';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { dateText } from '../ui/texts';
import { errorIcon } from './icons';
import { joined, plainRow } from './rowParts';

const { t } = vscode.l10n;
const { None, Collapsed } = vscode.TreeItemCollapsibleState;

interface NodeBase {
  readonly id: string;
  readonly session: TenantKeystoreSession;
}

/** Rows for the flows of a tenant: packages, flows in them, and why they cannot be listed. Each level is read when it is unfolded. */
export type ContentNode<Parent> =
  | (NodeBase & { readonly kind: 'packages'; readonly parent: Parent })
  | (NodeBase & { readonly kind: 'package'; readonly parent: ContentNode<Parent>; readonly package: TenantPackage })
  | (NodeBase & {
      readonly kind: 'flow';
      readonly parent: ContentNode<Parent>;
      readonly flow: TenantFlow;
      readonly running?: RunningFlow;
      readonly configureOnly: boolean;
    })
  | (NodeBase & { readonly kind: 'contentError'; readonly parent: ContentNode<Parent>; readonly message: string });

/** What is below a row. */
export async function childrenOfContent<Parent>(node: ContentNode<Parent>): Promise<ContentNode<Parent>[]> {
  const { session } = node;
  try {
    switch (node.kind) {
      case 'packages': {
        const packages = await session.content.packages();
        return packages.map((each) => ({
          kind: 'package',
          id: `${node.id}/${each.id}`,
          session,
          parent: node,
          package: each,
        }));
      }
      case 'package': {
        const [flows, running] = await Promise.all([session.content.flows(node.package.id), session.content.running()]);
        return flows.map((flow) => {
          const runs = running.get(flow.id);
          const base = { kind: 'flow' as const, id: `${node.id}/${flow.id}`, session, parent: node, flow };
          return { ...base, configureOnly: node.package.configureOnly, ...(runs && { running: runs }) };
        });
      }
      default:
        return [];
    }
  } catch (error) {
    const message = describeError(error);
    return [{ kind: 'contentError', id: `${node.id}?error`, session, parent: node, message }];
  }
}

export function contentRow<Parent>(node: ContentNode<Parent>): vscode.TreeItem {
  switch (node.kind) {
    case 'packages': {
      const row = new vscode.TreeItem(t('Flows'), Collapsed);
      row.iconPath = new vscode.ThemeIcon('git-branch');
      row.contextValue = 'tenantPackages';
      return row;
    }
    case 'package': {
      const row = new vscode.TreeItem(node.package.name, Collapsed);
      row.iconPath = new vscode.ThemeIcon('package');
      if (node.package.configureOnly) row.description = t('configure-only');
      row.contextValue = 'tenantPackage';
      row.tooltip = node.package.id;
      return row;
    }
    case 'flow':
      return flowRow(node.flow, node.running, contextOf(node.session, node.configureOnly));
    case 'contentError':
      return plainRow({ label: node.message, icon: errorIcon(), context: 'note', spoken: t('Problem') });
  }
}

/** Of a package that is only to be configured nothing is pulled; what the client may not do is not offered. */
function contextOf({ missing }: TenantKeystoreSession, configureOnly: boolean): string {
  const kept = configureOnly ? 'Configured' : '';
  return `tenantFlow${kept}${missing.includes('deploy') ? 'Kept' : ''}`;
}

function flowRow(flow: TenantFlow, running: RunningFlow | undefined, context: string): vscode.TreeItem {
  const row = new vscode.TreeItem(flow.name, None);
  const words: Readonly<Record<string, string>> = {
    STARTED: t('runs'),
    STARTING: t('starting'),
    STOPPING: t('stopping'),
    ERROR: t('failed'),
  };
  const status = running && (words[running.status] ?? running.status.toLowerCase());
  const other = running && running.version !== flow.version ? running.version : '';
  row.description = joined([flow.version, ...(status === undefined ? [] : [joinedWords(status, other)])]);
  const failed = running?.status === 'ERROR';
  row.iconPath = failed ? errorIcon() : new vscode.ThemeIcon(running?.status === 'STARTED' ? 'pass' : 'git-branch');
  row.contextValue = context;
  const deployed =
    running?.deployedOn && t('deployed {0} by {1}', dateText(running.deployedOn), running.deployedBy ?? '?');
  row.tooltip = [flow.id, deployed].filter(Boolean).join('\n');
  row.accessibilityInformation = { label: [t('Flow {0}', flow.name), row.description].join(', ') };
  return row;
}

const joinedWords = (status: string, version: string): string => (version ? `${status} (${version})` : status);
