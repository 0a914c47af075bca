import type { Span, TextEdit } from '../flow/model';

/** One thing wrong or worth knowing in a flow. Data alone: the sentence is made where it is shown (`report/findingText`, the host). */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Where the mistake is to be mended: the value in the flow, or in parameters.prop where the value is a whole parameter. */
  readonly place: Place;
  /** The value in the flow, where `place` is in parameters.prop. */
  readonly related?: Place;
  readonly channel?: { readonly id: string; readonly name: string; readonly adapter: string };
  /** Further channels with the same finding at the same place: a parameter may be shared. */
  readonly alsoIn?: readonly string[];
  readonly parameters: FindingParameters;
  readonly fixes?: readonly Fix[];
}

export type Severity = 'error' | 'warning' | 'information';

export type FindingCode =
  | 'alias-missing'
  | 'alias-case'
  | 'alias-not-a-key-pair'
  | 'alias-without-certificate'
  | 'alias-empty'
  | 'alias-not-supported'
  | 'alias-sap-owned'
  | 'certificate-expired'
  | 'certificate-expiring'
  | 'certificate-not-yet-valid'
  | 'client-certificate-over-http'
  | 'client-certificate-on-premise'
  | 'parameter-undefined';

export interface Place {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** In the file's text. */
  readonly span: Span;
}

/** The facts a sentence is made of; which are there follows from the code. */
export interface FindingParameters {
  readonly alias?: string;
  /** The alias as the keystore has it, where it differs in case. */
  readonly storedAlias?: string;
  /** Names of the keystores looked in, or of the one the entry is in. */
  readonly keystores?: readonly string[];
  /** Of the keystores that could not be looked into. */
  readonly locked?: readonly string[];
  readonly entryKind?: string;
  /** ISO 8601, the day. */
  readonly date?: string;
  readonly days?: number;
  readonly parameter?: string;
  readonly address?: string;
  /** Of the key in the flow. */
  readonly key?: string;
  readonly adapter?: string;
  /** Whether the channel's authentication is known to use the alias; else it may. */
  readonly certain?: boolean;
}

/** A change that would mend it, one of several to choose from. */
export interface Fix {
  readonly code: 'use-alias';
  readonly value: string;
  readonly file: string;
  readonly edits: readonly TextEdit[];
}
