import path from 'node:path';
import * as vscode from 'vscode';
import { askOfProfile, targetOfProfile, type TestProfile } from '../../core/connectivity/profiles';
import { defaultProtection, protocols } from '../../core/connectivity/protocols/protocols';
import { askText } from '../input/quickInput';
import type { ConnectivityRequest } from '../services/connectivity';
import { addKeptTest, keptPath, keptTests, type KeptTest } from '../services/keptTests';
import { showInformation } from '../ui/messages';
import { GaveUp } from './choosing';
import { givenFile } from './fileOrClipboard';
import { knownHostsOf, type TestOptions } from './testOptions';

const { t } = vscode.l10n;

/** Keeps a test in the workspace: everything but passwords. */
export async function keepTest(request: ConnectivityRequest): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) return;
  const { target } = request;
  const taken = new Set((await keptTests()).map(({ profile }) => profile.name));
  const asked = await askText({
    title: t('Keep This Test'),
    prompt: t('Name of the test. It is written into the workspace, without passwords.'),
    value: target.host,
    check: (value) =>
      value.trim() === ''
        ? { severity: 'error', text: t('The name is missing.') }
        : taken.has(value.trim())
          ? { severity: 'warning', text: t('There is a test of that name; it is replaced.') }
          : undefined,
  });
  if (asked.kind !== 'answer') return;
  const file = await addKeptTest(folder.uri, profileOf(asked.value.trim(), folder.uri, request));
  const open = t('Open');
  const answer = await showInformation(
    t('The test "{0}" is kept in {1}.', asked.value.trim(), path.basename(file.path)),
    open,
  );
  if (answer === open) await vscode.window.showTextDocument(file);
}

function profileOf(
  name: string,
  folder: vscode.Uri,
  { target, session, alias, ask, knownHosts, timeoutMs }: ConnectivityRequest,
): TestProfile {
  const { protocol, protection, host, port, serverName, path: of } = target;
  const { login, contents } = ask ?? {};
  return {
    name,
    host,
    port,
    ...(protocol === 'tls' ? {} : { protocol }),
    ...(protection === defaultProtection(protocol) ? {} : { protection }),
    ...(of === undefined ? {} : { path: of }),
    ...(serverName === host ? {} : { serverName }),
    ...(session ? { keystore: keptPath(folder, session.file) } : {}),
    ...(alias === undefined ? {} : { alias }),
    ...(login ? { login: { user: login.user, way: login.way } } : {}),
    ...(contents && Object.keys(contents).length ? { contents } : {}),
    ...(knownHosts?.file === undefined ? {} : { knownHosts: keptPath(folder, knownHosts.file) }),
    ...(timeoutMs === undefined ? {} : { timeoutSeconds: Math.round(timeoutMs / 1000) }),
  };
}

/** What a kept test is made with. Its password is asked for. @throws GaveUp */
export async function optionsOfKept({ profile, folder }: KeptTest): Promise<TestOptions> {
  const { login, knownHosts, timeoutSeconds } = profile;
  let password = '';
  if (login && askOfProfile(profile, '')?.login?.way !== 'key') {
    const asked = await askText({ title: profile.name, prompt: t('Password of {0}', login.user), password: true });
    if (asked.kind !== 'answer') throw new GaveUp();
    password = asked.value;
  }
  const ask = askOfProfile(profile, password);
  const known = knownHosts === undefined ? undefined : await givenFile(path.resolve(folder.fsPath, knownHosts));
  return {
    target: targetOfProfile(profile),
    ...(ask && { ask }),
    ...(known ? { knownHosts: knownHostsOf(known) } : {}),
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
  };
}

/** In a few words. */
export function keptText({ profile }: KeptTest): string {
  const { host, port, protocol = 'tls', alias } = profile;
  return [protocols[protocol].label, port === undefined ? host : `${host}:${port}`, alias]
    .filter(Boolean)
    .join(' \u00b7 ');
}
