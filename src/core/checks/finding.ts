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
  /** Where the value is a step's. */
  readonly step?: { readonly id: string; readonly name: string; readonly activity: string };
  /** Further channels and steps with the same finding at the same place: a parameter may be shared. */
  readonly alsoIn?: readonly string[];
  readonly parameters: FindingParameters;
  readonly fixes?: readonly Fix[];
}

export type Severity = 'error' | 'warning' | 'information';

/** The id of a rule. Stable: settings, pipelines and suppressions name it. What each is about: `ruleCatalog`. */
export type FindingCode =
  | 'alias-missing'
  | 'alias-case'
  | 'alias-not-a-key-pair'
  | 'alias-not-a-certificate'
  | 'alias-without-certificate'
  | 'alias-empty'
  | 'alias-not-supported'
  | 'alias-too-long'
  | 'alias-sap-owned'
  | 'alias-left-over'
  | 'alias-dynamic'
  | 'credential-left-over'
  | 'certificate-expired'
  | 'certificate-expiring'
  | 'certificate-not-yet-valid'
  | 'certificate-self-signed'
  | 'certificate-not-for-clients'
  | 'chain-incomplete'
  | 'key-unsuited'
  | 'client-certificate-over-http'
  | 'client-certificate-on-premise'
  | 'password-over-http'
  | 'https-on-premise'
  | 'oauth-on-premise'
  | 'principal-propagation-on-internet'
  | 'address-is-ip'
  | 'receiver-not-trusted'
  | 'externalization-incomplete'
  | 'parameter-undefined'
  | 'parameter-name';

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
  /** The field as SAP's form calls it. */
  readonly field?: string;
  readonly adapter?: string;
  /** Of the key pair (`EC P-256`), of what would be needed, or of an issuer. */
  readonly keyType?: string;
  readonly needed?: string;
  readonly issuer?: string;
  /** How many there are. */
  readonly count?: number;
  /** The alias serves a signature or encryption, not the authentication of a channel. */
  readonly inMessage?: boolean;
  /** Whether the channel's authentication is known to use the alias; else it may. */
  readonly certain?: boolean;
}

/** A change that would mend it, one of several to choose from. `value` is what is written. */
export interface Fix {
  readonly code: 'use-alias' | 'clear' | 'use-https' | 'use-http' | 'use-internet' | 'add-parameter';
  readonly value: string;
  readonly file: string;
  readonly edits: readonly TextEdit[];
}
