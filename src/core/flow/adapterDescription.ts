import type { Direction, FieldName } from './model';

/** What an adapter calls its fields. */
export interface AdapterDescription {
  /** `ComponentType`. */
  readonly adapter: string;
  /** As SAP's editor calls it. */
  readonly label: string;
  /** Vendor it must have; absent: SAP's own, with no vendor or `SAP`. */
  readonly vendor?: string;
  /** Absent: any. */
  readonly messageProtocol?: string;
  readonly direction: Direction;
  /** Whether the adapter editor edits it; the others are only listed and checked. */
  readonly editable: boolean;
  readonly fields: Readonly<Partial<Record<FieldName, FieldDescription>>>;
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
  readonly label: string;
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
