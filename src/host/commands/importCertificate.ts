import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Certificate } from '../../core/certificates/certificate';
import { readCertificates } from '../../core/certificates/import';
import { publicKeyText } from '../../core/certificates/publicKey';
import { FlowKeystoreError } from '../../core/errors';
import { aliasProposer, checkAlias, proposeAlias } from '../../core/keystore/alias';
import { standaloneRole } from '../../core/keystore/chain';
import { groups } from '../../core/keystore/describe';
import { addCertificates, entriesWith } from '../../core/keystore/edit';
import { judgeAlias } from '../input/generateInput';
import { askChoices, askText } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { settings } from '../services/settings';
import { confirmed, showInformation } from '../ui/messages';
import { aliasProblemText, dateText, fingerprintText, roleText, validityText } from '../ui/texts';
import { chooseOpenKeystore, GaveUp, mayAsk } from './choosing';
import type { AddServerCertificateArgument, FromCode, ImportCertificateArgument } from './commandMap';

const { t } = vscode.l10n;

/** Larger files hold no certificates, or more than anybody can look through. */
const maximumFile = 10 * 1024 * 1024;

export async function importCertificate(
  host: Host,
  argument: ImportCertificateArgument,
): Promise<readonly string[] | undefined> {
  const title = t('Import Certificate');
  const certificates = await certificatesOf(argument);
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true });
  const { alias } = argument;
  const added = await addTrusted(host, session, certificates, {
    title,
    ...argument,
    ...(alias === undefined ? {} : { alias }),
  });
  return added.map((each) => each.alias);
}

/** From the report of a connectivity test. Adding what is there already is no error: the caller learns its alias. */
export async function addServerCertificate(
  host: Host,
  argument: AddServerCertificateArgument,
): Promise<string | undefined> {
  const title = t('Add to Keystore');
  if (!argument.der) {
    throw new FlowKeystoreError(
      'arguments',
      t('There is no certificate to add.'),
      {},
      t('Start this from the report of a connectivity test.'),
    );
  }
  const certificate = Certificate.parse(argument.der);
  const session = await chooseOpenKeystore(host, argument, { title, toChange: true });
  const [added] = await addTrusted(host, session, [certificate], { title, ...argument });
  return added?.alias ?? (session.keystore && trustedAs(session.keystore, certificate));
}

export interface TrustOptions extends FromCode {
  readonly title: string;
  /** For a single certificate. */
  readonly alias?: string;
  readonly server?: string;
  /** They are a person's choice already. */
  readonly chosen?: true;
}

export interface Named {
  readonly alias: string;
  readonly certificate: Certificate;
}

/** Adds certificates to what the keystore trusts, each seen and confirmed by a person first. */
export async function addTrusted(
  host: Host,
  session: KeystoreSession,
  certificates: readonly Certificate[],
  options: TrustOptions,
): Promise<readonly Named[]> {
  const keystore = session.keystore;
  if (!keystore) throw new GaveUp();
  const fresh = certificates.filter((certificate) => trustedAs(keystore, certificate) === undefined);
  const present = certificates.filter((certificate) => !fresh.includes(certificate));
  const [first] = present;
  if (!fresh.length) {
    if (!options.silent && first) {
      void showInformation(
        present.length === 1
          ? t('The certificate is there already, as "{0}".', trustedAs(keystore, first) ?? '')
          : t('All {0} certificates are there already.', present.length),
      );
    }
    return [];
  }
  const taken = keystore.entries.map(({ alias }) => alias);
  const chosen =
    options.silent || options.chosen ? fresh : await chooseOfBundle(host, fresh, present.length, options.title);
  const named = await nameThem(chosen, taken, options);
  if (!options.silent) await confirmTrust(host, session, named, options);
  await session.edit((current) => addCertificates(current, named));
  const last = named.at(-1);
  if (last) await host.tree.revealEntry(session, last.alias);
  if (!options.silent) {
    const text =
      named.length === 1
        ? t('"{0}" is in {1}', last?.alias ?? '', session.name)
        : t('{0} certificates are in {1}', named.length, session.name);
    void vscode.window.setStatusBarMessage(`$(verified) ${text}`, 10_000);
  }
  return named;
}

function trustedAs(keystore: Parameters<typeof entriesWith>[0], certificate: Certificate): string | undefined {
  return entriesWith(keystore, certificate).find(({ kind }) => kind === 'certificate')?.alias;
}

/** @param present how many of the bundle are in the keystore already */
async function chooseOfBundle(
  host: Host,
  fresh: readonly Certificate[],
  present: number,
  title: string,
): Promise<readonly Certificate[]> {
  if (fresh.length === 1) return fresh;
  const asked = await askChoices<Certificate>({
    title,
    placeholder: present
      ? t('Which ones are to be trusted? ({0} more are there already)', present)
      : t('Which ones are to be trusted?'),
    items: fresh.map((certificate) => ({
      label: certificate.subject.short,
      description: [
        roleText(standaloneRole(certificate)),
        validityText(certificate, host.now(), settings.warnDays()),
      ].join(' \u00b7 '),
      detail: `SHA-256 ${groups(certificate.sha256)}`,
      value: certificate,
    })),
    selected: fresh,
  });
  if (asked.kind !== 'answer' || !asked.value.length) throw new GaveUp();
  return asked.value;
}

