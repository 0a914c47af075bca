import * as vscode from 'vscode';
import {
  alternativeNameProblem,
  issueCertificate,
  parseAlternativeNames,
  type AlternativeName,
  type SubjectAttribute,
} from '../../core/certificates/issue';
import { parseSubject, subjectText } from '../../core/certificates/subjectText';
import { endOfValidity, lastMoment, parseValidity } from '../../core/certificates/validity';
import { FlowKeystoreError } from '../../core/errors';
import { generateKeys, keySpecs, keySpecText, privateKeyInfoOf, type KeySpec } from '../../core/keys/generate';
import { sealFor } from '../../core/keystore/store';
import { checkAlias } from '../../core/keystore/alias';
import { addKeyPair } from '../../core/keystore/edit';
import { generateInput, type GenerateAnswers } from '../input/generateInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { withProgress } from '../ui/progress';
import { aliasProblemText, dateText } from '../ui/texts';
import { chooseOpenKeystore, GaveUp } from './choosing';
import type { GenerateKeyPairArgument } from './commandMap';

const { t } = vscode.l10n;

/** What a certificate made now may be before: clocks of servers differ a little. */
const clockTolerance = 5 * 60 * 1000;

/** Generates a key pair with a self-signed certificate into a keystore. Asks for what the argument leaves open, unless it has all that matters. */
export async function generateKeyPair(host: Host, argument: GenerateKeyPairArgument): Promise<string | undefined> {
  const session = await chooseOpenKeystore(host, argument, { title: t('Generate Key Pair'), toChange: true });
  const answers = await answersFor(host, session, argument);
  const plan = planOf(session, answers, host.now());
  const title = t('Generating {0} for "{1}"', keySpecText(plan.spec), plan.alias);
  await withProgress(title, async (signal, report) => {
    const keys = await generateKeys(plan.spec, signal);
    report(t('making the certificate'));
    const certificate = await issueCertificate({
      subject: plan.subject,
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      notBefore: plan.notBefore,
      notAfter: plan.notAfter,
      extendedKeyUsage: plan.usage,
      alternativeNames: plan.alternativeNames,
    });
    signal.throwIfAborted();
    report(t('saving'));
    await session.edit(async (keystore, password) => {
      const key = await sealFor(keystore.type, privateKeyInfoOf(keys), password);
      return addKeyPair(keystore, { alias: plan.alias, key, chain: [certificate], created: host.now() });
    });
  });
  await host.tree.revealEntry(session, plan.alias);
  if (!argument.silent) {
    void vscode.window.setStatusBarMessage(
      `$(key) ${t('Key pair "{0}" is in {1}, valid to {2}', plan.alias, session.name, dateText(plan.notAfter))}`,
      10_000,
    );
  }
  return plan.alias;
}

async function answersFor(
  host: Host,
  session: KeystoreSession,
  argument: GenerateKeyPairArgument,
): Promise<GenerateAnswers> {
  const { alias, subject } = argument;
  if (alias !== undefined && subject !== undefined) {
    return {
      alias,
      subject,
      key: argument.key ?? 'RSA 3072',
      validity: argument.validity ?? '2 years',
      usage: argument.usage ?? ['clientAuth'],
      alternativeNames: argument.alternativeNames ?? '',
    };
  }
  if (argument.silent) throw new FlowKeystoreError('arguments', 'The arguments "alias" and "subject" are needed.');
  const taken = session.keystore?.entries.map((entry) => entry.alias) ?? [];
  const answers = await generateInput(
    { keystore: session.name, taken, defaults: host.memory.generateDefaults, now: host.now() },
    alias === undefined ? {} : { alias },
  );
  if (!answers) throw new GaveUp();
  await host.memory.setGenerateDefaults({
    key: answers.key,
    validity: answers.validity,
    organization: subjectText(parseSubject(answers.subject).filter(({ label }) => label !== 'CN')),
  });
  return answers;
}

interface Plan {
  readonly alias: string;
  readonly spec: KeySpec;
  readonly subject: readonly SubjectAttribute[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly usage: readonly ('clientAuth' | 'serverAuth')[];
  readonly alternativeNames: readonly AlternativeName[];
}

/** @throws FlowKeystoreError `alias-invalid`, `alias-exists`, `value-invalid` */
function planOf(session: KeystoreSession, answers: GenerateAnswers, now: Date): Plan {
  const taken = session.keystore?.entries.map(({ alias }) => alias) ?? [];
  const problem = checkAlias(answers.alias, taken).find(({ severity }) => severity === 'error');
  if (problem) {
    throw new FlowKeystoreError(
      problem.code === 'taken' ? 'alias-exists' : 'alias-invalid',
      aliasProblemText(problem),
      { file: session.file },
      t('Choose another alias.'),
    );
  }
  const spec = keySpecs.find((candidate) => keySpecText(candidate) === answers.key);
  if (!spec) {
    throw new FlowKeystoreError(
      'value-invalid',
      t('"{0}" is no kind of key.', answers.key),
      {},
      keySpecs.map(keySpecText).join(', '),
    );
  }
  const validity = parseValidity(answers.validity);
  const notBefore = new Date(now.getTime() - clockTolerance);
  const notAfter = validity && endOfValidity(validity, now);
  if (!notAfter || !(notAfter > now && notAfter <= lastMoment)) {
    throw new FlowKeystoreError('value-invalid', t('"{0}" is no time in the future.', answers.validity));
  }
  const alternativeNames = parseAlternativeNames(answers.alternativeNames);
  const wrong = alternativeNames.map(alternativeNameProblem).find((found) => found !== undefined);
  if (wrong !== undefined) throw new FlowKeystoreError('value-invalid', wrong);
  return {
    alias: answers.alias,
    spec,
    subject: parseSubject(answers.subject),
    notBefore,
    notAfter,
    usage: answers.usage,
    alternativeNames,
  };
}
