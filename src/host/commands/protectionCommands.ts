import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { convertKeystore, type Converted, type KeystorePasswords } from '../../core/keystore/convert';
import type { Keystore } from '../../core/keystore/model';
import { describeProtection, weaknessesOf } from '../../core/keystore/protection';
import { askNewPassword } from '../input/newPassword';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { confirmed, showInformation } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { ChangePasswordArgument, FromCode, KeystoreArgument } from './commandMap';
import { convertKeystoreFile } from './convertKeystore';
import { conversionOptions, rememberNewPassword } from './resealing';

const { t } = vscode.l10n;

export async function changePassword(host: Host, argument: ChangePasswordArgument): Promise<boolean> {
  const title = t('Change Password');
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true, where: 'file' });
  const { keystore } = session;
  if (keystore?.type === 'PEM' && !keystore.entries.some(({ kind }) => kind === 'keyPair')) {
    throw new FlowKeystoreError(
      'unsupported',
      t('A PEM file without private keys has no password.'),
      { file: session.file },
      t('Convert it to PKCS#12 to have it protected.'),
    );
  }
  const password = argument.newPassword ?? (await askPassword(session, argument, title));
  await reseal(host, session, argument, {
    title: t('Changing the password of {0}', session.name),
    what: t('change the password'),
    password: () => password,
    keepMethods: true,
  });
  await rememberNewPassword(host, session);
  if (!argument.silent) status(t('The password of {0} is changed; undo takes it back', session.name));
  return true;
}

async function askPassword(session: KeystoreSession, argument: FromCode, title: string): Promise<string> {
  mayAsk(argument, 'newPassword');
  const asked = await askNewPassword(title, t('New password of {0}', session.name));
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

export async function modernise(host: Host, argument: KeystoreArgument): Promise<boolean> {
  const title = t('Modernise Keystore');
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true, where: 'file' });
  const { keystore } = session;
  if (!keystore) throw new GaveUp();
  const weak = weaknessesOf(keystore);
  if (!weak.length) {
    if (!argument.silent) void showInformation(t('Nothing about the protection of {0} is old.', session.name));
    return false;
  }
  const found = weak.map((part) => `\u2022 ${describeProtection(part)}`).join('\n');
  if (keystore.type === 'JKS' || keystore.type === 'JCEKS') {
    await offerPkcs12(host, session, found, argument);
    return false;
  }
  if (keystore.type === 'PEM' && session.passwords().store === undefined && !argument.silent) {
    // Its keys are not encrypted, or each for itself: one password for all of them is a change of the password.
    const question = t('Seal the private keys of {0} by today\u2019s methods?', session.name);
    if (!(await confirmed(question, found, t('Choose a Password...')))) throw new GaveUp();
    return changePassword(host, { keystore: session.uri.toString() });
  }
  if (!argument.silent) {
    const after = t(
      'Afterwards: AES-256 with PBKDF2 (10,000 rounds of HMAC-SHA256), integrity by HMAC-SHA256. Java 8u301 and later, OpenSSL and SAP read it. The password stays; undo takes it back.',
    );
    const question = t('Protect {0} by today\u2019s methods?', session.name);
    if (!(await confirmed(question, `${t('Old is:')}\n${found}\n\n${after}`, t('Modernise')))) throw new GaveUp();
  }
  await reseal(host, session, argument, {
    title: t('Modernising {0}', session.name),
    what: t('modernise the protection'),
    password: ({ store }) => requirePassword(store, session),
    keepMethods: false,
  });
  if (!argument.silent) status(t('{0} is protected by today\u2019s methods', session.name));
  return true;
}

function requirePassword(password: string | undefined, session: KeystoreSession): string {
  if (password !== undefined) return password;
  throw new FlowKeystoreError(
    'password-required',
    t('The keystore has no password, and private keys need one.'),
    { file: session.file },
    t('Set one with Change Password.'),
  );
}

/** In these formats there is nothing better: another one has to be taken. */
async function offerPkcs12(host: Host, session: KeystoreSession, found: string, argument: FromCode): Promise<void> {
  const message = t('{0} knows no better protection than the one it has.', session.keystore?.type ?? '');
  if (argument.silent) {
    throw new FlowKeystoreError('unsupported', message, { file: session.file }, t('Convert it to PKCS#12.'));
  }
  const why = t(
    'A new PKCS#12 file can be made of it; this one stays. Keep it where SAP is to take the whole keystore: the tenant takes only JKS and JCEKS for that.',
  );
  if (!(await confirmed(message, `${found}\n\n${why}`, t('Convert to PKCS#12...')))) throw new GaveUp();
  await convertKeystoreFile(host, { keystore: session.uri.toString(), type: 'PKCS12' });
}

interface Resealing {
  readonly title: string;
  readonly what: string;
  readonly password: (passwords: KeystorePasswords) => string;
  readonly keepMethods: boolean;
}

/** Every private key sealed anew within the format, as one change that can be undone. Nothing is lost without a question. */
async function reseal(
  host: Host,
  session: KeystoreSession,
  argument: FromCode,
  { title, what, password, keepMethods }: Resealing,
): Promise<void> {
  const before = session.keystore?.entries ?? [];
  await withProgress(title, async (signal, report) => {
    await session.edit(async (keystore: Keystore, _, passwords) => {
      const target = { type: keystore.type, password: password(passwords), keepMethods };
      const made = await convertKeystore(keystore, passwords, target, conversionOptions(argument, signal, report));
      await confirmLoss(session, made, argument);
      signal.throwIfAborted();
      report(t('saving'));
      return {
        keystore: made.keystore,
        changes: [{ kind: 'file', what }],
        password: target.password,
      };
    });
  });
  await host.requests.resealed(before, session.keystore?.entries ?? []);
}

async function confirmLoss(session: KeystoreSession, { leftOut }: Converted, argument: FromCode): Promise<void> {
  if (!leftOut.length) return;
  const names = leftOut.map(({ alias }) => alias).join(', ');
  const message = t('{0} entries cannot be sealed under the new password: {1}', leftOut.length, names);
  if (argument.silent) throw new FlowKeystoreError('unsupported', message, { file: session.file });
  const detail = t(
    'Only Java itself can open them. Going on leaves them out of the keystore; SAP has no use for them.',
  );
  if (!(await confirmed(message, detail, t('Leave Them Out')))) throw new GaveUp();
}

function status(text: string): void {
  void vscode.window.setStatusBarMessage(`$(lock) ${text}`, 10_000);
}
