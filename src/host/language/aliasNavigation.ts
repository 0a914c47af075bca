import * as vscode from 'vscode';
import type { KeystoreViewEntry, LocatedEntry } from '../../core/checks/keystoreView';
import type { AliasUse } from '../../core/checks/whereUsed';
import type { PartField, Span } from '../../core/flow/model';
import { checkAlias } from '../../core/keystore/alias';
import { groups } from '../../core/keystore/describe';
import { daysLeft, expiryState } from '../../core/keystore/expiry';
import {
  aliasInFlow,
  aliasInParameters,
  entriesOf,
  referencesOf,
  type AliasAt,
} from '../../core/languageService/aliasAt';
import { factsAt, type FactsAt } from '../../core/languageService/factsAt';
import { aliasProblemText } from '../ui/texts';
import { validityText } from './completions';
import { isFlowUri, type FlowDocuments } from './flowDocuments';
import type { LanguageServices } from './services';
import type { ParameterNavigation } from './parameterNavigation';
import { rangeOf } from './ranges';

const { t } = vscode.l10n;

/** An alias in the text of flows and of parameters.prop: its facts, its entry, everywhere it is named, and another name for it. */
export class AliasNavigation
  implements vscode.HoverProvider, vscode.DefinitionProvider, vscode.ReferenceProvider, vscode.RenameProvider
{
  constructor(
    private readonly documents: FlowDocuments,
    private readonly services: LanguageServices,
    private readonly parameters: ParameterNavigation,
  ) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const found = await this.aliasAt(document, position);
    if (found) return this.aliasHover(document, found);
    if (!isFlowUri(document.uri)) return undefined;
    const facts = factsAt(await this.documents.checkedFlow(document), document.offsetAt(position));
    const text = facts && factsText(facts);
    return text && new vscode.Hover(text, rangeIn(document, facts.span));
  }

  async provideDefinition(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.LocationLink[] | undefined> {
    const found = await this.aliasAt(document, position);
    if (!found) return undefined;
    const start = new vscode.Range(0, 0, 0, 0);
    return this.entries(found).flatMap(({ entry, keystore }) =>
      keystore.file === undefined
        ? []
        : [
            {
              originSelectionRange: rangeIn(document, found.span),
              targetUri: this.services.entryUri(keystore.file, entry.alias),
              targetRange: start,
            },
          ],
    );
  }

  async provideReferences(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location[]> {
    const found = await this.aliasAt(document, position);
    if (!found) return [];
    const sources = await this.documents.workspaceFlows();
    const texts = new Map<string, { readonly text: string }>();
    for (const { file, flow, parametersFile } of sources) {
      texts.set(file, flow);
      if (parametersFile) texts.set(parametersFile.file, parametersFile.parameters);
    }
    // A shared parameter is one place, and each placeholder another.
    const places = new Map<string, vscode.Location>();
    for (const { use, written } of referencesOf(found.alias, sources)) {
      for (const { file, span } of [written, use.place]) {
        const owner = texts.get(file);
        if (owner) {
          places.set(`${file} ${span.offset}`, new vscode.Location(vscode.Uri.parse(file, true), rangeOf(owner, span)));
        }
      }
    }
    return [...places.values()];
  }

  /** @throws Error with the reason, which VS Code shows */
  async prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<{ range: vscode.Range; placeholder: string }> {
    const parameter = await this.parameters.prepareRename(document, position);
    if (parameter) return parameter;
    const found = await this.aliasAt(document, position);
    if (!found) throw new Error(t('There is no alias of the keystore and no parameter here.'));
    if (found.composed) {
      throw new Error(t('This alias is put together from parameters: rename it where its parts are.'));
    }
    return { range: rangeIn(document, found.span), placeholder: found.alias };
  }

  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): Promise<vscode.WorkspaceEdit> {
    const parameter = await this.parameters.provideRenameEdits(document, position, newName);
    if (parameter) return parameter;
    const found = await this.aliasAt(document, position);
    if (!found) throw new Error(t('There is no alias of the keystore and no parameter here.'));
    const problem = checkAlias(newName, []).find(({ severity }) => severity === 'error');
    if (problem) throw new Error(aliasProblemText(problem));
    const mayHaveIt = this.services.keystores.views().some(({ state }) => state === 'locked');
    if (!this.entries(found).length && !mayHaveIt) return this.services.renameInFlows(found.alias, newName);
    // The entry, the flows and their parameters in one step, which asks first and can be undone: not VS Code's to apply.
    await this.services.renameEntry(found.alias, newName);
    return new vscode.WorkspaceEdit();
  }

  private async aliasAt(document: vscode.TextDocument, position: vscode.Position): Promise<AliasAt | undefined> {
    const offset = document.offsetAt(position);
    if (isFlowUri(document.uri)) return aliasInFlow(await this.documents.checkedFlow(document), offset);
    const { flows } = await this.documents.projectOf(document);
    return aliasInParameters(this.documents.parametersOf(document), offset, flows);
  }

  private entries({ alias }: AliasAt): LocatedEntry[] {
    return entriesOf(alias, this.services.keystores.views());
  }

  private async aliasHover(document: vscode.TextDocument, found: AliasAt): Promise<vscode.Hover> {
    const text = new vscode.MarkdownString();
    const entries = this.entries(found);
    for (const { entry, keystore } of entries) this.writeEntry(text, entry, keystore.name);
    if (!entries.length) {
      text.appendText(t('"{0}" is in no open keystore.', found.alias)).appendMarkdown('\n\n');
    }
    if (found.parameter !== undefined) {
      text.appendText(t('From the parameter "{0}".', found.parameter)).appendMarkdown('\n\n');
    }
    const uses = referencesOf(found.alias, await this.documents.workspaceFlows()).map(({ use }) => use);
    text.appendText(usesText(uses));
    return new vscode.Hover(text, rangeIn(document, found.span));
  }

  private writeEntry(text: vscode.MarkdownString, entry: KeystoreViewEntry, keystore: string): void {
    const { notBefore, notAfter, subject, issuer, key, sha256, client } = entry;
    const now = this.services.now();
    const state =
      notBefore && notAfter
        ? {
            state: expiryState({ notBefore, notAfter }, now, this.services.warnFrom()),
            days: daysLeft({ notAfter }, now),
          }
        : {};
    const kind =
      entry.kind === 'keyPair' ? t('key pair') : entry.kind === 'certificate' ? t('certificate') : t('other entry');
    const head = [entry.alias, kind, key, validityText(state)].filter(Boolean).join(' \u00b7 ');
    text.appendMarkdown('**').appendText(head).appendMarkdown('**\n\n');
    const chain = {
      root: t('with its root'),
      'below-root': t('without its root'),
      'intermediate-missing': t('an intermediate is missing'),
      unknown: t('the certificate alone'),
    };
    for (const [label, value] of [
      [t('Subject'), subject],
      [t('Issuer'), issuer],
      [t('Valid to'), notAfter?.toISOString().slice(0, 10)],
      [t('Chain'), client && chain[client.chain]],
      [t('SHA-256'), sha256 && groups(sha256)],
      [t('Keystore'), keystore],
    ] as const) {
      if (value) text.appendText(`${label}: ${value}`).appendMarkdown('  \n');
    }
    text.appendMarkdown('\n');
  }
}

