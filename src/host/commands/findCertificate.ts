import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { readCertificates } from '../../core/certificates/import';
import { FlowKeystoreError } from '../../core/errors';
import { certificateOf } from '../../core/keystore/chain';
import { whereElse, type FoundCertificate, type Relation } from '../../core/keystore/whereElse';
import { askChoice, separator, type Choice, type Separator } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { settings } from '../services/settings';
import { showInformation } from '../ui/messages';
import { kindText, validityText } from '../ui/texts';
import { chooseEntry, GaveUp, mayAsk } from './choosing';
import type { FindCertificateArgument, FoundEntry } from './commandMap';
import { givenFile, readGiven } from './fileOrClipboard';
import { revealEntry } from './revealing';

const { t } = vscode.l10n;

interface Seen {
  readonly session: KeystoreSession;
  readonly entries: NonNullable<KeystoreSession['seen']>['entries'];
}

type Found = FoundCertificate<Seen>;

/** Where a certificate is, and its issuer, and what it issued, over all keystores that can be seen. */
export async function findCertificate(host: Host, argument: FindCertificateArgument): Promise<readonly FoundEntry[]> {
  await host.registry.load();
  const wanted = await wantedCertificate(host, argument);
  const sessions = host.registry.sessions();
  const seen = sessions.flatMap((session) => (session.seen ? [{ session, entries: session.seen.entries }] : []));
  const found = (await whereElse(wanted.certificate, seen)).filter((each) => !isStart(each, wanted));
  const locked = sessions.length - seen.length;
  if (!argument.silent) await show(host, wanted, found, locked);
  return found.map(({ keystore, alias, kind, index, relation }) => ({
    keystore: keystore.session.uri.toString(),
    alias,
    relation,
    ...(kind === 'keyPair' ? { chainIndex: index } : {}),
  }));
}

interface Wanted {
  readonly certificate: Certificate;
  /** Where one looks from, which is not told again. */
  readonly session?: KeystoreSession;
  readonly alias?: string;
  readonly index?: number;
}

function isStart({ keystore, alias, index }: Found, wanted: Wanted): boolean {
  return keystore.session === wanted.session && alias === wanted.alias && index === wanted.index;
}

async function wantedCertificate(host: Host, argument: FindCertificateArgument): Promise<Wanted> {
  const { text, files, alias, chainIndex = 0 } = argument;
  if (text !== undefined) return fromText(text);
  if (files) return fromFile(files[0]);
  if (alias !== undefined) return fromEntry(host, argument, chainIndex);
  mayAsk(argument, 'alias');
  const asked = await askChoice<'clipboard' | 'file' | 'entry'>({
    title: t('Find Certificate'),
    placeholder: t('Which certificate is looked for?'),
    items: [
      { label: t('The one in the clipboard'), iconPath: new vscode.ThemeIcon('clippy'), value: 'clipboard' },
      { label: t('One in a file...'), iconPath: new vscode.ThemeIcon('file'), value: 'file' },
      { label: t('That of an entry...'), iconPath: new vscode.ThemeIcon('key'), value: 'entry' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  switch (asked.value) {
    case 'clipboard':
      return fromText(await vscode.env.clipboard.readText());
    case 'file': {
      const [uri] = (await vscode.window.showOpenDialog({ title: t('Find Certificate'), openLabel: t('Find') })) ?? [];
      if (!uri) throw new GaveUp();
      return fromFile(uri.fsPath);
    }
    case 'entry':
      return fromEntry(host, argument, chainIndex);
  }
}

/** Of several the first: that of a chain is its leaf. */
function fromText(text: string): Wanted {
  return { certificate: firstOf(readCertificates(text).certificates) };
}

async function fromFile(file: string | undefined): Promise<Wanted> {
  if (file === undefined) throw new FlowKeystoreError('arguments', 'The argument "files" is empty.');
  return { certificate: firstOf(readGiven(await givenFile(file), readCertificates).certificates) };
}

async function fromEntry(host: Host, argument: FindCertificateArgument, index: number): Promise<Wanted> {
  const kinds = ['keyPair', 'certificate'] as const;
  const { session, entry } = await chooseEntry(host, argument, { title: t('Find Certificate'), kinds });
  const certificate = entry.kind === 'keyPair' ? entry.chain[index] : certificateOf(entry);
  return { certificate: firstOf(certificate ? [certificate] : []), session, alias: entry.alias, index };
}

function firstOf(certificates: readonly Certificate[]): Certificate {
  const [first] = certificates;
  if (first) return first;
  throw new FlowKeystoreError('not-a-certificate', t('There is no certificate to look for.'));
}

async function show(
  host: Host,
  { certificate, session }: Wanted,
  found: readonly Found[],
  locked: number,
): Promise<void> {
  const name = certificate.subject.short;
  const unseen = locked ? ` ${t('{0} locked keystores were not looked into.', locked)}` : '';
  if (!found.length) {
    const text = session ? t('"{0}" is nowhere else.', name) : t('"{0}" is in none of the keystores.', name);
    void showInformation(`${text}${unseen}`);
    return;
  }
  const items: (Choice<Found> | Separator)[] = [];
  for (const each of found) {
    if (each.relation !== found[found.indexOf(each) - 1]?.relation) items.push(separator(relationText(each.relation)));
    items.push(choiceOf(each, host.now()));
  }
  const same = found.filter(({ relation }) => relation === 'same').length;
  const placeholder =
    same === 0
      ? session
        ? t('It is nowhere else; this belongs to it')
        : t('It is in none of the keystores; this belongs to it')
      : same === 1
        ? t('Found in 1 place')
        : t('Found in {0} places', same);
  const asked = await askChoice<Found>({
    title: name,
    placeholder: `${placeholder}${unseen && `. ${unseen.trim()}`}`,
    items,
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  const { keystore, alias, kind, index } = asked.value;
  await revealEntry(host, keystore.session, alias, kind === 'keyPair' && index > 0 ? index : undefined);
}

function choiceOf(found: Found, now: Date): Choice<Found> {
  const { alias, kind, index, certificate, keystore } = found;
  const where = index > 0 ? t('certificate {0} of its chain', index + 1) : kindText(kind);
  return {
    label: alias,
    description: [keystore.session.name, where, validityText(certificate, now, settings.expiryThresholds())].join(
      ' \u00b7 ',
    ),
    detail: certificate.subject.toString(),
    iconPath: new vscode.ThemeIcon(kind === 'keyPair' && index === 0 ? 'key' : 'verified'),
    value: found,
  };
}

function relationText(relation: Relation): string {
  switch (relation) {
    case 'same':
      return t('the same certificate');
    case 'same-key':
      return t('the same key, another certificate');
    case 'issuer':
      return t('its issuer');
    case 'issued':
      return t('issued by it');
  }
}
