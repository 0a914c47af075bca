import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../core/certificates/pem';
import { readRequest } from '../../core/certificates/request';
import { FlowKeystoreError } from '../../core/errors';
import { isIssuingEntry, issuingEntry, type Usage } from '../../core/keystore/newKeyPair';
import { responseFile, signRequest as signWith } from '../../core/keystore/signRequest';
import type { KeyPairEntry } from '../../core/keystore/model';
import { signingKeyOf } from '../../core/keystore/useKey';
import { judgeAlias, judgeValidity } from '../input/generateInput';
import { askChoice, askText } from '../input/quickInput';
import { besideKeystore } from '../services/besideKeystore';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { showInformation } from '../ui/messages';
import { chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { CreateTestCaArgument, SignRequestArgument } from './commandMap';
import { givenInput, readable, readGiven } from './fileOrClipboard';
import { addGenerated, planIn } from './generateKeyPair';
import { unlockKey } from './keyPassword';
import { requestFilters } from './requestCommands';

const { t } = vscode.l10n;

/** A throw-away certification authority, named so that nobody takes it for a real one. @returns its alias */
export async function createTestCa(host: Host, argument: CreateTestCaArgument): Promise<string | undefined> {
  const title = t('Create Test CA');
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true, where: 'file' });
  const taken = session.keystore?.entries.map((entry) => entry.alias) ?? [];
  const alias = argument.alias ?? (argument.silent ? 'test_ca' : await askCaAlias(taken, title));
  const wish = {
    alias,
    subject: argument.subject ?? `CN=Test CA ${host.now().toISOString().slice(0, 10)} (not for production), OU=Test`,
    key: argument.key ?? 'RSA 3072',
    validity: argument.validity ?? '1 year',
    usage: [],
    alternativeNames: '',
    ca: true,
  };
  await addGenerated(host, session, planIn(session, wish, host.now()), argument);
  return alias;
}

async function askCaAlias(taken: readonly string[], title: string): Promise<string> {
  const proposed = ['test_ca', ...Array.from({ length: 99 }, (_, i) => `test_ca_${i + 2}`)];
  const asked = await askText({
    title,
    prompt: t('Alias of the authority. It is for tests alone: whoever has this keystore can sign with it.'),
    value: proposed.find((alias) => !taken.some((other) => other.toLowerCase() === alias)) ?? '',
    check: (value) => judgeAlias(value, taken),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** Signs a request with an authority of the keystore. @returns path of the file, or the chain as PEM */
export async function signRequest(host: Host, argument: SignRequestArgument): Promise<string | undefined> {
  const title = t('Sign Certification Request');
  const given = await givenInput(argument, { title, filters: requestFilters(), isIn: readable(readRequest) });
  const request = readGiven(given, readRequest);
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true, where: 'file' });
  const issuer = await chooseIssuer(host, session, argument, title);
  const subject = request.subject.short || t('the request');
  const usage = argument.usage ?? (argument.silent ? undefined : await askUsage(t('Sign {0}', subject)));
  const validity =
    argument.validity ?? (argument.silent ? '365 days' : await askValidity(t('Sign {0}', subject), host));
  const to = argument.form ?? (argument.silent ? 'pem' : await askForm(t('Sign {0}', subject)));
  const uri = to === 'clipboard' ? undefined : await targetOf(argument, session, subject, to, title);
  await unlockKey(session, issuer, argument);
  const key = await signingKeyOf(issuer, session.passwords());
  const chain = await signWith(request, issuer, { key, validity, now: host.now(), ...(usage && { usage }) }).catch(
    (error: unknown) => {
      throw error instanceof FlowKeystoreError && given.file !== undefined ? error.at({ file: given.file }) : error;
    },
  );
  const pem = certificatesPem(chain);
  if (uri) await vscode.workspace.fs.writeFile(uri, responseFile(chain, to === 'p7b' ? 'p7b' : 'pem'));
  else if (!argument.silent) await vscode.env.clipboard.writeText(pem);
  if (!argument.silent) {
    void showInformation(
      uri
        ? t('The certificate of {0} is in {1}, with its chain.', subject, path.basename(uri.path))
        : t('The certificate of {0} is in the clipboard, with its chain.', subject),
    );
  }
  return uri ? uri.fsPath : pem;
}

async function chooseIssuer(
  host: Host,
  session: KeystoreSession,
  argument: SignRequestArgument,
  title: string,
): Promise<KeyPairEntry> {
  const { keystore } = session;
  if (!keystore) throw new GaveUp();
  try {
    if (argument.alias !== undefined) return issuingEntry(keystore, argument.alias, host.now());
    const authorities = keystore.entries.filter(isIssuingEntry).map(({ alias }) => alias);
    const [only] = authorities;
    if (only === undefined) {
      throw new FlowKeystoreError(
        'not-trusted',
        t('There is no certification authority in the keystore.'),
        {},
        t('Make one with Create Test CA.'),
      );
    }
    if (authorities.length === 1) return issuingEntry(keystore, only, host.now());
    mayAsk(argument, 'alias');
    const asked = await askChoice<string>({
      title,
      placeholder: t('Which authority signs?'),
      items: authorities.map((alias) => ({ label: alias, iconPath: new vscode.ThemeIcon('key'), value: alias })),
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    return issuingEntry(keystore, asked.value, host.now());
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: session.file }) : error;
  }
}

/** Undefined: what the request asks for. */
async function askUsage(title: string): Promise<readonly Usage[] | undefined> {
  const asked = await askChoice<'asked' | Usage | 'both'>({
    title,
    placeholder: t('What is the certificate for (extended key usage)?'),
    items: [
      { label: t('As the Request Asks For'), description: t('for clients where it asks for nothing'), value: 'asked' },
      { label: t('Client authentication'), description: t('a flow shows it to a receiver'), value: 'clientAuth' },
      { label: t('Server authentication'), description: t('a server shows it'), value: 'serverAuth' },
      { label: t('Both'), value: 'both' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  if (asked.value === 'asked') return undefined;
  return asked.value === 'both' ? ['clientAuth', 'serverAuth'] : [asked.value];
}

async function askValidity(title: string, host: Host): Promise<string> {
  const asked = await askText({
    title,
    prompt: t('How long it is valid: "2 years", "90 days", or the last day as "2028-12-31"'),
    value: '365 days',
    check: (value) => judgeValidity(value, host.now()),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function askForm(title: string): Promise<'clipboard' | 'pem' | 'p7b'> {
  const asked = await askChoice<'clipboard' | 'pem' | 'p7b'>({
    title,
    placeholder: t('Where to?'),
    items: [
      { label: t('Save as PEM...'), description: t('text: the certificate and those above it'), value: 'pem' },
      { label: t('Save as PKCS#7...'), description: t('.p7b, as many authorities send it'), value: 'p7b' },
      { label: t('Copy as PEM'), description: t('to the clipboard'), value: 'clipboard' },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function targetOf(
  argument: SignRequestArgument,
  session: KeystoreSession,
  subject: string,
  form: 'pem' | 'p7b',
  title: string,
): Promise<vscode.Uri | undefined> {
  if (argument.out !== undefined) return vscode.Uri.file(argument.out);
  if (argument.silent) return undefined;
  const name = `${subject.replace(/[^\w .-]+/g, '_')}.${form}`;
  const uri = await vscode.window.showSaveDialog({
    title,
    saveLabel: t('Save'),
    defaultUri: vscode.Uri.joinPath(besideKeystore(session), name),
  });
  if (!uri) throw new GaveUp();
  return uri;
}
