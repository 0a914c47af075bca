import * as vscode from 'vscode';
import { alternativeNameProblem, parseAlternativeNames } from '../../core/certificates/alternativeNames';
import { parseSubject, subjectText } from '../../core/certificates/subjectText';
import { endOfValidity, lastMoment, parseValidity } from '../../core/certificates/validity';
import { describeError } from '../../core/errors';
import { keySpecs, keySpecText, type KeySpec } from '../../core/keys/generate';
import { checkAlias } from '../../core/keystore/alias';
import { subjectFields } from '../../core/tenant/generate';
import type { GenerateDefaults } from '../storage/memory';
import { aliasProblemText, dateText } from '../ui/texts';
import { advancedSteps, beginOf, fittingSignature } from './generateAdvanced';
import { answered, itself, textStep, type GenerateAnswers, type Issuer } from './generateAnswers';
import { askChoice, askChoices, separator, type Choice, type Verdict } from './quickInput';
import { runSteps, type Step } from './steps';

const { t } = vscode.l10n;

interface Surroundings {
  /** Name of the keystore. */
  readonly keystore: string;
  /** Aliases of its entries. */
  readonly taken: readonly string[];
  /** Those that can sign: certification authorities. */
  readonly issuers: readonly Issuer[];
  readonly defaults: GenerateDefaults;
  readonly now: Date;
  /** A tenant makes it: the API has no words for usages, alternative names, an issuer, a serial number. */
  readonly onTenant?: true;
}

/** The wizard of Generate Key Pair: six or seven short steps and a summary from which each can be changed. Undefined when the person gave up. */
export async function generateInput(
  surroundings: Surroundings,
  start: Partial<GenerateAnswers>,
): Promise<GenerateAnswers | undefined> {
  const { onTenant } = surroundings;
  const asked = stepsFor(surroundings).filter(({ id }) => !onTenant || onTenantToo.has(id));
  const begin = onTenant ? { usage: [], alternativeNames: '', ...start } : start;
  const answers = await runSteps<GenerateAnswers>(asked, begin);
  if (!answers || !isComplete(answers)) return undefined;
  const { issuer, validFrom, serialNumber, signature, ...others } = answers;
  return {
    ...others,
    ...(issuer && { issuer }),
    ...(validFrom && { validFrom }),
    ...(serialNumber && { serialNumber }),
    ...(signature && { signature }),
  };
}

/** What a tenant can be told. */
const onTenantToo: ReadonlySet<string> = new Set(['alias', 'key', 'subject', 'validity', 'validFrom', 'summary']);

function isComplete(answers: Partial<GenerateAnswers>): answers is GenerateAnswers {
  const { alias, key, subject, validity, usage, alternativeNames } = answers;
  return [alias, key, subject, validity, usage, alternativeNames].every((answer) => answer !== undefined);
}

