import * as vscode from 'vscode';
import type { AliasUse } from '../../core/checks/whereUsed';
import type { Certificate } from '../../core/certificates/certificate';
import { extendedKeyUsageName } from '../../core/certificates/extensions';
import { publicKeyText } from '../../core/certificates/publicKey';
import { firstFew } from '../../core/firstFew';
import { certificateOf } from '../../core/keystore/chain';
import { generalNameText, groups } from '../../core/keystore/describe';
import type { Keystore } from '../../core/keystore/model';
import { describePathProblem } from '../../core/keystore/lintText';
import { protectionLine, protectionOf } from '../../core/keystore/protection';
import { roleFor } from '../../core/tenant/roles';
import { problemText } from '../ui/errors';
import { dateText, kindText, validityText } from '../ui/texts';
import type { TreeNode } from './nodes';
import type { Look } from './rowParts';

const { t } = vscode.l10n;

/** The facts of a row; undefined where the row says it all. */
export function tooltipOf(node: TreeNode, look: Look): vscode.MarkdownString | undefined {
  switch (node.kind) {
    case 'keystore': {
      const { tenant } = node.session;
      if (tenant) {
        return facts([
          [t('Host'), tenant.file],
          [t('Problem'), node.session.state.kind === 'error' ? problemText(node.session.state.error) : undefined],
          [t('Read'), tenant.seenAt?.toLocaleString()],
          [t('Roles that are missing'), tenant.missing.map(roleFor).join(', ')],
        ]);
      }
      return facts([
        [t('File'), node.session.file],
        [t('Problem'), node.session.state.kind === 'error' ? problemText(node.session.state.error) : undefined],
        [t('Protection'), protectionText(node.session.keystore)],
      ]);
    }
    case 'entry': {
      const certificate = certificateOf(node.entry);
      const { alias, created, kind } = node.entry;
      return facts([
        [t('Alias'), alias],
        [t('Kind'), kindText(kind)],
        [t('Certification request'), requestText(look.requestOut(node), look.now)],
        ...(certificate ? certificateFacts(certificate, look) : []),
        ...(node.session.tenant?.describe(alias) ?? []).map(([label, text]): [string, string] => [label, text]),
        [t('Created'), created && dateText(created)],
        [t('Used by'), usesText(look.usesOf(alias), kind === 'keyPair')],
      ]);
    }
    case 'chain':
      return facts([
        [t('Problem'), node.refused && describePathProblem(node.refused)],
        ...certificateFacts(node.certificate, look),
      ]);
    case 'missingIssuer':
      return facts([
        [t('Issuer'), node.issuer.toString()],
        [
          t('What it means'),
          node.alias === undefined
            ? t(
                'The certificate of this issuer is not in the key pair\u2019s chain. A server that knows only the root needs the intermediates from here.',
              )
            : t(
                'The certificate of this issuer is not in the key pair\u2019s chain, but an entry of the keystore: "{0}". It is trusted, and not sent along.',
                node.alias,
              ),
        ],
      ]);
    default:
      return undefined;
  }
}

function protectionText(keystore: Keystore | undefined): string | undefined {
  if (!keystore) return undefined;
  return protectionOf(keystore).map(protectionLine).join('; ') || undefined;
}

function certificateFacts(certificate: Certificate, { now, warnFrom }: Look): [string, string | undefined][] {
  const { extensions, notBefore, notAfter } = certificate;
  const usage = [...(extensions.extendedKeyUsage ?? []).map(extendedKeyUsageName), ...(extensions.keyUsage ?? [])];
  const names = (extensions.subjectAltName ?? []).map(generalNameText);
  return [
    [t('Subject'), certificate.subject.toString()],
    [t('Issuer'), certificate.selfIssued ? t('itself (self-signed)') : certificate.issuer.toString()],
    [
      t('Valid'),
      t('{0} to {1} ({2})', dateText(notBefore), dateText(notAfter), validityText(certificate, now, warnFrom)),
    ],
    [t('Key'), publicKeyText(certificate.publicKey)],
    [t('Usage'), usage.join(', ')],
    [t('Alternative names'), names.join(', ')],
    [t('Malformed extensions'), extensions.malformed.join(', ')],
    [t('SHA-256 fingerprint'), groups(certificate.sha256)],
  ];
}

function requestText(since: Date | undefined, now: Date): string | undefined {
  if (!since) return undefined;
  const days = Math.floor((now.getTime() - since.getTime()) / 86_400_000);
  const ago = days < 1 ? t('today') : days === 1 ? t('1 day ago') : t('{0} days ago', days);
  return t('made on {0} ({1}); its response is still to come: drop it here', dateText(since), ago);
}

/** Channels with their flows, as many as a tooltip holds. */
function usesText(uses: readonly AliasUse[] | undefined, isKeyPair: boolean): string | undefined {
  // A certificate is trusted without being named.
  if (!uses || (!uses.length && !isKeyPair)) return undefined;
  if (!uses.length) return t('no channel of the flows in this workspace');
  return firstFew(
    uses.map(({ part, flow }) => `${part.name || part.id} (${part.label}, ${flow})`),
    8,
    '; ',
  );
}

/** Foreign text stays text. */
export function facts(rows: readonly (readonly [label: string, value: string | undefined])[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  for (const [label, value] of rows) {
    if (value) markdown.appendMarkdown(`**${label}**  \n`).appendText(value).appendMarkdown('\n\n');
  }
  return markdown;
}
