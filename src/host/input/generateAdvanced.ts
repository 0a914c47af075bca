import * as vscode from 'vscode';
import { parseSerialNumber, signatureNames } from '../../core/certificates/chosenValues';
import { endOfValidity, parseMoment, parseValidity } from '../../core/certificates/validity';
import { dateText } from '../ui/texts';
import { answered, itself, textStep, type GenerateAnswers, type Issuer } from './generateAnswers';
import { askChoice, type Verdict } from './quickInput';
import type { Step } from './steps';

const { t } = vscode.l10n;

type State = Readonly<Partial<GenerateAnswers>>;

/** What few need to say of a new key pair: each is reached from the summary alone. */
export function advancedSteps(title: string, issuers: readonly Issuer[], now: Date): Step<GenerateAnswers>[] {
  return [
    {
      ...textStep(
        'validFrom',
        title,
        (state) => ({
          prompt: t(
            'The first day ("2027-01-31") or a time, UTC ("2027-01-31 14:30"), from which it is valid; empty: from now on',
          ),
          placeholder: t('now'),
          value: state.validFrom ?? '',
          check: (value) => judgeValidFrom(value, state, now),
        }),
        (validFrom) => ({ validFrom: validFrom.trim() }),
      ),
      aside: true,
    },
    {
      ...textStep(
        'serialNumber',
        title,
        (state) => ({
          prompt: t('Serial number of the certificate in hex, at most 20 octets; empty: a random one'),
          placeholder: t('random'),
          value: state.serialNumber ?? '',
          check: judgeSerialNumber,
        }),
        (serialNumber) => ({ serialNumber: serialNumber.trim() }),
      ),
      aside: true,
    },
    {
      id: 'signature',
      aside: true,
      ask: async (state, place) =>
        answered(
          await askChoice<string>({
            title,
            place,
            placeholder: t('What the certificate is signed with'),
            items: [
              { label: t('As fits the key'), description: t('SHA-256, longer for EC P-384 and P-521'), value: itself },
              ...signatureNames(signingAlgorithm(state, issuers)).map((name) => ({ label: name, value: name })),
            ],
            active: state.signature ?? itself,
          }),
          (signature) => ({ signature }),
        ),
    },
  ];
}

/** Of the key that signs: the issuer's, or the new one. */
function signingAlgorithm({ issuer, key = '' }: State, issuers: readonly Issuer[]): string {
  return issuers.find(({ alias }) => alias === issuer)?.algorithm ?? key.split(' ')[0] ?? '';
}

/** A signature that was chosen for another kind of key is left to itself again. */
export function fittingSignature(state: State, issuers: readonly Issuer[]): Partial<GenerateAnswers> {
  const { signature = itself } = state;
  return signatureNames(signingAlgorithm(state, issuers)).includes(signature) ? { signature } : { signature: itself };
}

/** When the validity begins. */
export function beginOf({ validFrom = '' }: State, now: Date): Date {
  return parseMoment(validFrom) ?? now;
}

function judgeValidFrom(text: string, { validity = '' }: State, now: Date): Verdict | undefined {
  if (text.trim() === '') return undefined;
  const begin = parseMoment(text);
  if (!begin) {
    return { severity: 'error', text: t('Write a day ("2027-01-31") or a time ("2027-01-31 14:30").') };
  }
  const length = parseValidity(validity);
  const end = length && endOfValidity(length, begin);
  if (end && end <= begin) return { severity: 'error', text: t('It is valid to {0} only.', dateText(end)) };
  if (end && end <= now) return { severity: 'error', text: t('It would be over by now: {0}.', dateText(end)) };
  return begin > now
    ? { severity: 'warning', text: t('Until then a receiver refuses it.') }
    : { severity: 'information', text: t('Valid from {0}', dateText(begin)) };
}

function judgeSerialNumber(text: string): Verdict | undefined {
  return text.trim() === '' || parseSerialNumber(text) !== undefined
    ? undefined
    : { severity: 'error', text: t('Write at most 20 octets in hex, not zero: 4f2a or 4F:2A.') };
}
