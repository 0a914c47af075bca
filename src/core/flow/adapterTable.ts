import type {
  AdapterDescription,
  Authentication,
  AuthenticationKind,
  FieldDescription,
  ProxyType,
} from './adapterDescription';

const alias = ['privateKeyAlias'] as const;
const credential = ['credential'] as const;
const nothing = [] as const;
const both = ['privateKeyAlias', 'credential'] as const;

const authentication = (
  value: string,
  label: string,
  kind: AuthenticationKind,
  uses: Authentication['uses'],
  proven = true,
): Authentication => ({ value, label, kind, uses, proven });

const none = authentication('None', 'None', 'none', nothing);
const basic = authentication('Basic', 'Basic', 'password', credential);
export const clientCertificate = authentication(
  'Client Certificate',
  'Client Certificate',
  'client-certificate',
  alias,
);
const principal = authentication(
  'Principal Propagation',
  'Principal Propagation',
  'principal-propagation',
  nothing,
  false,
);
const unproven = (proven: Authentication): Authentication => ({ ...proven, proven: false });

const internet: ProxyType = { value: 'default', label: 'Internet', kind: 'internet', proven: true };
const onPremise: ProxyType = { value: 'sapcc', label: 'On-Premise', kind: 'on-premise', proven: true };
const noProxy: ProxyType = { value: 'none', label: 'Internet', kind: 'internet', proven: true };
const dynamicProxy: ProxyType = { value: 'dynamic', label: 'Dynamic', kind: 'dynamic', proven: true };

const field = (key: string, label: string): FieldDescription => ({ key, label });
const address = (key: string): FieldDescription => field(key, 'Address');
const privateKeyAlias = (key: string): FieldDescription => field(key, 'Private Key Alias');
const credentialName = (key: string): FieldDescription => field(key, 'Credential Name');
const proxyType = field('proxyType', 'Proxy Type');

const soap: Omit<AdapterDescription, 'messageProtocol'> = {
  adapter: 'SOAP',
  label: 'SOAP',
  direction: 'Receiver',
  editable: true,
  fields: {
    address: address('address'),
    authentication: field('authentication', 'Authentication'),
    privateKeyAlias: privateKeyAlias('privateKeyAlias'),
    credential: credentialName('credentialName'),
    proxyType,
  },
  authentication: [none, basic, clientCertificate, principal],
  proxyTypes: [internet, onPremise],
  noClientCertificateOnPremise: true,
};

const oData: Omit<AdapterDescription, 'messageProtocol'> = {
  adapter: 'HCIOData',
  label: 'OData',
  direction: 'Receiver',
  editable: true,
  fields: {
    address: address('address'),
    authentication: field('authenticationMethod', 'Authentication'),
    privateKeyAlias: privateKeyAlias('odataCertAuthPrivateKeyAlias'),
    // "alias" is the name of a credential here, not of a keystore entry.
    credential: credentialName('alias'),
    proxyType,
  },
  authentication: [
    none,
    basic,
    authentication('OAuth2ClientCredentials', 'OAuth2 Client Credentials', 'oauth', credential),
    clientCertificate,
    principal,
    authentication('OAuth2SAMLBearer', 'OAuth2 SAML Bearer Assertion', 'saml', credential, false),
  ],
  proxyTypes: [internet, onPremise],
  noBooleanAlias: true,
};

const sftp: AdapterDescription = {
  adapter: 'SFTP',
  label: 'SFTP',
  messageProtocol: 'File',
  direction: 'Receiver',
  editable: false,
  fields: {
    address: address('host'),
    authentication: field('authentication', 'Authentication'),
    privateKeyAlias: privateKeyAlias('privateKeyAlias'),
    credential: credentialName('credential_name'),
    proxyType,
  },
  authentication: [
    authentication('user_password', 'User Name/Password', 'password', credential),
    authentication('public_key', 'Public Key', 'ssh-key', alias),
    authentication('dual', 'Dual', 'ssh-key', both),
    authentication('dynamic', 'Dynamic', 'dynamic', both),
  ],
  proxyTypes: [noProxy, onPremise, dynamicProxy],
};

/**
 * What each adapter calls its fields, as data. Keys and values marked proven were seen in flows exported from tenants; the others come from
 * SAP's documentation or from sibling adapters, and are offered with that said. An adapter that is not here is listed without fields.
 */