function stepsFor({ keystore, taken, issuers, defaults, now, onTenant }: Surroundings): Step<GenerateAnswers>[] {
  const title = t('Generate Key Pair in {0}', keystore);
  return [
    textStep(
      'alias',
      title,
      (state) => ({
        prompt: t('Alias: the name by which flows find the key pair'),
        placeholder: 'partner_a',
        value: state.alias ?? '',
        check: (value) => judgeAlias(value, taken),
      }),
      (alias) => ({ alias }),
    ),
    {
      id: 'key',
      ask: async (state, place) =>
        answered(
          await askChoice<string>({
            title,
            place,
            placeholder: t('Kind and size of the key'),
            items: keySpecs.map(keyChoice),
            active: state.key ?? defaults.key ?? 'RSA 3072',
          }),
          (key) => ({ key, ...fittingSignature({ ...state, key }, issuers) }),
        ),
    },
    textStep(
      'subject',
      title,
      (state) => {
        const proposed = state.subject ?? proposeSubject(state.alias ?? '', defaults.organization);
        return {
          prompt: onTenant
            ? t('Name in the certificate: CN and C (two letters) are needed; OU, O, L, ST, emailAddress can be there')
            : t(
                'Name in the certificate: CN, OU, O, L, ST, C, emailAddress, DC, serialNumber and others; the common name alone will do',
              ),
          placeholder: 'CN=Partner A, O=Example, C=DE',
          value: proposed,
          selection: commonNameIn(proposed),
          check: onTenant ? judgeForTenant : judgeSubject,
        };
      },
      (subject) => ({ subject: subjectText(parseSubject(subject)) }),
    ),
    textStep(
      'validity',
      title,
      (state) => ({
        prompt: t('How long it is valid: "2 years", "90 days", or the last day as "2028-12-31"'),
        value: state.validity ?? defaults.validity ?? '2 years',
        check: (value) => judgeValidity(value, now, beginOf(state, now)),
      }),
      (validity) => ({ validity: validity.trim() }),
    ),
    {
      id: 'usage',
      ask: async (state, place) =>
        answered(
          await askChoices<'clientAuth' | 'serverAuth'>({
            title,
            place,
            placeholder: t('What the certificate is for (extended key usage)'),
            items: [
              {
                label: t('Client authentication'),
                description: t('a flow shows it to a receiver'),
                value: 'clientAuth',
              },
              { label: t('Server authentication'), description: t('a server shows it'), value: 'serverAuth' },
            ],
            selected: state.usage ?? ['clientAuth'],
          }),
          (usage) => ({ usage }),
        ),
    },
    textStep(
      'alternativeNames',
      title,
      (state) => ({
        prompt: t(
          'Subject alternative names, separated by commas (may be left empty): DNS names, IP addresses, e-mail addresses, URIs',
        ),
        placeholder: 'client.partner.example, 10.0.0.1',
        value: state.alternativeNames ?? '',
        check: judgeAlternativeNames,
      }),
      (alternativeNames) => ({ alternativeNames }),
    ),
    {
      id: 'issuer',
      when: () => issuers.length > 0,
      ask: async (state, place) =>
        answered(
          await askChoice<string>({
            title,
            place,
            placeholder: t('Who signs the certificate?'),
            items: [
              { label: t('Itself'), description: t('self-signed, until an authority signs a request'), value: itself },
              separator(t('Certification authorities of the keystore')),
              ...issuers.map(({ alias }) => ({ label: alias, iconPath: new vscode.ThemeIcon('key'), value: alias })),
            ],
            active: state.issuer ?? itself,
          }),
          (issuer) => ({ issuer, ...fittingSignature({ ...state, issuer }, issuers) }),
        ),
    },
    ...advancedSteps(title, issuers, now),
    {
      id: 'summary',
      ask: async (state, place) => {
        const asked = await askChoice<string>({
          title,
          place,
          placeholder: t('Is this right? Choose a line to change it'),
          items: summaryOf(state, now, issuers.length > 0).filter(
            (item) => !onTenant || !('value' in item) || item.value === 'generate' || onTenantToo.has(item.value),
          ),
        });
        if (asked.kind === 'answer' && asked.value !== 'generate') return { kind: 'to', id: asked.value };
        return answered(asked, () => ({}));
      },
    },
  ];
}

function keyChoice(spec: KeySpec): Choice<string> {
  const text = keySpecText(spec);
  const remarks: Readonly<Record<string, string>> = {
    'RSA 2048': t('quick, the least that is still accepted'),
    'RSA 3072': t('recommended: understood everywhere'),
    'RSA 4096': t('takes a few seconds; what SAP proposes'),
    'EC P-256': t('short and quick; ask whether the receiver takes EC'),
  };
  return { label: text, description: remarks[text] ?? '', value: text };
}

