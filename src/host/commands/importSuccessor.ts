import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { publicKeyText } from '../../core/certificates/publicKey';
import { FlowKeystoreError } from '../../core/errors';
import { keyObjectOf, openSealedKey } from '../../core/keys/sealedKey';
import { addKeyPair } from '../../core/keystore/edit';
import type { ImportSource } from '../../core/keystore/import/items';
import { ImportPasswords } from '../../core/keystore/import/passwords';
import type { Keystore, KeyPairEntry } from '../../core/keystore/model';
import { certifySuccessor, checkSuccessor, successorAlias } from '../../core/keystore/renewal';
import { sealFor } from '../../core/keystore/store';
import { successorIn, type FoundSuccessor } from '../../core/keystore/successorIn';
import { judgeAlias } from '../input/generateInput';
import { askChoice, askText } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { withProgress } from '../ui/progress';
import { dateText } from '../ui/texts';
import { GaveUp, mayAsk } from './choosing';
import type { RenewKeyPairArgument } from './commandMap';
import { givenFile } from './fileOrClipboard';
import { importPasswords } from './importPasswords';
import { sealForNewKey } from './newKeySeal';

const { t } = vscode.l10n;

/**
 * Takes the successor of a key pair from a file: a PKCS#12 or other keystore, PEM with its certificates, or a private key alone, which gets a
 * certificate with the names and usages of the one in use.
 */
export async function importSuccessor(
  host: Host,
  session: KeystoreSession,
  current: KeyPairEntry,
  argument: RenewKeyPairArgument,
): Promise<void> {
  const { keystore } = session;
  if (!keystore) throw new GaveUp();
  const now = host.now();
  const source = await sourceOf(argument, t('Import the Successor of "{0}"', current.alias));
  const ask = importPasswords(session, argument);
  try {
    const candidates = await withProgress(t('Reading what is to be imported'), (signal) =>
      successorIn(source, current, ask, signal),
    );
    const found = candidates.length > 1 && !argument.silent ? await choose(candidates, current) : candidates[0];
    if (!found) throw new GaveUp();
    const proposed = argument.successorAlias ?? successorAlias(keystore, current.alias, now);
    const alias =
      argument.successorAlias ?? (argument.silent ? proposed : await askSuccessorAlias(keystore, current, proposed));
    const seal = await sealForNewKey(session, alias, argument);
    const { value: plain } = await new ImportPasswords(ask).fitting(
      { of: 'key', from: source.name, ...(found.alias !== undefined && { alias: found.alias }) },
      [found.password],
      (password) => openSealedKey(found.key, password ?? ''),
    );
    try {
      const chain = await chainFor(found, current, plain, now);
      await session.edit(async (before, password) => {
        const key = await sealFor(before.type, plain, seal.passwordWith(password));
        return addKeyPair(before, { alias, key, chain, created: now });
      });
    } finally {
      plain.fill(0);
    }
    await seal.remember(alias);
    await host.tree.revealEntry(session, alias);
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: source.name }) : error;
  }
}

async function chainFor(
  found: FoundSuccessor,
  current: KeyPairEntry,
  privateKeyInfo: Uint8Array,
  now: Date,
): Promise<readonly Certificate[]> {
  if (found.chain.length) return found.chain;
  const chain = [await certifySuccessor(current, keyObjectOf(privateKeyInfo), now)];
  checkSuccessor(current, chain);
  return chain;
}

async function sourceOf(argument: RenewKeyPairArgument, title: string): Promise<ImportSource> {
  let { file } = argument;
  if (file === undefined) {
    mayAsk(argument, 'file');
    const filters = {
      [t('Key pairs and private keys')]: ['p12', 'pfx', 'pem', 'key', 'p8', 'jks', 'jceks'],
      [t('All files')]: ['*'],
    };
    const [uri] = (await vscode.window.showOpenDialog({ title, openLabel: t('Import'), filters })) ?? [];
    if (!uri) throw new GaveUp();
    file = uri.fsPath;
  }
  const { content } = await givenFile(file);
  return { name: file, bytes: Buffer.from(content) };
}

async function choose(candidates: readonly FoundSuccessor[], current: KeyPairEntry): Promise<FoundSuccessor> {
  const asked = await askChoice<FoundSuccessor>({
    title: t('Successor of "{0}"', current.alias),
    placeholder: t('The file holds several key pairs that could succeed it'),
    items: candidates.map((found) => ({
      label: found.alias ?? found.chain[0]?.subject.short ?? '',
      description: found.chain[0] ? t('valid to {0}', dateText(found.chain[0].notAfter)) : '',
      iconPath: new vscode.ThemeIcon('key'),
      value: found,
    })),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

export async function askSuccessorAlias(keystore: Keystore, current: KeyPairEntry, proposed: string): Promise<string> {
  const taken = keystore.entries.map(({ alias }) => alias);
  const [leaf] = current.chain;
  const asked = await askText({
    title: t('Successor of "{0}"', current.alias),
    prompt: t(
      'Alias until the switch. Same name, usages and kind of key ({0}); afterwards it is "{1}"',
      leaf ? publicKeyText(leaf.publicKey) : '',
      current.alias,
    ),
    value: proposed,
    check: (value) =>
      value.toLowerCase().startsWith(`${current.alias.toLowerCase()}_`)
        ? judgeAlias(value, taken)
        : { severity: 'error', text: t('It has to begin with "{0}": so it is found again.', `${current.alias}_`) },
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