async function nameThem(
  certificates: readonly Certificate[],
  taken: readonly string[],
  options: TrustOptions,
): Promise<Named[]> {
  const [only] = certificates;
  if (certificates.length === 1 && only) {
    const alias =
      options.alias ?? (options.silent ? proposeAlias(only, taken) : await askAlias(only, taken, options.title));
    const problem = checkAlias(alias, taken).find(({ severity }) => severity === 'error');
    if (problem) {
      const code = problem.code === 'taken' ? 'alias-exists' : 'alias-invalid';
      throw new FlowKeystoreError(code, aliasProblemText(problem), {}, t('Choose another alias.'));
    }
    return [{ alias, certificate: only }];
  }
  const propose = aliasProposer(taken);
  return certificates.map((certificate) => ({ alias: propose(certificate), certificate }));
}

async function askAlias(certificate: Certificate, taken: readonly string[], title: string): Promise<string> {
  const asked = await askText({
    title,
    prompt: t('Alias for {0}', certificate.subject.short),
    value: proposeAlias(certificate, taken),
    check: (value) => judgeAlias(value, taken),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

/** How many certificates are shown in full, and how many more on a line each: a dialogue does not scroll. */
const shownInFull = 3;
const shownInBrief = 8;

/** One question, with all that is needed to compare the certificates with what their owner says. */
async function confirmTrust(
  host: Host,
  session: KeystoreSession,
  named: readonly Named[],
  { server }: TrustOptions,
): Promise<void> {
  const [only] = named;
  const question =
    named.length === 1 && only
      ? t('Trust "{0}"?', only.certificate.subject.short)
      : t('Trust these {0} certificates?', named.length);
  const rows = named.slice(0, shownInFull).map((each) => trustText(each, host.now()));
  rows.push(
    named
      .slice(shownInFull, shownInFull + shownInBrief)
      .map(({ certificate }) => `${certificate.subject.short}: ${groups(certificate.sha256)}`)
      .join('\n'),
  );
  const rest = named.length - shownInFull - shownInBrief;
  if (rest > 0) rows.push(t('and {0} more, as chosen from the list before', rest));
  const why = server
    ? t(
        'It was sent by {0}, which proves nothing yet: compare the fingerprint with what the owner tells you another way.',
        server,
      )
    : t(
        'Compare the fingerprint with what the owner tells you another way. Servers that it vouches for will be trusted.',
      );
  const trust = t('Trust and Add to {0}', session.name);
  const detail = [...rows, why].filter(Boolean).join('\n\n');
  if (!(await confirmed(question, detail, trust))) throw new GaveUp();
}

function trustText({ alias, certificate }: Named, now: Date): string {
  return [
    t('Subject: {0}', certificate.subject.toString()),
    certificate.selfIssued ? t('Issuer: itself (self-signed)') : t('Issuer: {0}', certificate.issuer.toString()),
    t(
      'Valid: {0} to {1} ({2})',
      dateText(certificate.notBefore),
      dateText(certificate.notAfter),
      validityText(certificate, now, settings.warnDays()),
    ),
    t('Key: {0}', publicKeyText(certificate.publicKey)),
    t('SHA-256 fingerprint:'),
    fingerprintText(certificate.sha256),
    t('Alias: {0}', alias),
  ].join('\n');
}

async function certificatesOf(argument: ImportCertificateArgument): Promise<Certificate[]> {
  if (argument.text !== undefined) return [...readCertificates(argument.text).certificates];
  let { files } = argument;
  if (!files) {
    mayAsk(argument, 'files');
    const uris = await vscode.window.showOpenDialog({
      title: t('Import Certificate'),
      openLabel: t('Import'),
      canSelectMany: true,
      filters: {
        [t('Certificates')]: ['pem', 'crt', 'cer', 'der', 'p7b', 'p7c', 'p7', 'cert', 'txt'],
        [t('All files')]: ['*'],
      },
    });
    if (!uris) throw new GaveUp();
    files = uris.map(({ fsPath }) => fsPath);
  }
  const found = new Map<string, Certificate>();
  for (const file of files) {
    for (const certificate of await certificatesOfFile(file)) found.set(certificate.sha256, certificate);
  }
  return [...found.values()];
}

async function certificatesOfFile(file: string): Promise<readonly Certificate[]> {
  try {
    const { size } = await stat(file);
    if (size > maximumFile) {
      throw new FlowKeystoreError(
        'too-large',
        t('The file has {0} MB, too much for certificates.', Math.round(size / 1024 / 1024)),
      );
    }
    return readCertificates(await readFile(file)).certificates;
  } catch (error) {
    if (error instanceof FlowKeystoreError) throw error.at({ file });
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new FlowKeystoreError(
      'unreadable',
      t('{0} cannot be read ({1}).', path.basename(file), code),
      { file },
      undefined,
      {
        cause: error,
      },
    );
  }
}
