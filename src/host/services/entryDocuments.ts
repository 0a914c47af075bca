import * as vscode from 'vscode';
import type { AliasUse } from '../../core/checks/whereUsed';
import { describeEntry, describeForSap, describeKeystore } from '../../core/keystore/details';
import type { CertificateEntry, Entry } from '../../core/keystore/model';
import type { SapQuestion } from '../../core/keystore/sapLimits';
import { stableText } from '../../core/keystore/stableText';
import type { FlowUses } from './flowUses';
import type { KeystoreRegistry } from './keystoreRegistry';
import type { KeystoreSession } from './keystoreSession';
import type { RequestsOut } from './requestsOut';
import { settings } from './settings';

const scheme = 'flow-keystore';

/** Of a keystore with more entries the document is the short one: hundreds of thousands of lines are no help. */
const mostInFull = 300;

/** What a document is about: a keystore, an entry, or one certificate of an entry's chain. */
export interface EntryDocument {
  /** URI as a string. */
  readonly keystore: string;
  readonly alias?: string;
  readonly chainIndex?: number;
  /** The keystore as it is compared with others: without a word about today. */
  readonly stable?: true;
}

/** Entries as readable, read-only documents. They follow the keystore while they are open. */
export class EntryDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly resources: vscode.Disposable;

  constructor(
    private readonly registry: KeystoreRegistry,
    private readonly now: () => Date,
    private readonly requests?: RequestsOut,
    private readonly uses?: FlowUses,
  ) {
    const refresh = (): void => {
      for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === scheme) this.changed.fire(uri);
    };
    this.resources = vscode.Disposable.from(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      registry.onDidChange(refresh),
      ...(requests ? [requests.onDidChange(refresh)] : []),
      ...(uses ? [uses.onDidChange(refresh)] : []),
    );
  }

  async show(document: EntryDocument): Promise<void> {
    const opened = await vscode.workspace.openTextDocument(
      documentUri(document, this.registry.find(document.keystore)?.name),
    );
    await vscode.window.showTextDocument(opened, { preview: true, preserveFocus: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const document = JSON.parse(uri.query) as EntryDocument;
    // A tab of the last session asks before anybody looked for keystores.
    await this.registry.load();
    const session = this.registry.find(document.keystore);
    if (!session) return `${vscode.l10n.t('The keystore is no longer on the list.')}\n`;
    const keystore = session.seen;
    if (!keystore) return `${vscode.l10n.t('{0} is locked.', session.name)}\n`;
    const whole = document.alias === undefined;
    if (document.stable) return stableText(keystore);
    const sap = whole ? sapQuestion(session) : {};
    if (whole && keystore.entries.length > mostInFull) {
      const forSap = describeForSap(keystore, sap);
      return `${forSap && `${forSap}\n`}${await stableText(keystore)}`;
    }
    const options = { now: this.now(), warnDays: settings.expiryThresholds(), keystoreName: session.name };
    if (document.alias === undefined) {
      return describeKeystore(keystore, { ...options, ...(session.tenant ? {} : { sap }) });
    }
    const entry = keystore.entries.find(({ alias }) => alias === document.alias);
    const shown = entry && partOf(entry, document.chainIndex);
    const since = shown && this.requests?.since(shown);
    const usedBy = document.chainIndex === undefined ? this.uses?.of(document.alias)?.map(useText) : undefined;
    return shown
      ? describeEntry(shown, {
          ...options,
          keystore,
          ...(since && { requestOutSince: since }),
          ...(usedBy && { usedBy }),
          ...(session.tenant && { facts: session.tenant.describe(document.alias) }),
        })
      : `${vscode.l10n.t('The entry "{0}" is no longer in {1}.', document.alias, session.name)}\n`;
  }

  dispose(): void {
    this.resources.dispose();
  }
}

/** In English, as the whole document is. */
const useText = ({ flow, part: { kind, name, id, label } }: AliasUse): string =>
  `${flow}: ${kind} ${name || id} (${label})`;

/** The password is judged where it is known; it is in no text. */
function sapQuestion(session: KeystoreSession): SapQuestion {
  const { store, keys } = session.passwords();
  const { fileSize } = session;
  return {
    ...(fileSize !== undefined && { fileSize }),
    ...(store !== undefined && { password: store }),
    otherPasswords: [...(keys ?? [])].flatMap(([alias, password]) => (password === store ? [] : [alias])),
  };
}

/** A member of a chain is described as a certificate of its own. */
function partOf(entry: Entry, chainIndex: number | undefined): Entry | undefined {
  if (chainIndex === undefined) return entry;
  const certificate = entry.kind === 'keyPair' ? entry.chain[chainIndex] : undefined;
  return (
    certificate && ({ kind: 'certificate', alias: certificate.subject.short, certificate } satisfies CertificateEntry)
  );
}

export function documentUri(document: EntryDocument, keystoreName = 'keystore'): vscode.Uri {
  const part = document.chainIndex === undefined ? '' : ` (${document.chainIndex + 1})`;
  // The tab shows the last part of the path; a slash would cut the alias.
  const name = `${document.alias ?? keystoreName}${part}`.replace(/[/\\]/g, '\u2215');
  return vscode.Uri.from({ scheme, path: `/${keystoreName}/${name}.txt`, query: JSON.stringify(document) });
}
