import * as vscode from 'vscode';
import { parseSubject, subjectText, withoutCommonName } from '../../core/certificates/subjectText';
import { FlowKeystoreError } from '../../core/errors';
import { keySpecText } from '../../core/keys/generate';
import { certificateOf } from '../../core/keystore/chain';
import { addKeyPair } from '../../core/keystore/edit';
import { isIssuingEntry, makeKeyPair, planKeyPair, type KeyPairPlan } from '../../core/keystore/newKeyPair';
import { sealFor } from '../../core/keystore/store';
import { signingKeyOf } from '../../core/keystore/useKey';
import type { GenerateAnswers } from '../input/generateAnswers';
import { generateInput } from '../input/generateInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { generateInTenant } from '../tenants/generateInTenant';
import type { TenantKeystoreSession } from '../tenants/tenantKeystore';
import { showInformation } from '../ui/messages';
import { withProgress } from '../ui/progress';
import { dateText } from '../ui/texts';
import { chooseOpenKeystore, GaveUp } from './choosing';
import type { GenerateKeyPairArgument, NewKeyArgument } from './commandMap';
import { unlockKey } from './keyPassword';
import { sealForNewKey } from './newKeySeal';

const { t } = vscode.l10n;

/**
 * Generates a key pair into a keystore, its certificate self-signed or signed by an authority of the keystore. Asks for what the argument leaves
 * open, unless it has all that matters.
 */
export async function generateKeyPair(host: Host, argument: GenerateKeyPairArgument): Promise<string | undefined> {
  const session = await chooseOpenKeystore(host, argument, { title: t('Generate Key Pair'), toChange: true });
  const answers = await answersFor(host, session, argument);
  const plan = planIn(session, answers, host.now());
  await addGenerated(host, session, plan, argument);
  return plan.alias;
}

/** @throws FlowKeystoreError what `planKeyPair` throws, with the file */
export function planIn(session: KeystoreSession, wish: Parameters<typeof planKeyPair>[0], now: Date): KeyPairPlan {
  const { keystore } = session;
  if (!keystore) throw new GaveUp();
  try {
    return planKeyPair(wish, keystore, now);
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: session.file }) : error;
  }
}

/** Generates, certifies and saves what was planned, with progress; shows it in the tree. */
export async function addGenerated(
  host: Host,
  session: KeystoreSession,
  plan: KeyPairPlan,
  argument: NewKeyArgument,
): Promise<void> {
  if (session.tenant) {
    await generateThere(host, session.tenant, plan, argument);
    return;
  }
  const { issuer } = plan;
  const seal = await sealForNewKey(session, plan.alias, argument);
  if (issuer) await unlockKey(session, issuer, argument);
  const title = t('Generating {0} for "{1}"', keySpecText(plan.spec), plan.alias);
  await withProgress(title, async (signal, report) => {
    const issuerKey = issuer && (await signingKeyOf(issuer, session.passwords(), signal));
    const made = await makeKeyPair(plan, {
      signal,
      onGenerated: () => report(t('making the certificate')),
      ...(issuerKey && { issuerKey }),
    });
    report(t('saving'));
    await session.edit(async (keystore, password) => {
      const key = await sealFor(keystore.type, made.privateKeyInfo, seal.passwordWith(password));
      return addKeyPair(keystore, { alias: plan.alias, key, chain: made.chain, created: host.now() });
    });
    made.privateKeyInfo.fill(0);
    await seal.remember(plan.alias);
  });
  await host.tree.revealEntry(session, plan.alias);
  if (argument.silent) return;
  void vscode.window.setStatusBarMessage(
    `$(key) ${t('Key pair "{0}" is in {1}, valid to {2}', plan.alias, session.name, dateText(plan.notAfter))}`,
    10_000,
  );
}

/** The private key never leaves the tenant. */
async function generateThere(
  host: Host,
  tenant: TenantKeystoreSession,
  plan: KeyPairPlan,
  argument: NewKeyArgument,
): Promise<void> {
  await generateInTenant(tenant, plan);
  await host.tree.revealEntry(tenant, plan.alias);
  if (argument.silent) return;
  const request = t('Create Certification Request...');
  const said = t(
    '"{0}" is on {1}, self-signed; an authority has to sign it before partners trust it.',
    plan.alias,
    tenant.name,
  );
  if ((await showInformation(said, request)) !== request) return;
  const argumentFor = { keystore: tenant.uri.toString(), alias: plan.alias };
  await vscode.commands.executeCommand('flowKeystore.createRequest', argumentFor);
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
      ...(argument.issuer !== undefined && { issuer: argument.issuer }),
      ...(argument.validFrom !== undefined && { validFrom: argument.validFrom }),
      ...(argument.serialNumber !== undefined && { serialNumber: argument.serialNumber }),
      ...(argument.signature !== undefined && { signature: argument.signature }),
    };
  }
  if (argument.silent) throw new FlowKeystoreError('arguments', 'The arguments "alias" and "subject" are needed.');
  const entries = session.keystore?.entries ?? [];
  const taken = entries.map((entry) => entry.alias);
  const issuers = entries
    .filter(isIssuingEntry)
    .map((entry) => ({ alias: entry.alias, algorithm: certificateOf(entry)?.publicKey.algorithm ?? '' }));
  const answers = await generateInput(
    {
      ...{ keystore: session.name, taken, defaults: host.memory.generateDefaults, now: host.now() },
      issuers: session.tenant ? [] : issuers,
      ...(session.tenant && { onTenant: true }),
    },
    alias === undefined ? {} : { alias },
  );
  if (!answers) throw new GaveUp();
  await host.memory.setGenerateDefaults({
    key: answers.key,
    validity: answers.validity,
    organization: subjectText(withoutCommonName(parseSubject(answers.subject))),
  });
  return answers;
}
