import type { FindingCode, Severity } from './finding';

/** What a rule is about, for reports, settings and documents. */
export interface RuleFacts {
  /** The severity of most of its findings; a finding of what is not known for certain has a lower one. */
  readonly severity: Severity;
  /** One sentence: what it finds. */
  readonly about: string;
  /** Where the rule comes from. */
  readonly source: string;
}

const sapKeystore = 'SAP Help, "Managing Keystore Entries"';
const sapOutbound = 'SAP Help, "Client Certificate Authentication (Outbound)"';

/** Every rule by its id. */
export const ruleCatalog: Readonly<Record<FindingCode, RuleFacts>> = {
  'alias-missing': {
    severity: 'error',
    about: 'An alias that a channel or step reads is in no keystore.',
    source: sapOutbound,
  },
  'alias-case': {
    severity: 'warning',
    about: 'An alias differs from that of the keystore in case alone.',
    source: "Java's KeyStore: aliases of PKCS#12, JKS and JCEKS are compared without regard to case",
  },
  'alias-not-a-key-pair': {
    severity: 'error',
    about: 'A private key alias names an entry without a private key.',
    source: sapOutbound,
  },
  'alias-not-a-certificate': {
    severity: 'error',
    about: 'A public key alias names an entry without a certificate.',
    source: sapKeystore,
  },
  'alias-without-certificate': {
    severity: 'error',
    about: 'The private key of a channel has no certificate.',
    source: 'RFC 8446 section 4.4.2: a client authenticates with its certificate',
  },
  'alias-empty': {
    severity: 'information',
    about: 'A channel with a client certificate names no key pair; a warning where several could be sent.',
    source: `${sapOutbound}: of several key pairs one is chosen at random`,
  },
  'alias-not-supported': {
    severity: 'error',
    about: 'The alias is "true" or "false", which the adapter does not support.',
    source: 'SAP Help, "HTTP Receiver Adapter" and "Configure the OData V2 Receiver Adapter"',
  },
  'alias-too-long': {
    severity: 'error',
    about: 'The alias has more than 250 characters.',
    source: 'SAP Help, "Changing the Alias of a Keystore Entry"',
  },
  'alias-sap-owned': {
    severity: 'information',
    about: 'The alias is one of SAP, which is in the tenant alone.',
    source: 'SAP Help, "Keystore"',
  },
  'alias-left-over': {
    severity: 'information',
    about: 'A private key alias is set that the chosen authentication does not read.',
    source: "seen in exported flows: SAP's editor does not clear it",
  },
  'alias-dynamic': {
    severity: 'information',
    about: 'The alias is set at run time in an adapter for which SAP does not document that.',
    source: 'SAP Help, "Parameters That Support Dynamic Configuration"',
  },
  'credential-left-over': {
    severity: 'information',
    about: 'A credential is set that the chosen authentication does not read.',
    source: "seen in exported flows: SAP's editor does not clear it",
  },
  'certificate-expired': {
    severity: 'error',
    about: 'The certificate of an alias has expired; a warning where it signs or encrypts messages.',
    source: 'RFC 5280 section 4.1.2.5; SAP Help, "Keystore": encryption and signing steps do not check it',
  },
  'certificate-expiring': {
    severity: 'warning',
    about: 'The certificate of an alias expires soon.',
    source: 'RFC 5280 section 4.1.2.5',
  },
  'certificate-not-yet-valid': {
    severity: 'warning',
    about: 'The certificate of an alias is not valid yet.',
    source: 'RFC 5280 section 4.1.2.5',
  },
  'certificate-self-signed': {
    severity: 'information',
    about: 'The certificate of a channel is self-signed: the receiver has to import it.',
    source: 'SAP Help, "Certificate Chains"',
  },
  'certificate-not-for-clients': {
    severity: 'warning',
    about: 'The certificate of a channel does not have the usage client authentication.',
    source: 'RFC 5280 section 4.2.1.12; SAP Note 3711618',
  },
  'chain-incomplete': {
    severity: 'warning',
    about: 'The chain of a key pair lacks an intermediate certificate, or may.',
    source: 'SAP Help, "Certificate Chains"',
  },
  'key-unsuited': {
    severity: 'warning',
    about: 'The key has an algorithm that the adapter or step cannot use.',
    source: 'SAP Help, "Export Public Key in OpenSSH Format"; the signature algorithm of the step',
  },
  'client-certificate-over-http': {
    severity: 'warning',
    about: 'A client certificate with a plain HTTP address.',
    source: 'RFC 8446: certificates are exchanged in TLS alone',
  },
  'client-certificate-on-premise': {
    severity: 'error',
    about: 'A client certificate with the proxy type On-Premise.',
    source: 'SAP Help, receiver adapters HTTP, SOAP, IDoc and AS2: the check or the deployment fails',
  },
  'password-over-http': {
    severity: 'warning',
    about: 'A password that is sent over plain HTTP.',
    source: 'RFC 7617 section 4',
  },
  'https-on-premise': {
    severity: 'warning',
    about: 'An https:// address with the proxy type On-Premise.',
    source: 'SAP Help, "Configure the IDoc Receiver Adapter": the virtual host is addressed with HTTP',
  },
  'oauth-on-premise': {
    severity: 'warning',
    about: 'OAuth2 of the HTTP adapter with the proxy type On-Premise.',
    source: 'SAP Help, "HTTP Receiver Adapter"',
  },
  'principal-propagation-on-internet': {
    severity: 'warning',
    about: 'Principal propagation with the proxy type Internet.',
    source: 'SAP Help, "HTTP Receiver Adapter"',
  },
  'address-is-ip': {
    severity: 'information',
    about: 'An https:// address with an IP address in place of a host name.',
    source: 'RFC 9525 section 6',
  },
  'receiver-not-trusted': {
    severity: 'warning',
    about: 'The last connectivity test of the channel found no root of the receiver in the keystore.',
    source: 'the test; SAP KBA 2354153',
  },
  'externalization-incomplete': {
    severity: 'information',
    about: 'The authentication is externalized, the alias or credential it needs is not.',
    source: 'SAP Help, "HTTP Receiver Adapter"',
  },
  'parameter-undefined': {
    severity: 'warning',
    about: 'A {{parameter}} that parameters.prop does not have.',
    source: 'SAP Help, "Externalize Parameters of Integration Flow"',
  },
  'parameter-name': {
    severity: 'information',
    about: "The name of a parameter has a character that SAP's editor does not take.",
    source: 'SAP Help, "Externalize Parameters of Integration Flow"',
  },
};

/** The ids of all rules, in the order of the catalog. */
export const ruleIds = Object.keys(ruleCatalog) as readonly FindingCode[];

export const isRuleId = (text: string): text is FindingCode => Object.hasOwn(ruleCatalog, text);

const levels: readonly unknown[] = ['error', 'warning', 'information', 'off'];

/** A severity that a rule can be given. */
export const isLevel = (value: unknown): value is Severity | 'off' => levels.includes(value);
