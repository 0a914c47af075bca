import type { Direction, FieldName, FieldOption, FieldRole, Source } from './model';

/** What an adapter calls its fields. */
export interface AdapterDescription {
  /** `ComponentType`. */
  readonly adapter: string;
  /** As SAP's editor calls it. */
  readonly label: string;
  /** Vendor it must have; absent: SAP's own, with no vendor or `SAP`. `*`: whoever, for adapters that were never seen. */
  readonly vendor?: string;
  /** Absent: any. */
  readonly messageProtocol?: string;
  readonly direction: Direction;
  /** What proves the row: where its keys come from. A field or value says so itself where it is less sure. */
  readonly source: Source;
  /** In words: `440 channels of exported flows`, the page of SAP's documentation. */
  readonly proof: string;
  /** The address is a URL that is called over HTTP or HTTPS. */
  readonly http?: true;
  readonly fields: Readonly<Partial<Record<FieldName, FieldDescription>>>;
  /** All others that have to do with keys, credentials, proxies and locations. */
  readonly further?: readonly FurtherField[];
  /** Further parts of the address, in the order they are joined (HTTP's query). */
  readonly addressParts?: readonly string[];
  readonly authentication: readonly Authentication[];
  readonly proxyTypes: readonly ProxyType[];
  /** SAP documents that a client certificate cannot be used through the Cloud Connector: consistency check or deployment fail. */
  readonly noClientCertificateOnPremise?: true;
  /** SAP documents that the aliases `true` and `false` are not supported. */
  readonly noBooleanAlias?: true;
}

export interface FieldDescription {
  readonly key: string;
  /** Where the spelling was never seen: other spellings, of siblings. The first that a channel has counts. */
  readonly or?: readonly string[];
  /** As SAP's editor has it. */
  readonly label: string;
  /** The first version of the variant that has it, where older ones were seen without. */
  readonly since?: string;
  /** Absent: as the row. */
  readonly source?: Source;
}

/** A field that not every adapter has. */
export interface FurtherField extends FieldDescription {
  readonly role: FieldRole;
  /** The value is a table; `column` has it, or every cell where not every version names its columns. `newColumn`: the name in a table that has no row yet. */
  readonly table?: { readonly column?: string; readonly newColumn?: string };
  /** All must hold for the field to be read. */
  readonly when?: readonly When[];
  readonly options?: readonly FieldOption[];
}

/** A condition on another value of the same channel or step. */
export interface When {
  readonly key: string;
  readonly is?: readonly string[];
  readonly not?: readonly string[];
}

/** What a step of a flow calls its fields. */
export interface StepDescription {
  /** `activityType`. */
  readonly activity: string;
  /** As SAP's editor calls it. */
  readonly label: string;
  readonly source: Source;
  readonly proof: string;
  readonly further: readonly FurtherField[];
}

export type AuthenticationKind =
  | 'none'
  | 'password'
  | 'client-certificate'
  | 'ssh-key'
  | 'oauth'
  | 'saml'
  | 'principal-propagation'
  | 'token'
  /** A token that a key pair of the keystore signs. */
  | 'signed-token'
  /** Of a sender: who calls is checked by a role. */
  | 'role'
  /** Of a sender: who calls is checked by a client certificate. */
  | 'caller-certificate'
  | 'dynamic';

export interface Authentication {
  readonly value: string;
  readonly label: string;
  readonly kind: AuthenticationKind;
  readonly proven: boolean;
  /** The fields that this authentication reads, of those that change with it. */
  readonly uses: readonly ('privateKeyAlias' | 'credential')[];
}

export interface ProxyType {
  readonly value: string;
  readonly label: string;
  readonly kind: 'internet' | 'on-premise' | 'dynamic';
  readonly proven: boolean;
}