function summaryOf(
  state: Readonly<Partial<GenerateAnswers>>,
  now: Date,
  canBeSigned: boolean,
): (Choice<string> | ReturnType<typeof separator>)[] {
  const validity = parseValidity(state.validity ?? '');
  const usages = { clientAuth: t('client authentication'), serverAuth: t('server authentication') };
  const row = (id: string, label: string, description: string): Choice<string> => ({
    label,
    description,
    iconPath: new vscode.ThemeIcon('edit'),
    value: id,
  });
  return [
    {
      label: t('Generate'),
      description: state.issuer
        ? t('with a certificate signed by "{0}"', state.issuer)
        : t('a self-signed certificate goes with it'),
      iconPath: new vscode.ThemeIcon('check'),
      value: 'generate',
    },
    separator(t('Change')),
    row('alias', t('Alias'), state.alias ?? ''),
    row('key', t('Key'), state.key ?? ''),
    row('subject', t('Name'), state.subject ?? ''),
    row('validity', t('Valid to'), validity ? dateText(endOfValidity(validity, beginOf(state, now))) : ''),
    row('usage', t('Used for'), (state.usage ?? []).map((usage) => usages[usage]).join(', ') || t('anything')),
    row(
      'alternativeNames',
      t('Alternative names'),
      state.alternativeNames === '' ? t('none') : (state.alternativeNames ?? ''),
    ),
    // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing -- empty stands for itself
    ...(canBeSigned ? [row('issuer', t('Signed by'), state.issuer || t('itself'))] : []),
    separator(t('Advanced')),
    row('validFrom', t('Valid from'), state.validFrom ? dateText(beginOf(state, now)) : t('now')),
    // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing -- empty stands for a random one
    row('serialNumber', t('Serial number'), state.serialNumber || t('random')),
    // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing -- empty stands for what fits
    row('signature', t('Signature'), state.signature || t('as fits the key')),
  ];
}

/** SAP's rules for aliases; what only the tenant refuses is a warning. */
export function judgeAlias(alias: string, taken: readonly string[]): Verdict | undefined {
  const [problem] = [...checkAlias(alias, taken)].sort(
    (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'),
  );
  return problem && { severity: problem.severity, text: aliasProblemText(problem) };
}

function judgeSubject(text: string): Verdict | undefined {
  try {
    parseSubject(text);
    return undefined;
  } catch (error) {
    return { severity: 'error', text: describeError(error) };
  }
}

function judgeForTenant(text: string): Verdict | undefined {
  try {
    subjectFields(parseSubject(text));
    return undefined;
  } catch (error) {
    return { severity: 'error', text: describeError(error) };
  }
}

/** A length of time or a day, in the future. */
export function judgeValidity(text: string, now: Date, from = now): Verdict | undefined {
  const validity = parseValidity(text);
  if (!validity) {
    return {
      severity: 'error',
      text: t('Write a length ("2 years", "18 months", "90 days") or a day ("2028-12-31").'),
    };
  }
  const end = endOfValidity(validity, from);
  if (!(end > now)) return { severity: 'error', text: t('That day is over.') };
  if (!(end > from)) return { severity: 'error', text: t('It is valid from {0} only.', dateText(from)) };
  if (!(end <= lastMoment)) return { severity: 'error', text: t('That is further away than a certificate can say.') };
  return { severity: 'information', text: t('Valid to {0}', dateText(end)) };
}

function judgeAlternativeNames(text: string): Verdict | undefined {
  const problem = parseAlternativeNames(text)
    .map(alternativeNameProblem)
    .find((found) => found !== undefined);
  return problem === undefined ? undefined : { severity: 'error', text: problem };
}

function proposeSubject(alias: string, organization: string | undefined): string {
  const own = subjectText([{ label: 'CN', value: alias.slice(0, 64) }]);
  return organization ? `${own}, ${organization}` : own;
}

/** Where the common name lies in a name that begins with it: what is typed replaces it alone. */
function commonNameIn(subject: string): [number, number] {
  const end = /(?<!\\)[,+]/.exec(subject)?.index ?? subject.length;
  return subject.startsWith('CN=') ? [3, end] : [0, subject.length];
}
