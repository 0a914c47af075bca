import path from 'node:path';
import * as vscode from 'vscode';
import { alternativeNameProblem, parseAlternativeNames } from '../../core/certificates/alternativeNames';
import { CertificationRequest, readRequest, requestPem } from '../../core/certificates/request';
import { parseSubject } from '../../core/certificates/subjectText';
import { describeError, FlowKeystoreError } from '../../core/errors';
import type { KeyPairEntry } from '../../core/keystore/model';
import { requestDefaults, requestFor, sapMakesNoRequest, type RequestWish } from '../../core/keystore/requestFor';
import { signingKeyOf } from '../../core/keystore/useKey';
import { askChoice, askText, type Verdict } from '../input/quickInput';
import { runSteps } from '../input/steps';
import { besideKeystore } from '../services/besideKeystore';
import type { Host } from '../services/host';
import { signingRequest } from '../../core/tenant/writes';
import type { KeystoreSession } from '../services/keystoreSession';
import { showInformation } from '../ui/messages';
import { chooseEntry, GaveUp } from './choosing';
import type { CreateRequestArgument, ShowRequestArgument } from './commandMap';
import { givenInput, readable, readGiven } from './fileOrClipboard';
import { unlockKey } from './keyPassword';

const { t } = vscode.l10n;

interface Answers extends RequestWish {
  readonly to: 'clipboard' | 'file';
}

/** A certification request from a key pair. @returns PEM */
export async function createRequest(host: Host, argument: CreateRequestArgument): Promise<string | undefined> {
  const title = t('Create Certification Request');
  const { session, entry } = await chooseEntry(host, argument, { title, toChange: true, kinds: ['keyPair'] });
  if (entry.kind !== 'keyPair') {
    throw new FlowKeystoreError('not-a-key-pair', t('"{0}" has no private key.', entry.alias), { file: session.file });
  }
  const answers = await answersFor(session, entry, argument, title);
  const uri = answers.to === 'file' ? await targetOf(session, entry, argument, title) : undefined;
  const request = session.tenant
    ? readRequest(await signingRequest(await session.tenant.connect(), entry.alias))
    : await requestMadeHere(session, entry, argument, answers);
  const pem = requestPem(request.der);
  if (uri) await vscode.workspace.fs.writeFile(uri, Buffer.from(pem, 'ascii'));
  else if (!argument.silent) await vscode.env.clipboard.writeText(pem);
  await host.requests.note(entry, request.spki, host.now());
  if (!argument.silent) void sayWhatIsNext(session, entry, uri);
  return pem;
}

async function requestMadeHere(
  session: KeystoreSession,
  entry: KeyPairEntry,
  argument: CreateRequestArgument,
  wish: RequestWish,
): Promise<CertificationRequest> {
  await unlockKey(session, entry, argument);
  return CertificationRequest.parse(await requestFor(entry, await signingKeyOf(entry, session.passwords()), wish));
}

