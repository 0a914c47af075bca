import { count, flag, list, messages, optional, shape, text, word, type Guard } from './guards';

/** Between the connectivity report's view and its host. Public facts of a handshake alone. */

export type Outcome = 'ok' | 'warning' | 'failed' | 'running';
export type StepState = 'ok' | 'warning' | 'failed' | 'skipped' | 'running' | 'pending';

export interface ReportView {
  readonly target: string;
  readonly outcome: Outcome;
  /** The verdict, in words that can be forwarded. */
  readonly headline: string;
  readonly explanation: string;
  /** What a good verdict proved, and what it did not. */
  readonly proof: readonly string[];
  /** TLS version, tested from, time, duration. */
  readonly facts: readonly string[];
  readonly steps: readonly StepView[];
  readonly chain: readonly ChainRow[];
  /** What is missing from the chain or the keystore, in a sentence. */
  readonly missing?: string;
  /** Distinguished names of the issuers the server accepts. */
  readonly acceptableIssuers: readonly string[];
  readonly candidates: readonly CandidateView[];
  /** What is otherwise than in the test before. */
  readonly changes: readonly string[];
  /** What can be done, beside adding a certificate; the first is the next. */
  readonly actions: readonly ActionView[];
  /** Before there is a result, there is nothing to copy. */
  readonly complete: boolean;
  /** The same test with other tools. */
  readonly commands: readonly CommandView[];
}

export interface StepView {
  /** Stays the same while a test runs, so that what was opened stays open. */
  readonly id: string;
  readonly name: string;
  readonly state: StepState;
  readonly stateWord: string;
  readonly message: string;
  readonly details: readonly DetailView[];
}

export interface DetailView {
  readonly label: string;
  readonly value: string;
}

export interface ChainRow {
  /** How many certificates stand above it: 0 is the top of the tree. */
  readonly depth: number;
  readonly subject: string;
  /** Leaf, intermediate, root, "not in the keystore", "not sent". */
  readonly role: string;
  /** `untrusted`: in order itself, and nobody vouches for it. */
  readonly state: 'ok' | 'warning' | 'failed' | 'missing' | 'untrusted';
  readonly details: readonly DetailView[];
  /** To be asked for with `addToKeystore`; absent where there is nothing to add. */
  readonly add?: { readonly certificate: number; readonly label: string };
}

export interface CandidateView {
  readonly alias: string;
  readonly usable: boolean;
  readonly why: string;
}

export interface ActionView {
  /** What is asked for with `act`. */
  readonly id: string;
  readonly label: string;
}

export interface CommandView {
  readonly title: string;
  readonly command: string;
}

export type CopyFormat = 'markdown' | 'json';

export type ToConnectivityReport =
  | { readonly type: 'strings'; readonly strings: ReportStrings }
  | { readonly type: 'report'; readonly report: ReportView };

export type FromConnectivityReport =
  | { readonly type: 'ready' }
  | { readonly type: 'testAgain' }
  | { readonly type: 'cancel' }
  /** A request; answered when the person has decided. */
  | { readonly type: 'addToKeystore'; readonly certificate: number }
  /** A request; answered when it is done. */
  | { readonly type: 'act'; readonly action: string }
  | { readonly type: 'copy'; readonly format: CopyFormat }
  /** By its place in the list. */
  | { readonly type: 'copyCommand'; readonly command: number };

export interface ReportStrings {
  readonly steps: string;
  readonly chain: string;
  readonly issuers: string;
  readonly issuersNone: string;
  readonly candidates: string;
  readonly usable: string;
  readonly notUsable: string;
  readonly changes: string;
  readonly commands: string;
  readonly commandHelp: string;
  readonly copyCommand: string;
  readonly testAgain: string;
  readonly cancel: string;
  readonly copyMarkdown: string;
  readonly copyJson: string;
  readonly copied: string;
  readonly verdict: string;
}

const detail = shape<DetailView>({ label: text, value: text });

const report = shape<ReportView>({
  target: text,
  outcome: word('ok', 'warning', 'failed', 'running'),
  headline: text,
  explanation: text,
  proof: list(text),
  facts: list(text),
  steps: list(
    shape<StepView>({
      id: text,
      name: text,
      state: word('ok', 'warning', 'failed', 'skipped', 'running', 'pending'),
      stateWord: text,
      message: text,
      details: list(detail),
    }),
  ),
  chain: list(
    shape<ChainRow>({
      depth: count,
      subject: text,
      role: text,
      state: word('ok', 'warning', 'failed', 'missing', 'untrusted'),
      details: list(detail),
      add: optional(shape<NonNullable<ChainRow['add']>>({ certificate: count, label: text })),
    }),
  ),
  missing: optional(text),
  acceptableIssuers: list(text),
  candidates: list(shape<CandidateView>({ alias: text, usable: flag, why: text })),
  changes: list(text),
  actions: list(shape<ActionView>({ id: text, label: text })),
  complete: flag,
  commands: list(shape<CommandView>({ title: text, command: text })),
});

const strings = shape<ReportStrings>({
  steps: text,
  chain: text,
  issuers: text,
  issuersNone: text,
  candidates: text,
  usable: text,
  notUsable: text,
  changes: text,
  commands: text,
  commandHelp: text,
  copyCommand: text,
  testAgain: text,
  cancel: text,
  copyMarkdown: text,
  copyJson: text,
  copied: text,
  verdict: text,
});

export const isToConnectivityReport: Guard<ToConnectivityReport> = messages<ToConnectivityReport>({
  strings: { strings },
  report: { report },
});

export const isFromConnectivityReport: Guard<FromConnectivityReport> = messages<FromConnectivityReport>({
  ready: {},
  testAgain: {},
  cancel: {},
  addToKeystore: { certificate: count },
  act: { action: text },
  copy: { format: word('markdown', 'json') },
  copyCommand: { command: count },
});
