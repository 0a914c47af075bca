import { askText, type Asked, type AskText } from './quickInput';
import type { Step, StepAnswer } from './steps';

/** A new key pair, in the words a person answers with. */
export interface GenerateAnswers {
  readonly alias: string;
  /** `RSA 3072`. */
  readonly key: string;
  readonly subject: string;
  readonly validity: string;
  readonly usage: readonly ('clientAuth' | 'serverAuth')[];
  readonly alternativeNames: string;
  /** Alias of the entry that signs; self-signed when absent. */
  readonly issuer?: string;
  /** `2027-01-31`; from now on when absent. */
  readonly validFrom?: string;
  /** Hex; a random one when absent. */
  readonly serialNumber?: string;
  /** `SHA512withRSA`; what fits the key that signs when absent. */
  readonly signature?: string;
}

/** A certification authority of the keystore. */
export interface Issuer {
  readonly alias: string;
  /** Of its key. */
  readonly algorithm: string;
}

/** Stands for what is left to itself; no alias, number or name is empty. */
export const itself = '';

type State = Readonly<Partial<GenerateAnswers>>;

/** What is answered with a line of text. */
export function textStep(
  id: keyof GenerateAnswers,
  title: string,
  question: (state: State) => Omit<AskText, 'title' | 'place'>,
  answer: (text: string) => Partial<GenerateAnswers>,
): Step<GenerateAnswers> {
  return {
    id,
    ask: async (state, place) => answered(await askText({ title, place, ...question(state) }), answer),
  };
}

export function answered<V>(
  asked: Asked<V>,
  answer: (value: V) => Partial<GenerateAnswers>,
): StepAnswer<GenerateAnswers> {
  return asked.kind === 'answer' ? { kind: 'next', answer: answer(asked.value) } : asked;
}