async function answersFor(
  session: KeystoreSession,
  entry: KeyPairEntry,
  argument: CreateRequestArgument,
  title: string,
): Promise<Answers> {
  const { subject, alternativeNames } = argument;
  const wish: RequestWish = {
    ...(subject !== undefined && { subject }),
    ...(alternativeNames !== undefined && { alternativeNames }),
  };
  if (argument.file !== undefined) return { ...wish, to: 'file' };
  if (argument.silent) return { ...wish, to: 'clipboard' };
  const defaults = requestDefaults(entry);
  const asked = await runSteps<Answers>(
    [
      {
        id: 'subject',
        when: () => !session.tenant,
        ask: async (state, place) => {
          const answer = await askText({
            title,
            place,
            prompt:
              defaults.subject === undefined
                ? t('Name to ask for; left empty, the name of the certificate as it is')
                : t('Name to ask for: CN, OU, O, L, ST, C, emailAddress, DC, serialNumber and others'),
            placeholder: 'CN=Partner A, O=Example, C=DE',
            value: state.subject ?? defaults.subject ?? '',
            check: (text) => (text === '' && defaults.subject === undefined ? undefined : judgeSubject(text)),
          });
          if (answer.kind !== 'answer') return answer;
          // What was left as it is goes in as the certificate has it.
          const same = answer.value === (defaults.subject ?? '') && entry.chain.length > 0;
          return { kind: 'next', answer: same ? {} : { subject: answer.value } };
        },
      },
      {
        id: 'alternativeNames',
        // A tenant makes the request by the certificate.
        when: () => !session.tenant,
        ask: async (state, place) => {
          const answer = await askText({
            title,
            place,
            prompt:
              defaults.alternativeNames === undefined
                ? t('Alternative names to ask for; left empty, those of the certificate as they are')
                : t('Alternative names to ask for, separated by commas (may be left empty)'),
            placeholder: 'client.partner.example, 10.0.0.1',
            value: state.alternativeNames ?? defaults.alternativeNames ?? '',
            check: judgeNames,
          });
          if (answer.kind !== 'answer') return answer;
          const same = answer.value === (defaults.alternativeNames ?? '');
          return { kind: 'next', answer: same ? {} : { alternativeNames: answer.value } };
        },
      },
      {
        id: 'to',
        ask: async (_state, place) => {
          const answer = await askChoice<Answers['to']>({
            title,
            place,
            placeholder: t('Where to?'),
            items: [
              {
                label: t('Copy to the Clipboard'),
                description: t('to be pasted into a form or a mail'),
                iconPath: new vscode.ThemeIcon('clippy'),
                value: 'clipboard',
              },
              {
                label: t('Save as a File...'),
                description: '.csr',
                iconPath: new vscode.ThemeIcon('save'),
                value: 'file',
              },
            ],
          });
          return answer.kind === 'answer' ? { kind: 'next', answer: { to: answer.value } } : answer;
        },
      },
    ],
    wish,
  );
  if (asked?.to === undefined) throw new GaveUp();
  return { ...asked, to: asked.to };
}

async function targetOf(
  session: KeystoreSession,
  entry: KeyPairEntry,
  argument: CreateRequestArgument,
  title: string,
): Promise<vscode.Uri> {
  if (argument.file !== undefined) return vscode.Uri.file(argument.file);
  const uri = await vscode.window.showSaveDialog({
    title,
    saveLabel: t('Save'),
    defaultUri: vscode.Uri.joinPath(besideKeystore(session), `${entry.alias.replace(/[^\w .-]+/g, '_')}.csr`),
    filters: { [t('Certification requests')]: ['csr', 'p10', 'req', 'pem'] },
  });
  if (!uri) throw new GaveUp();
  return uri;
}

async function sayWhatIsNext(
  session: KeystoreSession,
  entry: KeyPairEntry,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const done = uri
    ? t('The request for "{0}" is in {1}.', entry.alias, path.basename(uri.path))
    : t('The request for "{0}" is in the clipboard.', entry.alias);
  const next = t('Send it to the certification authority; its answer goes in with Import Signing Response.');
  const note = sapMakesNoRequest(entry.alias) ? ` ${t('(SAP itself makes no requests from this alias.)')}` : '';
  const answer = t('Import Signing Response...');
  const chosen = await showInformation(`${done} ${next}${note}`, answer);
  if (chosen !== answer) return;
  await vscode.commands.executeCommand('flowKeystore.importResponse', {
    keystore: session.uri.toString(),
    alias: entry.alias,
  });
}

function judgeSubject(text: string): Verdict | undefined {
  try {
    parseSubject(text);
    return undefined;
  } catch (error) {
    return { severity: 'error', text: describeError(error) };
  }
}

function judgeNames(text: string): Verdict | undefined {
  const problem = parseAlternativeNames(text)
    .map(alternativeNameProblem)
    .find((found) => found !== undefined);
  return problem === undefined ? undefined : { severity: 'error', text: problem };
}

export const requestFilters = (): Record<string, string[]> => ({
  [t('Certification requests')]: ['csr', 'p10', 'req', 'pem', 'der', 'txt'],
});

/** A request as a document. */
export async function showRequest(host: Host, argument: ShowRequestArgument): Promise<void> {
  const given = await givenInput(argument, {
    title: t('Show Certification Request'),
    filters: requestFilters(),
    isIn: readable(readRequest),
  });
  const request = readGiven(given, readRequest);
  await host.registry.load();
  await host.requestDocuments.show(request, given.name);
}
