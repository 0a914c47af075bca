import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { firstFew } from '../../core/firstFew';
import { convertKeystore } from '../../core/keystore/convert';
import { planConversion } from '../../core/keystore/conversionPlan';
import { writeKeystoreFile } from '../../core/keystore/file';
import type { Keystore, StoreType } from '../../core/keystore/model';
import { describeSapFinding, javaStoreSize, judgeForSap } from '../../core/keystore/sapLimits';
import { writeChecked } from '../../core/keystore/store';
import { askNewPassword } from '../input/newPassword';
import { askChoice } from '../input/quickInput';
import { besideKeystore } from '../services/besideKeystore';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { confirmed } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { chooseOpenKeystore, GaveUp, mayAsk, unlock } from './choosing';
import type { ConvertKeystoreArgument } from './commandMap';
import { extensionOf, typeChoices } from './createKeystore';
import { conversionOptions } from './resealing';

const { t } = vscode.l10n;

/** Makes a keystore of another format of one; the one that there is stays as it is. */
export async function convertKeystoreFile(host: Host, argument: ConvertKeystoreArgument): Promise<string | undefined> {
  const title = t('Convert Keystore');
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true, where: 'file' });
  const { keystore } = session;
  if (!keystore) throw new GaveUp();
  const type = argument.type ?? (await askType(argument, keystore, `${title} ${session.name}`));
  refuseTwins(session, keystore, type);
  const password = argument.password ?? (await choosePassword(session, keystore, type, argument, title));
  if (!argument.silent) await sayWhatIsLost(session, keystore, type, password);
  const uri = argument.file === undefined ? await askFile(session, type, argument) : vscode.Uri.file(argument.file);
  await withProgress(t('Converting {0}', session.name), async (signal, report) => {
    const options = conversionOptions(argument, signal, report);
    const made = await convertKeystore(keystore, session.passwords(), { type, password }, options);
    const { bytes } = await writeChecked(made.keystore, password);
    signal.throwIfAborted();
    report(t('saving'));
    // A file of that name is not replaced: a keystore in it would be lost.
    await writeKeystoreFile(uri.fsPath, bytes, null);
  });
  const added = await host.registry.add(uri);
  await unlock(host, added, { password, ...(argument.silent ? { silent: true } : {}) });
  await host.requests.resealed(keystore.entries, added.keystore?.entries ?? []);
  if (!argument.silent) {
    await host.tree.expand(added);
    const entries = added.keystore?.entries.length ?? 0;
    const text = t('{0}: {1} of {2} entries', added.name, entries, keystore.entries.length);
    void vscode.window.setStatusBarMessage(`$(arrow-swap) ${text}`, 10_000);
  }
  return added.uri.toString();
}

async function askType(argument: ConvertKeystoreArgument, { type }: Keystore, title: string): Promise<StoreType> {
  mayAsk(argument, 'type');
  const items = typeChoices().filter(({ value }) => value !== type);
  const asked = await askChoice({ title, placeholder: t('Into which format? A new file is made'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** @throws FlowKeystoreError `alias-exists` where two aliases would become one */
function refuseTwins(session: KeystoreSession, keystore: Keystore, type: StoreType): void {
  const [twin] = planConversion(keystore, type).twins;
  if (twin === undefined) return;
  throw new FlowKeystoreError(
    'alias-exists',
    t('Two entries would have the alias "{0}": Java does not tell upper from lower case.', twin),
    { file: session.file },
    t('Rename one of them first.'),
  );
}

async function sayWhatIsLost(
  session: KeystoreSession,
  keystore: Keystore,
  type: StoreType,
  password: string,
): Promise<void> {
  const { leftOut, renamed, carried } = planConversion(keystore, type);
  const lines = [
    leftOut.length
      ? t(
          'Left out, for {0} cannot hold them: {1}',
          type,
          firstFew(
            leftOut.map(({ alias }) => alias),
            10,
          ),
        )
      : '',
    renamed.length
      ? t(
          'In lower case, for Java finds no others there: {0}',
          firstFew(
            renamed.map(({ from, to }) => `${from} \u2192 ${to}`),
            10,
          ),
        )
      : '',
    carried ? t('{0} parts of the file that are no entries (Java ignores them) are left behind.', carried) : '',
    ...sapLines(keystore, type, password),
  ].filter(Boolean);
  if (!lines.length) return;
  const kept = t('{0} stays as it is.', session.name);
  if (
    !(await confirmed(
      t('This is worth knowing before {0} is converted to {1}.', session.name, type),
      [...lines, kept].join('\n\n'),
      t('Convert All the Same'),
    ))
  ) {
    throw new GaveUp();
  }
}

/** SAP takes Java's formats for a whole keystore: what it would refuse or drop is said before. */
function sapLines(keystore: Keystore, type: StoreType, password: string): string[] {
  if (type !== 'JKS' && type !== 'JCEKS') return [];
  const findings = judgeForSap({ ...keystore, type }, { password, fileSize: javaStoreSize(keystore) }).filter(
    ({ severity }) => severity !== 'information',
  );
  if (!findings.length) return [];
  const lines = findings.slice(0, 8).map((finding) => `\u2022 ${describeSapFinding(finding)}`);
  if (findings.length > lines.length) lines.push(t('and {0} more', findings.length - lines.length));
  return [`${t('For SAP Cloud Integration:')}\n${lines.join('\n')}`];
}

/** The one of the keystore, or another. A PEM bundle without private keys needs none. */
async function choosePassword(
  session: KeystoreSession,
  keystore: Keystore,
  type: StoreType,
  argument: ConvertKeystoreArgument,
  title: string,
): Promise<string> {
  const { store } = session.passwords();
  if (type === 'PEM' && !keystore.entries.some(({ kind }) => kind === 'keyPair')) return store ?? '';
  if (argument.silent) {
    mayAsk(store === undefined ? argument : {}, 'password');
    if (store !== undefined) return store;
  }
  if (store !== undefined) {
    const asked = await askChoice({
      title,
      placeholder: t('Which password is the new file to have? Its private keys are sealed with it'),
      items: [
        { label: t('The same as {0}', session.name), value: true },
        { label: t('Another one...'), value: false },
      ],
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    if (asked.value) return store;
  }
  const asked = await askNewPassword(title, t('Password of the new keystore'));
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askFile(
  session: KeystoreSession,
  type: StoreType,
  argument: ConvertKeystoreArgument,
): Promise<vscode.Uri> {
  mayAsk(argument, 'file');
  const extension = extensionOf[type];
  const name = `${path.basename(session.name, path.extname(session.name))}.${extension}`;
  const uri = await vscode.window.showSaveDialog({
    title: t('Convert Keystore'),
    saveLabel: t('Convert'),
    filters: { [type]: [extension], [t('All files')]: ['*'] },
    defaultUri: vscode.Uri.joinPath(besideKeystore(session), name),
  });
  if (!uri) throw new GaveUp();
  return uri;
}