function usesText(uses: readonly AliasUse[]): string {
  const places = [...new Set(uses.map(({ flow, part }) => `${flow} \u00b7 ${part.name || part.id}`))];
  if (!places.length) return t('No flow of this workspace names it.');
  const shown = places.slice(0, 6).join(', ');
  const more = places.length > 6 ? `, ${t('and {0} more', places.length - 6)}` : '';
  return t('Used by: {0}', shown + more);
}

function factsText(facts: FactsAt): vscode.MarkdownString | undefined {
  const text = new vscode.MarkdownString();
  if (facts.kind === 'part') {
    const version = facts.version ? t('version {0}', facts.version) : '';
    text
      .appendMarkdown('**')
      .appendText([facts.label, version].filter(Boolean).join(' \u00b7 '))
      .appendMarkdown('**\n\n');
    text.appendText(
      facts.proof ? t('Known from: {0}', facts.proof) : t('Not known here: its values are shown as they are.'),
    );
    return text;
  }
  const { field, option } = facts;
  text.appendMarkdown('**').appendText(field.label).appendMarkdown('**\n\n');
  const lines = [
    roleText(field.role),
    option && option.label !== option.value ? option.label : undefined,
    option?.proven === false ? t('not verified: seen in no exported flow') : undefined,
    field.resolved === field.value ? undefined : t('comes to: {0}', field.resolved),
    field.used === 'no' ? t('left over: the present settings do not read it') : undefined,
    field.dynamic ? t('set at run time') : undefined,
  ].filter((line) => line !== undefined);
  if (!lines.length) return undefined;
  for (const line of lines) text.appendText(line).appendMarkdown('  \n');
  return text;
}

/** Where the word alias misleads. */
function roleText(role: PartField['role']): string | undefined {
  switch (role) {
    case 'credential':
      return t('name of security material, not of a keystore entry');
    case 'secureParameter':
      return t('name of a secure parameter, not of a keystore entry');
    case 'pgpUser':
      return t('user id in a PGP keyring, not in the keystore');
    default:
      return undefined;
  }
}

function rangeIn(document: vscode.TextDocument, { offset, length }: Span): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}
