import * as vscode from 'vscode';
import { publicKeyText } from '../../core/certificates/publicKey';
import type { KeyPairEntry } from '../../core/keystore/model';
import { predecessorAlias, type Renewal } from '../../core/keystore/renewal';
import { hostsOf } from '../../core/report/keyUses';
import { firstFew } from '../../core/firstFew';
import { askChoice, separator, type Choice, type Separator } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { usesOfAlias } from '../services/receivers';
import { settings } from '../services/settings';
import { dateText, validityText } from '../ui/texts';
import type { RenewKeyPairArgument } from './commandMap';
import { lastResults, verdictSummary } from './renewalTests';

const { t } = vscode.l10n;

export type RenewalStep = NonNullable<RenewKeyPairArgument['step']>;

/** Where a renewal stands, and what can be done next; the next step is the one that is chosen by Enter. Undefined: the person left. */
export async function askRenewalStep(
  host: Host,
  session: KeystoreSession,
  renewal: Renewal,
): Promise<RenewalStep | undefined> {
  const { current, successor } = renewal;
  const uses = await usesOfAlias(current.alias);
  const hosts = hostsOf(uses);
  const used = !uses.length
    ? t('no channel of this workspace uses it')
    : uses.length === 1
      ? t('used by 1 channel: {0}', firstFew(hosts, 3))
      : t('used by {0} channels: {1}', uses.length, firstFew(hosts, 3));
  const [leaf] = current.chain;
  const ends = leaf ? validityText(leaf, host.now(), settings.expiryThresholds()) : '';
  const items: (Choice<RenewalStep> | Separator)[] = [];
  if (successor) items.push(...(await stepsWith(host, session, renewal, successor, uses.length)));
  else items.push(...stepsWithout(renewal));
  const asked = await askChoice<RenewalStep>({
    title: t('Renewal of "{0}" in {1}', current.alias, session.name),
    placeholder: `${[ends, used].filter(Boolean).join(', ')}. ${placeholderOf(renewal)}`,
    items,
    active: nextStep(host, renewal, uses.length),
  });
  return asked.kind === 'answer' ? asked.value : undefined;
}

function placeholderOf({ stage }: Renewal): string {
  switch (stage) {
    case 'generate':
      return t('There is no successor yet. What is next?');
    case 'switch':
      return t('The successor is there. What is next?');
    case 'switched':
      return t('The successor has taken over. What is next?');
  }
}

function nextStep(host: Host, { successor, stage }: Renewal, channels: number): RenewalStep {
  if (!successor) return stage === 'switched' ? 'letter' : 'generate';
  const results = lastResults(host, successor);
  if (!results.length) return channels ? 'test' : 'kit';
  return results.every(({ ok }) => ok) ? 'switch' : 'kit';
}

function row(icon: string, label: string, description: string, value: RenewalStep): Choice<RenewalStep> {
  return { label, description, iconPath: new vscode.ThemeIcon(icon), value };
}

function stepsWithout({ current, predecessor }: Renewal): Choice<RenewalStep>[] {
  const [leaf] = current.chain;
  const key = leaf ? publicKeyText(leaf.publicKey) : '';
  const generate = row(
    'add',
    t('Generate the successor'),
    t('{0}, same name and usages, beside the one in use', key),
    'generate',
  );
  const fromFile = row(
    'desktop-download',
    t('Import the successor...'),
    t('a key pair or a private key that was made elsewhere'),
    'import',
  );
  if (!predecessor) return [generate, fromFile];
  return [
    row('mail', t('Letter to the partners'), t('{0} has taken over', current.alias), 'letter'),
    row('add', t('Generate a further successor'), key, 'generate'),
    fromFile,
  ];
}

async function stepsWith(
  host: Host,
  session: KeystoreSession,
  { current }: Renewal,
  successor: KeyPairEntry,
  channels: number,
): Promise<(Choice<RenewalStep> | Separator)[]> {
  const [leaf] = successor.chain;
  const known = await vscode.commands.getCommands(true);
  const facts = leaf
    ? [
        publicKeyText(leaf.publicKey),
        leaf.selfIssued ? t('self-signed') : t('signed by {0}', leaf.issuer.short),
        t('valid to {0}', dateText(leaf.notAfter)),
      ]
    : [];
  const old = session.keystore ? predecessorAlias(session.keystore, current) : '';
  return [
    separator([successor.alias, ...facts].join(' \u00b7 ')),
    ...(known.includes('flowKeystore.createRequest')
      ? [row('file-symlink-file', t('Have it signed'), t('make a certification request for an authority'), 'request')]
      : []),
    ...(known.includes('flowKeystore.importResponse')
      ? [row('reply', t('Import the signed certificate'), t('what the authority answered'), 'response')]
      : []),
    row('package', t('Hand it over'), t('a kit for the administrators of the receivers'), 'kit'),
    row('mail', t('Letter to the partners'), t('old and new serial number, fingerprints, day of the switch'), 'letter'),
    row(
      'beaker',
      channels === 1 ? t('Test the channel with it') : t('Test {0} channels with it', channels),
      verdictSummary(lastResults(host, successor)),
      'test',
    ),
    row(
      'arrow-swap',
      t('Switch'),
      t('{0} becomes {1}, {2} becomes {0}', current.alias, old, successor.alias),
      'switch',
    ),
  ];
}
