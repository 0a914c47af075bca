import path from 'node:path';
import * as vscode from 'vscode';
import { readCertificates } from '../../core/certificates/import';
import { download } from '../../core/connectivity/download';
import { describeError } from '../../core/errors';
import { elsewhere, type CertificateSource, type ChainMember } from '../../core/keystore/buildChain';
import { fetchIssuers } from '../../core/keystore/fetchIssuers';
import { replaceChain } from '../../core/keystore/replaceChain';
import {
  chainOf,
  describeResponseWarning,
  matchFor,
  planResponse,
  readSigningResponse,
  type ResponsePlan,
} from '../../core/keystore/signingResponse';
import { askChoice, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { confirmed, showInformation } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { dateText, fingerprintText } from '../ui/texts';
import { chooseOpenKeystore, GaveUp } from './choosing';
import type { ImportResponseArgument } from './commandMap';
import { offerRedeploy } from './redeploy';
import { belongingTo, withPublicKey } from './responseOwner';
import { refuseUntrusted } from '../services/connectivity';
import { givenFile, givenInput, readable, readGiven, type Given } from './fileOrClipboard';

const { t } = vscode.l10n;

/**
 * Takes an authority's answer to a certification request into the key pair that it is for, found by its public key in any keystore that can be
 * looked into. Alias and private key stay.
 * @returns the alias
 */
export async function importResponse(host: Host, argument: ImportResponseArgument): Promise<string | undefined> {
  const title = t('Import Signing Response');
  const given = await givenResponse(argument, title);
  const response = readGiven(given, readSigningResponse);
  const { session, alias } = await belongingTo(host, response, argument, title);
  const open = await chooseOpenKeystore(
    host,
    { ...argument, keystore: session.uri.toString() },
    { title, toChange: true },
  );
  const { keystore } = open;
  if (!keystore) throw new GaveUp();
  const match = matchFor(response, await withPublicKey(open, keystore, alias, argument), alias);
  const others = elsewhere(
    host.registry
      .sessions()
      .flatMap(({ name, uri, seen }) =>
        seen && uri.toString() !== open.uri.toString() ? [{ name, keystore: seen }] : [],
      ),
  );
  const planWith = (more: readonly CertificateSource[]): ResponsePlan =>
    planResponse(match, response, host.now(), [...more, ...others]);
  const plan = argument.silent
    ? await completedBy(argument, planWith)
    : await completedWithHelp(argument, planWith, title);
  const withRoot = argument.withRoot ?? (argument.silent ? false : await askForRoot(plan, title));
  if (!argument.silent) await confirmIfNeeded(plan, open);
  await open.edit((current) => replaceChain(current, match.entry.alias, chainOf(plan, withRoot)));
  await host.requests.clear(match.certificate.spki);
  await host.tree.revealEntry(open, match.entry.alias);
  if (!argument.silent) {
    const text = t(
      '"{0}" has the certificate of {1} now, valid to {2}',
      match.entry.alias,
      match.certificate.issuer.short,
      dateText(match.certificate.notAfter),
    );
    if (open.tenant) {
      void offerRedeploy(host, open.tenant, [match.entry.alias], `${text}.`);
      return match.entry.alias;
    }
    const origins = originsText(plan.chain.members);
    // The status bar has no room for more.
    if (origins) void showInformation(`${text}. ${t('Found elsewhere: {0}', origins)}.`);
    else void vscode.window.setStatusBarMessage(`$(verified) ${text}`, 10_000);
  }
  return match.entry.alias;
}

/** Several files are one answer: the certificate, and those above it. */
async function givenResponse(argument: ImportResponseArgument, title: string): Promise<Given> {
  const [file, ...others] = argument.files ?? [];
  if (file !== undefined && others.length) {
    const parts = await Promise.all([file, ...others].map(async (each) => (await givenFile(each)).content));
    const texts = parts.map((content) =>
      readSigningResponse(content)
        .certificates.map(
          ({ der }) =>
            `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`,
        )
        .join(''),
    );
    return { content: texts.join(''), name: t('{0} files', parts.length) };
  }
  return givenInput(
    { ...argument, ...(file === undefined ? {} : { file }) },
    { title, filters: responseFilters(), isIn: readable(readSigningResponse) },
  );
}

const responseFilters = (): Record<string, string[]> => ({
  [t('Signing responses')]: ['p7b', 'p7c', 'p7', 'spc', 'pem', 'cer', 'crt', 'der', 'pkipath', 'txt'],
});

/** With what code named. */
async function completedBy(
  argument: ImportResponseArgument,
  planWith: (more: readonly CertificateSource[]) => ResponsePlan,
): Promise<ResponsePlan> {
  const given = await Promise.all((argument.with ?? []).map(issuersIn));
  if (!argument.fetch) return planWith(given);
  refuseUntrusted();
  return (await fetchIssuers((fetched) => planWith([...given, ...fetched]), download)).plan;
}

async function issuersIn(file: string): Promise<CertificateSource> {
  return {
    from: 'file',
    name: path.basename(file),
    certificates: readGiven(await givenFile(file), readCertificates).certificates,
  };
}

type Help = 'fetch' | 'file' | 'without';

/** What is missing in the chain is fetched, or taken from a file, as the person says; until it is complete, or they go on without. */
async function completedWithHelp(
  argument: ImportResponseArgument,
  planWith: (more: readonly CertificateSource[]) => ResponsePlan,
  title: string,
): Promise<ResponsePlan> {
  const sources: CertificateSource[] = await Promise.all((argument.with ?? []).map(issuersIn));
  let note = '';
  for (;;) {
    const plan = planWith(sources);
    const { missing, missingAt } = plan.chain;
    if (!missing) return plan;
    const items: Choice<Help>[] = [
      ...(missingAt[0] === undefined
        ? []
        : [
            {
              label: t('Fetch It'),
              description: t('from where the certificate says it is'),
              detail: missingAt.join(', '),
              iconPath: new vscode.ThemeIcon('cloud-download'),
              value: 'fetch' as const,
            },
          ]),
      { label: t('Choose a File...'), iconPath: new vscode.ThemeIcon('folder-opened'), value: 'file' },
      {
        label: t('Go On Without'),
        description: t('unless it is the root, a receiver that knows only the root will refuse it'),
        iconPath: new vscode.ThemeIcon('warning'),
        value: 'without',
      },
    ];
    const placeholder = [note, t('The certificate of "{0}" is missing in the chain', missing.short)].filter(Boolean);
    const asked = await askChoice<Help>({ title, placeholder: placeholder.join(' '), items });
    if (asked.kind !== 'answer') throw new GaveUp();
    if (asked.value === 'without') return plan;
    if (asked.value === 'fetch' && !vscode.workspace.isTrusted) {
      note = t('Nothing is fetched in Restricted Mode; trust this workspace first.');
    } else if (asked.value === 'fetch') {
      const fetched = await withProgress(t('Fetching the certificate of "{0}"', missing.short), (signal) =>
        fetchIssuers((more) => planWith([...sources, ...more]), download, signal),
      );
      sources.push(...fetched.sources);
      note = fetched.failures.map(describeError).join(' ');
    } else {
      const [uri] = (await vscode.window.showOpenDialog({ title, filters: responseFilters() })) ?? [];
      if (uri) sources.push(await issuersIn(uri.fsPath));
    }
  }
}

async function askForRoot(plan: ResponsePlan, title: string): Promise<boolean> {
  if (!plan.root) return false;
  const root = plan.root.certificate.subject.short;
  const asked = await askChoice<boolean>({
    title,
    placeholder: t('What goes into the chain of "{0}"?', plan.alias),
    items: [
      {
        label: t('Certificate and Intermediates'),
        description: t('what a server is sent; enough for SAP'),
        value: false,
      },
      { label: t('Everything, With the Root'), description: root, value: true },
    ],
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** Where a certificate of the chain comes from; empty where the response brought it. */
function originText({ from, name }: ChainMember): string {
  switch (from) {
    case 'response':
      return '';
    case 'store':
      return t('from this keystore');
    case 'elsewhere':
    case 'file':
      return t('from {0}', name ?? '');
    case 'download':
      return t('fetched');
  }
}

/** Of what neither the response nor the keystore of the entry had. */
function originsText(members: readonly ChainMember[]): string {
  return members
    .filter(({ from }) => from !== 'response' && from !== 'store')
    .map((member) => `${member.certificate.subject.short} (${originText(member)})`)
    .join(', ');
}

/** Asked where nobody vouches for who signed it, or something is not as it should be. */
async function confirmIfNeeded(plan: ResponsePlan, session: KeystoreSession): Promise<void> {
  const selfSigned = plan.warnings.some(({ code }) => code === 'self-signed');
  if (plan.trusted && !plan.warnings.length) return;
  const chain = plan.chain.members.map((member, i) => {
    const origin = originText(member);
    return `${'  '.repeat(i)}${member.certificate.subject.toString()}${origin && ` (${origin})`}`;
  });
  const vouching =
    plan.trusted || selfSigned
      ? []
      : plan.chain.members.length === 1
        ? [t('Who signed it cannot be checked without that certificate: "{0}".', plan.top.issuer.short)]
        : [
            t('The keystore does not hold "{0}" as trusted. SHA-256 fingerprint:', plan.top.subject.short),
            fingerprintText(plan.top.sha256),
            t('Compare it with what the certification authority publishes.'),
          ];
  const detail = [chain.join('\n'), ...plan.warnings.map(describeResponseWarning), vouching.join('\n')];
  const question = t('Put this certificate into "{0}" of {1}?', plan.alias, session.name);
  if (!(await confirmed(question, detail.filter(Boolean).join('\n\n'), t('Import')))) throw new GaveUp();
}
