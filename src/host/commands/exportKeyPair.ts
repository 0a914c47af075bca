import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { firstFew } from '../../core/firstFew';
import { openSealedKey } from '../../core/keys/sealedKey';
import { getKeyPair } from '../../core/keystore/edit';
import { fileNameFor, writeKeyPairs, type KeyPairForm } from '../../core/keystore/export';
import type { KeyPairEntry } from '../../core/keystore/model';
import { visible } from '../../core/visible';
import { askNewPassword } from '../input/newPassword';
import { askChoice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { confirmed } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { chooseEntry, chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { ExportKeyPairArgument } from './commandMap';
import { unlockKey } from './keyPassword';
import { exportTarget, saveExport } from './saveExport';

const { t } = vscode.l10n;

/**
 * Writes key pairs into a file of their own, encrypted under a new password. That private keys leave the keystore is confirmed by a person, whoever
 * started it: other extensions could else take them out of keystores that are open.
 */
export async function exportKeyPair(host: Host, argument: ExportKeyPairArgument): Promise<string> {
  const title = t('Export Key Pair');
  const { session, pairs } = await choosePairs(host, argument, title);
  const form = argument.form ?? (await askForm(argument, pairs, title));
  await confirmExport(session, pairs);
  const keyPasswords = new Map<string, string>();
  for (const pair of pairs) keyPasswords.set(pair.alias, await unlockKey(session, pair, argument));
  const password = argument.password ?? (await askPassword(argument, title));
  const [first] = pairs;
  const place = {
    title,
    name: fileNameFor(
      pairs.length === 1 && first ? first.alias : `${path.parse(session.name).name}-keys`,
      form === 'p12' ? '.p12' : '.pem',
    ),
    filters: form === 'p12' ? { 'PKCS#12': ['p12', 'pfx'] } : { PEM: ['pem', 'key'] },
  };
  const uri = await exportTarget(argument, session, place);
  const bytes = await withProgress(t('Exporting from {0}', session.name), (signal) =>
    writeKeyPairs(pairs, (pair) => openSealedKey(pair.key, keyPasswords.get(pair.alias) ?? '', signal), {
      form,
      password,
      created: host.now(),
    }),
  );
  const what = pairs.length === 1 ? t('1 key pair, encrypted') : t('{0} key pairs, encrypted', pairs.length);
  const exported = { ...place, bytes, isText: false, what, secret: true } as const;
  return saveExport({ ...argument, file: uri.fsPath }, session, exported);
}

async function choosePairs(
  host: Host,
  argument: ExportKeyPairArgument,
  title: string,
): Promise<{ session: KeystoreSession; pairs: KeyPairEntry[] }> {
  if (argument.aliases) {
    const session = await chooseOpenKeystore(host, argument, { title, toChange: true, where: 'file' });
    const { keystore } = session;
    if (!keystore) throw new GaveUp();
    // Of what is selected, certificates have nothing that would be meant here.
    const wanted = new Set(argument.aliases);
    const pairs = keystore.entries.filter(
      (each): each is KeyPairEntry => each.kind === 'keyPair' && wanted.has(each.alias),
    );
    if (pairs.length) return { session, pairs };
    throw new FlowKeystoreError('not-a-key-pair', t('None of the entries has a private key.'), { file: session.file });
  }
  const { session, entry } = await chooseEntry(host, argument, {
    title,
    toChange: true,
    where: 'file',
    kinds: ['keyPair'],
  });
  if (!session.keystore) throw new GaveUp();
  return { session, pairs: [getKeyPair(session.keystore, entry.alias)] };
}

async function askForm(
  argument: ExportKeyPairArgument,
  pairs: readonly KeyPairEntry[],
  title: string,
): Promise<KeyPairForm> {
  // PKCS#8 holds one key.
  if (pairs.length > 1) return 'p12';
  mayAsk(argument, 'form');
  const asked = await askChoice<KeyPairForm>({
    title,
    placeholder: t('In which form? The private key is encrypted in both'),
    items: [
      {
        label: 'PKCS#12',
        description: t('key and chain in one file, as SAP and Windows take it (.p12)'),
        value: 'p12',
      },
      {
        label: 'PKCS#8',
        description: t('PEM: the encrypted key, then its chain, for OpenSSL and curl (.pem)'),
        value: 'pkcs8',
      },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function confirmExport(session: KeystoreSession, pairs: readonly KeyPairEntry[]): Promise<void> {
  const [only] = pairs;
  const question =
    pairs.length === 1 && only
      ? t('Export the private key of "{0}" from {1}?', visible(only.alias), session.name)
      : t('Export {0} private keys from {1}?', pairs.length, session.name);
  const names =
    pairs.length > 1
      ? firstFew(
          pairs.map(({ alias }) => visible(alias)),
          10,
        )
      : '';
  const detail = [
    names,
    t(
      'Whoever has the file and its password can pass for the owner of the certificate. It is encrypted under a password of its own.',
    ),
    t('A receiver never needs it: for one there is the hand-over kit, with the public parts alone.'),
  ];
  if (!(await confirmed(question, detail.filter(Boolean).join('\n\n'), t('Export Private Key')))) throw new GaveUp();
}

async function askPassword(argument: ExportKeyPairArgument, title: string): Promise<string> {
  mayAsk(argument, 'password');
  const asked = await askNewPassword(title, t('Password of the exported file'));
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
