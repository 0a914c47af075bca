import * as vscode from 'vscode';
import { describeRequest } from '../../core/certificates/describeRequest';
import { CertificationRequest } from '../../core/certificates/request';
import { sameOctets } from '../../core/asn1/der';
import { describeError } from '../../core/errors';
import type { KeystoreRegistry } from './keystoreRegistry';

const scheme = 'flow-keystore-request';

/** Certification requests as readable, read-only documents. The request is in the URI, so that the tab is still there after a restart. */
export class RequestDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);

  constructor(private readonly registry: KeystoreRegistry) {}

  /** @param name what it came from, for the tab */
  async show(request: CertificationRequest, name: string): Promise<void> {
    const path = `/${name.replace(/[/\\]/g, '\u2215')}.txt`;
    const uri = vscode.Uri.from({ scheme, path, query: Buffer.from(request.der).toString('base64url') });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  provideTextDocumentContent({ path, query }: vscode.Uri): string {
    try {
      const request = CertificationRequest.parse(Buffer.from(query, 'base64url'));
      const belongsTo = this.ownerOf(request);
      return describeRequest(request, {
        name: path.slice(1).replace(/\.txt$/, ''),
        ...(belongsTo !== undefined && { belongsTo }),
      });
    } catch (error) {
      return `${describeError(error)}\n`;
    }
  }

  dispose(): void {
    this.registration.dispose();
  }

  private ownerOf({ spki }: CertificationRequest): string | undefined {
    for (const { name, seen } of this.registry.sessions()) {
      const owner = seen?.entries.find(
        (entry) => entry.kind === 'keyPair' && entry.chain[0] && sameOctets(entry.chain[0].spki, spki),
      );
      if (owner) return vscode.l10n.t('"{0}" in {1}', owner.alias, name);
    }
    return undefined;
  }
}
