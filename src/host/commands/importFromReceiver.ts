import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { groups } from '../../core/keystore/describe';
import { readKeystoreFile } from '../../core/keystore/file';
import {
  filesWithIssuers,
  judgeReceived,
  shortNames,
  type ReceivedFile,
  type ReceivedItem,
} from '../../core/keystore/received';
import { askChoices, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import { settings } from '../services/settings';
import type { KeystoreSession } from '../services/keystoreSession';
import { confirmed, showInformation, showWarning } from '../ui/messages';
import { validityText } from '../ui/texts';
import { chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { ImportFromReceiverArgument } from './commandMap';
import { mergeInto } from './importEntries';

const { t } = vscode.l10n;

type Item = ReceivedItem<{
  readonly keystore: NonNullable<KeystoreSession['keystore']>;
  readonly session: KeystoreSession;
}>;

/** Takes in what a receiver sent: says of each certificate what it is, and adds to the trusted ones what a person chose and confirmed. */
export async function importFromReceiver(
  host: Host,
  argument: ImportFromReceiverArgument,
): Promise<readonly string[] | undefined> {
  const title = t('Import What the Receiver Sent');
  const files = await read(argument, title);
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true });
  const { keystore } = session;
  if (!keystore) throw new GaveUp();
  const stores = host.registry
    .sessions()
    .flatMap((each) => (each.keystore ? [{ keystore: each.keystore, session: each }] : []));
  const items = judgeReceived(files, stores, keystore);
  const names = shortNames(files.map(({ name }) => name));
  const nameOf = (file: string): string => names.get(file) ?? file;
  if (!argument.silent) await warnOfKeys(items, nameOf);
  const chosen = argument.silent ? items.filter(isProposed) : await askWhich(host, items, title, nameOf);
  const trusted = chosen.flatMap((item) =>
    isCertificate(item)
      ? [{ kind: 'certificate', from: nameOf(item.file), certificate: item.certificate } as const]
      : [],
  );
  const found = { items: trusted, passedOver: [] };
  const { aliases } = trusted.length
    ? await mergeInto(host, session, found, { title, chosen: true, ...argument })
    : { aliases: [] };
  if (!argument.silent) await passOnAnswers(chosen, items);
  return aliases;
}

async function read({ files, silent }: ImportFromReceiverArgument, title: string): Promise<ReceivedFile[]> {
  let paths = files;
  if (!paths) {
    mayAsk(silent ? { silent } : {}, 'files');
    const uris = await vscode.window.showOpenDialog({ title, openLabel: t('Look at Them'), canSelectMany: true });
    if (!uris) throw new GaveUp();
    paths = uris.map(({ fsPath }) => fsPath);
  }
  return Promise.all(
    [...new Set(paths)].map(async (file) => ({ name: file, bytes: (await readKeystoreFile(file)).bytes })),
  );
}

/** For people, of a file. */
type NameOf = (file: string) => string;

type CertificateItem = Item & {
  readonly kind: 'root' | 'intermediate' | 'server' | 'leaf';
  readonly certificate: Certificate;
};

function isCertificate(item: Item): item is CertificateItem {
  return item.kind === 'root' || item.kind === 'intermediate' || item.kind === 'server' || item.kind === 'leaf';
}

/** What a tenant needs to trust a server is its root; where none came, what did come. */
function isProposed(item: Item, _: number, all: readonly Item[]): boolean {
  if (item.kind === 'answer') return true;
  if (!isCertificate(item) || item.trustedAs !== undefined) return false;
  const roots = all.some(({ kind }) => kind === 'root');
  return item.kind === 'root' || item.kind === 'intermediate' || (item.kind === 'server' && !roots);
}

async function warnOfKeys(items: readonly Item[], nameOf: NameOf): Promise<void> {
  const keys = items.filter(({ kind }) => kind === 'private-key').map(({ file }) => nameOf(file));
  const stores = items.filter(({ kind }) => kind === 'keystore').map(({ file }) => nameOf(file));
  if (keys.length) {
    const question = t('There is a private key in {0}.', keys.join(', '));
    const detail = t(
      'It should not have been sent: whoever read the message can pass for its owner. Tell the sender that the key has to be replaced, and delete the file. It is not imported.',
    );
    if (!(await confirmed(question, detail, t('Look at the Certificates')))) throw new GaveUp();
  }
  if (stores.length) {
    void showWarning(
      t(
        '{0} is a keystore, perhaps with private keys that should not have been sent. Add it as a keystore to look into it.',
        stores.join(', '),
      ),
    );
  }
}

async function askWhich(host: Host, items: readonly Item[], title: string, nameOf: NameOf): Promise<readonly Item[]> {
  const offered = items.filter(({ kind }) => kind !== 'private-key' && kind !== 'keystore' && kind !== 'own');
  const certificates = offered.filter(({ kind }) => kind !== 'unreadable');
  if (!certificates.length) {
    const [first] = items;
    const why =
      first?.kind === 'own'
        ? t('It is the certificate that we sent: "{0}". Nothing came back.', first.alias)
        : first?.kind === 'unreadable'
          ? first.why
          : t('There is nothing in it that could be imported.');
    void showInformation(why);
    throw new GaveUp();
  }
  const asked = await askChoices<Item>({
    title,
    placeholder: t('Which of these are to be imported?'),
    items: offered.map((item) => choiceOf(item, nameOf(item.file), host.now())),
    selected: items.filter(isProposed),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value.filter(({ kind }) => kind !== 'unreadable');
}

function choiceOf(item: Item, file: string, now: Date): Choice<Item> {
  if (!('certificate' in item)) {
    const why = item.kind === 'unreadable' ? item.why : '';
    return { label: file, description: why, iconPath: new vscode.ThemeIcon('warning'), value: item };
  }
  const { certificate } = item;
  const known =
    isCertificate(item) && item.trustedAs !== undefined ? [t('there already as "{0}"', item.trustedAs)] : [];
  return {
    label: certificate.subject.short,
    description: [whatText(item), validityText(certificate, now, settings.expiryThresholds()), ...known, file].join(
      ' \u00b7 ',
    ),
    detail: `SHA-256 ${groups(certificate.sha256)}`,
    iconPath: new vscode.ThemeIcon(item.kind === 'answer' ? 'reply' : 'verified'),
    value: item,
  };
}

function whatText(item: Item): string {
  switch (item.kind) {
    case 'root':
      return t('root: what has to be trusted');
    case 'intermediate':
      return t('intermediate');
    case 'server':
      return t('certificate of a server: its root is better');
    case 'answer':
      return t('signed certificate for our key "{0}"', item.alias);
    default:
      return t('certificate of another kind');
  }
}

/** Answers to requests are the business of another command; what else was sent may hold the issuers of theirs. */
async function passOnAnswers(chosen: readonly Item[], items: readonly Item[]): Promise<void> {
  for (const item of chosen) {
    if (item.kind !== 'answer') continue;
    await vscode.commands.executeCommand('flowKeystore.importResponse', {
      keystore: item.store.session.uri.toString(),
      alias: item.alias,
      files: [item.file],
      with: filesWithIssuers(item, items),
    });
  }
}
