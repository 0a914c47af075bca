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
  /** The same test as an openssl command; absent until there is one. */
  readonly command?: string;
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
  /** 0 is the server's own certificate. */
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

export type CopyFormat = 'markdown' | 'json' | 'command';

export type ToConnectivityReport =
  | { readonly type: 'strings'; readonly strings: ReportStrings }
  | { readonly type: 'report'; readonly report: ReportView };

export type FromConnectivityReport =
  | { readonly type: 'ready' }
  | { readonly type: 'testAgain' }
  | { readonly type: 'cancel' }
  /** A request; answered when the person has decided. */
  | { readonly type: 'addToKeystore'; readonly certificate: number }
  | { readonly type: 'copy'; readonly format: CopyFormat };

export interface ReportStrings {
  readonly steps: string;
  readonly chain: string;
  readonly issuers: string;
  readonly issuersNone: string;
  readonly candidates: string;
  readonly usable: string;
  readonly notUsable: string;
  readonly command: string;
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
  command: optional(text),
});

const strings = shape<ReportStrings>({
  steps: text,
  chain: text,
  issuers: text,
  issuersNone: text,
  candidates: text,
  usable: text,
  notUsable: text,
  command: text,
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
  copy: { format: word('markdown', 'json', 'command') },
});