export const adapters: readonly AdapterDescription[] = [
  {
    adapter: 'HTTP',
    label: 'HTTP',
    messageProtocol: 'None',
    direction: 'Receiver',
    editable: true,
    fields: {
      address: address('httpAddressWithoutQuery'),
      authentication: field('authenticationMethod', 'Authentication'),
      privateKeyAlias: privateKeyAlias('privateKeyAlias'),
      credential: credentialName('credentialName'),
      proxyType,
    },
    addressParts: ['httpAddressQuery'],
    authentication: [
      none,
      basic,
      authentication('OAuth2 Client Credentials', 'OAuth2 Client Credentials', 'oauth', credential),
      clientCertificate,
      authentication('OAuth2 SAML Bearer Assertion', 'OAuth2 SAML Bearer Assertion', 'saml', credential),
      principal,
    ],
    // "Internet" is what versions 1.4.x write.
    proxyTypes: [internet, onPremise, { value: 'Internet', label: 'Internet (1.4)', kind: 'internet', proven: true }],
    noClientCertificateOnPremise: true,
    noBooleanAlias: true,
  },
  {
    ...soap,
    messageProtocol: 'SOAP 1.x',
    label: 'SOAP 1.x',
    authentication: [none, basic, unproven(clientCertificate), principal],
  },
  { ...soap, messageProtocol: 'Plain SOAP', label: 'SOAP SAP RM' },
  {
    ...soap,
    adapter: 'IDOC',
    label: 'IDoc',
    messageProtocol: 'IDoc SOAP',
  },
  { ...oData, messageProtocol: 'OData V2', label: 'OData V2' },
  {
    ...oData,
    messageProtocol: 'OData V4',
    label: 'OData V4',
    fields: {
      ...oData.fields,
      privateKeyAlias: privateKeyAlias('odataCertAuthPrivateKeyAlias'),
    },
    authentication: oData.authentication.filter((method) => method.proven),
  },
  {
    adapter: 'XI',
    label: 'XI',
    messageProtocol: 'XI',
    direction: 'Receiver',
    editable: true,
    fields: {
      address: address('Address'),
      authentication: field('AuthenticationType', 'Authentication Type'),
      privateKeyAlias: privateKeyAlias('ClientCertificateAlias'),
      credential: credentialName('BasicAuthCredentialName'),
      proxyType,
    },
    // Also documented: none, certificate-based and principal propagation. How the flow spells them was never seen, so they are not offered.
    authentication: [authentication('BasicAuthentication', 'Basic Authentication', 'password', credential)],
    proxyTypes: [{ ...internet, proven: false }, onPremise],
  },
  sftp,
  { ...sftp, direction: 'Sender' },
  { ...sftp, adapter: 'PollingSFTP', label: 'SFTP (poll enrich)', direction: 'Sender' },
  {
    adapter: 'AS2',
    label: 'AS2',
    messageProtocol: 'AS2',
    direction: 'Receiver',
    editable: false,
    fields: {
      address: address('receipientURL'),
      authentication: field('authenticationType', 'Authentication Type'),
      privateKeyAlias: privateKeyAlias('privateKeyAlias'),
      credential: credentialName('userCredentialAlias'),
      proxyType,
    },
    authentication: [
      unproven(none),
      authentication('BasicAuthentication', 'Basic Authentication', 'password', credential),
      authentication('ClientCertificate', 'Client Certificate', 'client-certificate', alias, false),
      authentication('Dynamic', 'Dynamic', 'dynamic', both),
    ],
    proxyTypes: [internet, onPremise, dynamicProxy],
    noClientCertificateOnPremise: true,
  },
  {
    adapter: 'AMQP',
    label: 'AMQP',
    messageProtocol: 'AMQP1.0',
    direction: 'Receiver',
    editable: false,
    fields: {
      address: field('host', 'Host'),
      authentication: field('authentication', 'Authentication'),
      credential: credentialName('credentialName'),
      proxyType,
    },
    authentication: [
      authentication('SASL', 'SASL', 'password', credential),
      authentication('Transport_OAuth2', 'OAuth2 Client Credentials', 'oauth', credential),
    ],
    proxyTypes: [noProxy],
  },
  {
    adapter: 'Mail',
    label: 'Mail',
    direction: 'Receiver',
    editable: false,
    fields: {
      address: address('server'),
      authentication: field('auth', 'Authentication'),
      credential: credentialName('user'),
      proxyType,
    },
    authentication: [
      authentication('none', 'None', 'none', nothing),
      authentication('loginPlain', 'Plain User/Password', 'password', credential),
      authentication('loginEncrypted', 'Encrypted User/Password', 'password', credential),
      authentication('oauth', 'OAuth2 Authorization Code', 'oauth', nothing, false),
    ],
    proxyTypes: [noProxy, onPremise],
  },
  {
    adapter: 'SuccessFactors',
    label: 'SuccessFactors OData V2',
    messageProtocol: 'OData V2',
    direction: 'Receiver',
    editable: false,
    fields: {
      address: address('address'),
      authentication: field('authenticationMethod', 'Authentication'),
      credential: credentialName('alias'),
      proxyType,
    },
    authentication: [basic, authentication('OAuth2SAMLBearer', 'OAuth2 SAML Bearer Assertion', 'saml', credential)],
    proxyTypes: [internet],
  },
  {
    adapter: 'SuccessFactors',
    label: 'SuccessFactors SOAP',
    messageProtocol: 'SOAP',
    direction: 'Receiver',
    editable: false,
    fields: {
      address: address('address'),
      authentication: field('authenticationType', 'Authentication'),
      credential: credentialName('alias'),
      proxyType,
    },
    authentication: [basic, authentication('OAuth2SAMLBearer', 'OAuth2 SAML Bearer Assertion', 'saml', credential)],
    proxyTypes: [internet],
  },
  {
    adapter: 'AdvancedEventMesh',
    label: 'Advanced Event Mesh',
    messageProtocol: 'SMF',
    direction: 'Receiver',
    editable: false,
    // Its key pair alias (keyStoreAlias) is read with a client certificate, whose spelling was never seen: it is not judged.
    fields: {
      address: field('host', 'Host'),
      authentication: field('authenticationType', 'Authentication Type'),
    },
    authentication: [authentication('BASIC', 'Basic', 'password', nothing)],
    proxyTypes: [],
  },
  {
    adapter: 'ProcessDirect',
    label: 'ProcessDirect',
    direction: 'Receiver',
    editable: false,
    fields: { address: address('address') },
    authentication: [],
    proxyTypes: [],
  },
];
