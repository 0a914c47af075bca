import type { AdapterDescription, StepDescription } from './adapterDescription';
import {
  address,
  alias,
  authentication,
  basic,
  both,
  certificateAlias,
  choice,
  clientCertificate,
  credential,
  credentialName,
  dynamicProxy,
  field,
  internet,
  keyPairAlias,
  location,
  none,
  noProxy,
  nothing,
  onPremise,
  option,
  principal,
  privateKeyAlias,
  proxyType,
  secureParameter,
  unproven,
} from './tableWords';

const soap = {
  adapter: 'SOAP',
  direction: 'Receiver',
  source: 'flows',
  http: true,
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
} as const satisfies Partial<AdapterDescription>;

/** SOAP 1.x alone. Nothing is signed or encrypted where WS-Security is off; its values were never seen but for `None`. */
const wsSecurity = [{ key: 'WSSecurity_outbound', not: ['None', 'none'] }] as const;

const oData = {
  adapter: 'HCIOData',
  direction: 'Receiver',
  source: 'flows',
  http: true,
  fields: {
    address: address('address'),
    authentication: field('authenticationMethod', 'Authentication'),
    privateKeyAlias: privateKeyAlias('odataCertAuthPrivateKeyAlias'),
    // "alias" is the name of a credential here, not of a keystore entry.
    credential: credentialName('alias'),
    proxyType,
  },
  further: [location('scc_location_id')],
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
} as const satisfies Partial<AdapterDescription>;

const sftp: AdapterDescription = {
  adapter: 'SFTP',
  label: 'SFTP',
  messageProtocol: 'File',
  direction: 'Receiver',
  source: 'flows',
  proof: '72 receivers, 19 senders and 5 poll enrichers of exported flows',
  fields: {
    address: address('host'),
    authentication: field('authentication', 'Authentication'),
    privateKeyAlias: { ...privateKeyAlias('privateKeyAlias'), since: '1.9.0' },
    credential: credentialName('credential_name'),
    proxyType: { ...proxyType, since: '1.6.0' },
  },
  further: [
    {
      ...field('username', 'User Name'),
      role: 'user',
      when: [{ key: 'authentication', not: ['user_password'] }],
    },
    { ...location('location_id', 'none'), since: '1.6.0' },
    { ...field('proxyAlias', 'Proxy Alias'), role: 'credential', since: '1.13.1' },
  ],
  authentication: [
    authentication('user_password', 'User Name/Password', 'password', credential),
    authentication('public_key', 'Public Key', 'ssh-key', alias),
    authentication('dual', 'Dual', 'ssh-key', both),
    authentication('dynamic', 'Dynamic', 'dynamic', both),
  ],
  proxyTypes: [noProxy, onPremise, dynamicProxy],
};

const amqp: AdapterDescription = {
  adapter: 'AMQP',
  label: 'AMQP',
  messageProtocol: 'AMQP1.0',
  direction: 'Receiver',
  source: 'flows',
  proof:
    '5 receivers and 5 senders of exported flows; client certificate: SAP Help, "Configure the AMQP Receiver Adapter"',
  fields: {
    address: field('host', 'Host'),
    authentication: field('authentication', 'Authentication'),
    privateKeyAlias: { ...privateKeyAlias('privateKeyAlias'), source: 'unverified' },
    credential: credentialName('credentialName'),
    proxyType: { ...proxyType, since: '1.4.0' },
  },
  further: [
    { ...field('port', 'Port'), role: 'text' },
    { ...location('location_id', 'none'), since: '1.4.0' },
  ],
  authentication: [
    authentication('SASL', 'SASL', 'password', credential),
    authentication('Transport_OAuth2', 'OAuth2 Client Credentials (WebSocket)', 'oauth', credential),
    authentication('Client Certificate', 'Client Certificate (TCP)', 'client-certificate', alias, false),
    unproven(none),
  ],
  proxyTypes: [noProxy, unproven(onPremise)],
};

const successFactors = {
  adapter: 'SuccessFactors',
  direction: 'Receiver',
  source: 'flows',
  http: true,
  authentication: [basic, authentication('OAuth2SAMLBearer', 'OAuth2 SAML Bearer Assertion', 'saml', credential)],
  proxyTypes: [internet],
} as const satisfies Partial<AdapterDescription>;

/** What senders check of a caller. The names of the certificate are not aliases: no keystore has to have them. */
const inbound = {
  direction: 'Sender',
  authentication: [
    authentication('RoleBased', 'User Role', 'role', nothing),
    authentication('ClientCertificate', 'Client Certificate', 'caller-certificate', nothing),
  ],
  proxyTypes: [],
  further: [
    { ...field('userRole', 'User Role'), role: 'text', when: [{ key: 'senderAuthType', not: ['ClientCertificate'] }] },
    {
      ...field('clientCertificates', 'Subject DN and Issuer DN'),
      role: 'distinguishedName',
      table: {},
      when: [{ key: 'senderAuthType', not: ['RoleBased'] }],
    },
  ],
} as const satisfies Partial<AdapterDescription>;

const senderAuthorization = field('senderAuthType', 'Authorization');

/** Keys of adapters that SAP documents and no exported flow at hand has: the spellings of their siblings. */
const guessed = {
  authentication: {
    key: 'authentication',
    or: ['authenticationType', 'authenticationMethod', 'AuthenticationType', 'authType'],
    label: 'Authentication',
    source: 'unverified',
  },
  privateKeyAlias: {
    key: 'privateKeyAlias',
    or: ['PrivateKeyAlias', 'authPrivateKeyAlias', 'keyPairAlias', 'keystoreAlias', 'keyStoreAlias', 'keyAlias'],
    label: 'Private Key Alias',
    source: 'unverified',
  },
  credential: {
    key: 'credentialName',
    or: ['credential_name', 'CredentialName', 'credential', 'credentials', 'userCredentialAlias', 'alias'],
    label: 'Credential Name',
    source: 'unverified',
  },
  address: {
    key: 'address',
    or: ['host', 'url', 'hosts', 'Address', 'Host', 'endpoint', 'baseUrl', 'server'],
    label: 'Address',
    source: 'unverified',
  },
  proxyType: { key: 'proxyType', label: 'Proxy Type', source: 'unverified' },
} as const;

/** A documented adapter whose spelling in flows was never seen: its values are offered as SAP's form words them. */
function documented(
  adapter: string,
  label: string,
  page: string,
  methods: readonly (readonly [
    string,
    'password' | 'oauth' | 'token' | 'certificate' | 'signed' | 'none' | 'dynamic',
  ])[],
  more: Partial<AdapterDescription> = {},
): AdapterDescription {
  const withKey = methods.some(([, kind]) => kind === 'certificate' || kind === 'signed');
  const kinds = {
    none: { kind: 'none', uses: nothing },
    password: { kind: 'password', uses: credential },
    oauth: { kind: 'oauth', uses: credential },
    token: { kind: 'token', uses: nothing },
    dynamic: { kind: 'dynamic', uses: withKey ? both : credential },
    certificate: { kind: 'client-certificate', uses: alias },
    signed: { kind: 'signed-token', uses: alias },
  } as const;
  const { privateKeyAlias: key, ...others } = guessed;
  return {
    adapter,
    label,
    vendor: '*',
    direction: 'Receiver',
    source: 'documented',
    proof: `SAP Help, "${page}"; the spelling in flows was never seen`,
    fields: withKey ? { ...others, privateKeyAlias: key } : others,
    authentication: methods.map(([value, kind]) =>
      authentication(value, value, kinds[kind].kind, kinds[kind].uses, false),
    ),
    proxyTypes: [unproven(internet), unproven(onPremise)],
    ...more,
  };
}

/**
 * What each adapter calls its fields, as data. Each row says what proves it; a value or key that is less sure says so itself, and is offered with
 * that said. An adapter that is not here shows the properties whose names speak of authentication.
 */
export const adapters: readonly AdapterDescription[] = [
  {
    adapter: 'HTTP',
    label: 'HTTP',
    messageProtocol: 'None',
    direction: 'Receiver',
    source: 'flows',
    proof: '440 channels of exported flows',
    http: true,
    fields: {
      address: address('httpAddressWithoutQuery'),
      authentication: field('authenticationMethod', 'Authentication'),
      privateKeyAlias: privateKeyAlias('privateKeyAlias'),
      credential: credentialName('credentialName'),
      proxyType,
    },
    further: [location('locationID'), { ...field('httpAddressQuery', 'Query'), role: 'text' }],
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
    proof: '29 channels of exported flows',
    authentication: [none, basic, unproven(clientCertificate), principal],
    further: [
      location('location_id'),
      { ...field('WSSecurity_outbound', 'WS-Security'), role: 'choice' },
      keyPairAlias('PrivateKeyAliasSigning', 'Private Key Alias for Signing', wsSecurity),
      keyPairAlias('PrivateKeyAliasSigning_wsdl', 'Private Key Alias for Signing (policies in WSDL)', wsSecurity),
      certificateAlias('PublicKeyAliasEncryption', 'Public Key Alias for Encryption', wsSecurity),
      certificateAlias(
        'PublicKeyAliasEncryption_wsdl',
        'Public Key Alias for Encryption (policies in WSDL)',
        wsSecurity,
      ),
      choice('UserNameTokenOption', 'User Name Token', [
        option('None', 'None'),
        option('PasswordDigest', 'Hashed Password'),
        option('PasswordText', 'Plain Text Password', false),
      ]),
      {
        ...credentialName('UserNameTokenCredentialName'),
        label: 'Credential Name (user name token)',
        role: 'credential',
        when: [{ key: 'UserNameTokenOption', not: ['None'] }],
      },
      {
        ...credentialName('WsdlUserNameTokenCredentialName'),
        label: 'Credential Name (policies in WSDL)',
        role: 'credential',
      },
    ],
  },
  {
    ...soap,
    messageProtocol: 'Plain SOAP',
    label: 'SOAP SAP RM',
    proof: '20 channels of exported flows',
    further: [location('location_id')],
  },
  {
    ...soap,
    adapter: 'IDOC',
    label: 'IDoc',
    messageProtocol: 'IDoc SOAP',
    proof: '18 channels of exported flows',
    further: [location('locationID')],
  },
  { ...oData, messageProtocol: 'OData V2', label: 'OData V2', proof: '94 channels of exported flows' },
  {
    ...oData,
    messageProtocol: 'OData V4',
    label: 'OData V4',
    proof: '12 channels of exported flows',
    fields: {
      ...oData.fields,
      privateKeyAlias: { ...oData.fields.privateKeyAlias, since: '1.14.0' },
    },
    authentication: oData.authentication.filter((method) => method.proven),
  },
  {
    adapter: 'XI',
    label: 'XI',
    messageProtocol: 'XI',
    direction: 'Receiver',
    source: 'flows',
    proof: '1 channel of exported flows',
    http: true,
    fields: {
      address: address('Address'),
      authentication: field('AuthenticationType', 'Authentication Type'),
      privateKeyAlias: privateKeyAlias('ClientCertificateAlias'),
      credential: credentialName('BasicAuthCredentialName'),
      proxyType,
    },
    further: [location('location_id')],
    authentication: [
      authentication('BasicAuthentication', 'Basic Authentication', 'password', credential),
      authentication('None', 'None', 'none', nothing, false),
      authentication(
        'ClientCertificateAuthentication',
        'Certificate-Based Authentication',
        'client-certificate',
        alias,
        false,
      ),
      authentication('PrincipalPropagation', 'Principal Propagation', 'principal-propagation', nothing, false),
    ],
    proxyTypes: [unproven(internet), onPremise],
  },
  {
    adapter: 'AS2',
    label: 'AS2',
    messageProtocol: 'AS2',
    direction: 'Receiver',
    source: 'flows',
    proof: '3 channels of exported flows',
    http: true,
    fields: {
      address: field('receipientURL', 'Recipient URL'),
      authentication: field('authenticationType', 'Authentication Type'),
      privateKeyAlias: privateKeyAlias('privateKeyAlias'),
      credential: credentialName('userCredentialAlias'),
      proxyType,
    },
    further: [
      location('locationID'),
      keyPairAlias('privateKeyAliasForSigning', 'Private Key Alias for Signing', [
        { key: 'doSigning', not: ['0', 'false'] },
      ]),
      certificateAlias('publicKeyAliasForEncryption', 'Public Key Alias for Encryption', [
        { key: 'doEncryption', not: ['0', 'false'] },
      ]),
      certificateAlias('publicKeyAliasForMDNVerification', 'Public Key Alias for MDN Verification', [
        { key: 'verifyMDNSignature', not: ['0', 'false'] },
      ]),
      { ...field('mdnTargetURL', 'MDN Target URL'), role: 'text' },
    ],
    authentication: [
      unproven(none),
      authentication('BasicAuthentication', 'Basic Authentication', 'password', credential),
      authentication('ClientCertificate', 'Client Certificate', 'client-certificate', alias, false),
      authentication('Dynamic', 'Dynamic', 'dynamic', both),
    ],
    proxyTypes: [internet, onPremise, dynamicProxy],
    noClientCertificateOnPremise: true,
  },
  sftp,
  { ...sftp, direction: 'Sender' },
  { ...sftp, adapter: 'PollingSFTP', label: 'SFTP (poll enrich)', direction: 'Sender' },
  amqp,
  { ...amqp, direction: 'Sender' },
  {
    adapter: 'Kafka',
    label: 'Kafka',
    messageProtocol: 'Kafka',
    direction: 'Receiver',
    source: 'documented',
    proof: 'keys from an exported parameter definition; values: SAP Help, "Configure the Kafka Receiver Adapter"',
    fields: {
      address: field('hosts', 'Host'),
      authentication: { ...field('authentication', 'Authentication'), source: 'unverified' },
      privateKeyAlias: { ...privateKeyAlias('privateKeyAlias'), source: 'unverified' },
      credential: credentialName('credentialName'),
      proxyType: { ...proxyType, source: 'unverified' },
    },
    authentication: [
      authentication('SASL', 'SASL', 'password', credential, false),
      authentication('Client Certificate', 'Client Certificate', 'client-certificate', alias, false),
    ],
    proxyTypes: [unproven(internet), unproven(onPremise)],
  },
  {
    adapter: 'Mail',
    label: 'Mail',
    direction: 'Receiver',
    source: 'flows',
    proof: '85 channels of exported flows',
    fields: {
      address: address('server'),
      authentication: field('auth', 'Authentication'),
      credential: credentialName('user'),
      proxyType: { ...proxyType, since: '1.4.0' },
    },
    further: [
      choice('ssl', 'Protection', [
        option('off', 'Off'),
        option('starttls_mandatory', 'STARTTLS Mandatory'),
        option('starttls_optional', 'STARTTLS Optional'),
        option('smtps', 'SMTPS'),
      ]),
      {
        ...credentialName('tokenCredential'),
        label: 'Credential Name (OAuth2)',
        role: 'credential',
        since: '1.9.0',
        when: [{ key: 'auth', not: ['none', 'loginPlain', 'loginEncrypted'] }],
      },
      { ...location('locationId', 'none'), since: '1.4.0' },
      { ...field('proxyAlias', 'Proxy Alias'), role: 'credential', since: '1.10.0' },
      {
        ...field('encrypt.smime.keys', 'Receiver Public Key (S/MIME)'),
        role: 'certificate',
        table: {},
        when: [{ key: 'encrypt.type', not: ['none'] }],
      },
      { ...field('signature.smime.table', 'Private Key Alias (S/MIME)'), role: 'keyPair', table: {} },
    ],
    authentication: [
      authentication('none', 'None', 'none', nothing),
      authentication('loginPlain', 'Plain User Name/Password', 'password', credential),
      authentication('loginEncrypted', 'Encrypted User Name/Password', 'password', credential),
      authentication('oauth', 'OAuth2 Authorization Code', 'oauth', nothing, false),
    ],
    proxyTypes: [noProxy, onPremise],
  },
  {
    adapter: 'Mail',
    label: 'Mail',
    direction: 'Sender',
    source: 'flows',
    proof: '6 channels of exported flows',
    fields: {
      address: address('server'),
      authentication: field('auth', 'Authentication'),
      credential: credentialName('user'),
      proxyType,
    },
    further: [
      {
        ...credentialName('tokenCredential'),
        label: 'Credential Name (OAuth2)',
        role: 'credential',
        when: [{ key: 'auth', not: ['none', 'loginPlain', 'loginEncrypted'] }],
      },
      location('locationId', 'none'),
      { ...field('proxyAlias', 'Proxy Alias'), role: 'credential' },
    ],
    authentication: [
      authentication('loginPlain', 'Plain User Name/Password', 'password', credential),
      authentication('loginEncrypted', 'Encrypted User Name/Password', 'password', credential),
      authentication('oauth', 'OAuth2 Authorization Code', 'oauth', nothing, false),
    ],
    proxyTypes: [noProxy, unproven(onPremise)],
  },
  {
    ...successFactors,
    label: 'SuccessFactors OData V2',
    messageProtocol: 'OData V2',
    proof: '54 channels of exported flows',
    fields: {
      address: address('address'),
      authentication: { ...field('authenticationMethod', 'Authentication'), since: '1.16.2' },
      credential: credentialName('alias'),
      proxyType,
    },
  },
  {
    ...successFactors,
    label: 'SuccessFactors SOAP',
    messageProtocol: 'SOAP',
    proof: '12 channels of exported flows',
    fields: {
      address: address('address'),
      authentication: { ...field('authenticationType', 'Authentication'), since: '1.7.0' },
      credential: credentialName('alias'),
      proxyType,
    },
  },
  documented(
    'SuccessFactors',
    'SuccessFactors',
    'SuccessFactors OData V4 Receiver Adapter',
    [
      ['Basic', 'password'],
      ['OAuth2ClientCredentials', 'oauth'],
      ['OAuth2SAMLBearer', 'oauth'],
    ],
    { http: true, proxyTypes: [internet] },
  ),
  {
    adapter: 'JDBC',
    label: 'JDBC',
    direction: 'Receiver',
    source: 'flows',
    proof: '42 channels of exported flows',
    fields: { credential: { key: 'alias', label: 'JDBC Data Source Alias' } },
    authentication: [],
    proxyTypes: [],
  },
  {
    adapter: 'RFC',
    label: 'RFC',
    direction: 'Receiver',
    source: 'flows',
    proof: '13 channels of exported flows',
    fields: { address: field('destination', 'RFC Destination') },
    authentication: [],
    proxyTypes: [],
  },
  {
    adapter: 'AdvancedEventMesh',
    label: 'Advanced Event Mesh',
    messageProtocol: 'SMF',
    direction: 'Receiver',
    source: 'flows',
    proof:
      '1 receiver and 3 senders of exported flows; roles of the aliases: SAP Help, "Configure the Advanced Event Mesh Receiver Adapter"',
    fields: {
      address: field('host', 'Host'),
      authentication: field('authenticationType', 'Authentication Type'),
      privateKeyAlias: { key: 'keyStoreAlias', label: 'Keystore Alias' },
    },
    further: [
      certificateAlias('trustStoreAlias', 'Truststore Alias', [
        { key: 'authenticationType', not: ['BASIC', 'OAUTH2'] },
      ]),
      { ...field('username', 'User Name'), role: 'user', when: [{ key: 'authenticationType', is: ['BASIC'] }] },
      secureParameter('password', 'Password Secure Alias', [{ key: 'authenticationType', is: ['BASIC'] }]),
      ...(
        [
          ['oauth2ClientCredentialsCredentialName', 'OAuth2 Client Credentials Credential Name'],
          ['oauth2AuthorizationCodeCredentialName', 'OAuth2 Authorization Code Credential Name'],
        ] as const
      ).map(([key, label]) => ({
        ...field(key, label),
        role: 'credential' as const,
        when: [{ key: 'authenticationType', not: ['BASIC'] }],
      })),
    ],
    authentication: [
      authentication('BASIC', 'Basic', 'password', nothing),
      authentication('CLIENT_CERTIFICATE', 'Client Certificate', 'client-certificate', alias, false),
      authentication('OAUTH2', 'OAuth2', 'oauth', nothing, false),
    ],
    proxyTypes: [],
  },
  {
    adapter: 'Salesforce',
    label: 'Salesforce',
    vendor: 'rojoconsultancy.com',
    direction: 'Receiver',
    source: 'flows',
    proof: '3 channels of exported flows; roles of the aliases: SAP Help, "Salesforce Receiver Adapter"',
    fields: {
      address: { key: 'loginUrl', or: ['customUrl'], label: 'Address' },
      authentication: { ...guessed.authentication },
      privateKeyAlias: { key: 'keystoreAlias', label: 'Keystore Alias' },
      credential: { key: 'basicCredentialName', label: 'Basic Credential Name' },
    },
    further: [
      { ...field('oauthCredentialName', 'OAuth Credential Name'), role: 'credential' },
      secureParameter('issuerAlias', 'Issuer Alias'),
      secureParameter('subjectAlias', 'Subject Alias'),
    ],
    authentication: [
      authentication('OAuth 2.0 Username-Password', 'OAuth 2.0 Username-Password', 'oauth', credential, false),
      authentication('OAuth 2.0 JWT Bearer', 'OAuth 2.0 JWT Bearer', 'signed-token', alias, false),
      authentication('OAuth 2.0 Client Credentials', 'OAuth 2.0 Client Credentials', 'oauth', nothing, false),
    ],
    proxyTypes: [],
  },
  {
    adapter: 'AmazonWebServices',
    label: 'Amazon Web Services',
    vendor: 'rojoconsultancy.com',
    direction: 'Receiver',
    source: 'flows',
    proof: '1 channel of exported flows; key pair: SAP Help, "AmazonWebServices Receiver Adapter"',
    fields: {
      address: address('host'),
      authentication: { ...guessed.authentication },
      privateKeyAlias: {
        key: 'keyPairAlias',
        or: ['keypairAlias', 'privateKeyAlias'],
        label: 'Key Pair Alias',
        source: 'unverified',
      },
    },
    further: [secureParameter('accessKey', 'Access Key Alias'), secureParameter('secretKey', 'Secret Key Alias')],
    authentication: [],
    proxyTypes: [],
  },
  {
    adapter: 'AzureStorage',
    label: 'Azure Storage',
    direction: 'Receiver',
    source: 'unverified',
    proof: 'keys from another tool; SAP Help, "AzureStorage Receiver Adapter"',
    fields: {
      address: field('receiverAccountName', 'Storage Account Name'),
      authentication: field('receiverAuthorization', 'Authentication'),
    },
    further: [
      secureParameter('accessKey', 'Key Alias', [{ key: 'receiverAuthorization', not: ['SASTOKEN'] }]),
      secureParameter('sasToken', 'Token Alias', [{ key: 'receiverAuthorization', not: ['SharedAccesskey'] }]),
    ],
    authentication: [
      authentication('SharedAccesskey', 'Shared Access Key', 'token', nothing, false),
      authentication('SASTOKEN', 'SAS Token', 'token', nothing, false),
    ],
    proxyTypes: [],
  },
  {
    adapter: 'AzureStorage',
    label: 'Azure Storage',
    direction: 'Sender',
    source: 'flows',
    proof: '1 channel of exported flows',
    fields: { authentication: field('senderAuthorization', 'Authentication') },
    further: [secureParameter('accessKey', 'Key Alias', [{ key: 'senderAuthorization', not: ['SASTOKEN'] }])],
    authentication: [
      authentication('SASTOKEN', 'SAS Token', 'token', nothing),
      authentication('SharedAccesskey', 'Shared Access Key', 'token', nothing, false),
    ],
    proxyTypes: [],
  },
  {
    adapter: 'GoogleCloudStorage',
    label: 'Google Cloud Storage',
    vendor: 'rojoconsultancy.com',
    direction: 'Receiver',
    source: 'flows',
    proof: '2 channels of published flows; SAP Help, "Configure the Google Cloud Storage Receiver Adapter"',
    fields: {
      address: address('host'),
      authentication: field('authenticationType', 'Authentication Type'),
      // Holds the alias of a key pair, whatever its name says.
      privateKeyAlias: privateKeyAlias('privateKey'),
      credential: { key: 'entraCredName', label: 'Microsoft Entra ID Credential Name' },
      proxyType,
    },
    further: [location('locationId', 'internet'), { ...field('clientEmail', 'Client Email'), role: 'user' }],
    authentication: [
      authentication('serviceAccount', 'OAuth2 Service Account', 'signed-token', alias),
      authentication('Workload Identity Federation', 'Workload Identity Federation', 'oauth', credential, false),
    ],
    proxyTypes: [{ value: 'internet', label: 'Internet', kind: 'internet', proven: true }, unproven(onPremise)],
  },
  {
    adapter: 'OpenConnectors',
    label: 'Open Connectors',
    direction: 'Receiver',
    source: 'flows',
    proof: '4 channels of exported flows',
    fields: { credential: credentialName('openConnectorAlias') },
    authentication: [],
    proxyTypes: [],
  },
  {
    adapter: 'Slack',
    label: 'Slack',
    direction: 'Receiver',
    source: 'flows',
    proof: '1 channel of exported flows; SAP Help, "Configure the Slack Receiver Adapter"',
    fields: { authentication: field('authentication', 'Authentication') },
    further: [
      secureParameter('botAlias', 'Bot Token Alias', [{ key: 'authentication', not: ['User'] }]),
      secureParameter('userAlias', 'User Token Alias', [{ key: 'authentication', not: ['Bot'] }]),
      secureParameter('tokenAlias', 'Token Alias'),
    ],
    authentication: [
      authentication('Bot', 'Bot Token', 'token', nothing),
      authentication('User', 'User Token', 'token', nothing, false),
      authentication('Dynamic', 'Dynamic', 'dynamic', nothing, false),
    ],
    proxyTypes: [],
  },
  {
    adapter: 'LDAP',
    label: 'LDAP',
    direction: 'Receiver',
    source: 'unverified',
    proof: 'keys from other tools; SAP Help, "LDAP Receiver Adapter"',
    fields: {
      address: address('ldapAddress'),
      authentication: field('ldapAuthentication', 'Authentication'),
      credential: credentialName('ldapCredentialName'),
      proxyType: { key: 'ldapProxyType', label: 'Proxy Type' },
    },
    further: [{ ...field('ldapLocationID', 'Location ID'), role: 'location' }],
    authentication: [authentication('ldapAuthenticationSimple', 'Simple', 'password', credential, false)],
    proxyTypes: [{ value: 'ldapProxyTypeOnPremise', label: 'On-Premise', kind: 'on-premise', proven: false }],
  },
  {
    adapter: 'AS4',
    label: 'AS4',
    direction: 'Receiver',
    source: 'unverified',
    proof: 'keys from other tools',
    http: true,
    fields: {
      address: { key: 'endpointUrl', or: ['pullReceiptTargetURL', 'samlEndpoint'], label: 'Endpoint URL' },
      authentication: {
        key: 'authenticationType',
        or: ['pullReceiptAuthenticationType'],
        label: 'Authentication Type',
      },
      privateKeyAlias: { ...guessed.privateKeyAlias, key: 'authPrivateKeyAlias', or: ['privateKeyAlias'] },
      credential: guessed.credential,
      proxyType,
    },
    authentication: [
      authentication('basic', 'Basic', 'password', credential, false),
      authentication('none', 'None', 'none', nothing, false),
    ],
    proxyTypes: [unproven(internet), unproven(onPremise)],
  },
  {
    adapter: 'FTP',
    label: 'FTP',
    direction: 'Receiver',
    source: 'unverified',
    proof: 'the key from other tools; SAP Help, "Configure the FTP Receiver Adapter"',
    fields: { address: { key: 'host', label: 'Address' }, credential: credentialName('credential_name'), proxyType },
    further: [location('location_id', 'none')],
    authentication: [],
    proxyTypes: [unproven(noProxy), unproven(onPremise), unproven(dynamicProxy)],
  },
  {
    adapter: 'ELSTER',
    label: 'ELSTER',
    direction: 'Receiver',
    source: 'unverified',
    proof: 'keys from another tool; SAP Help, "ELSTER Receiver Adapter"',
    fields: {},
    further: [
      keyPairAlias('encryptionKeyExpression', 'Private Key Alias for Encryption'),
      keyPairAlias('signatureKeyExpression', 'Private Key Alias for Signing'),
    ],
    authentication: [],
    proxyTypes: [],
  },
  documented('Ariba', 'Ariba', 'Configure the Ariba Receiver Adapter', [
    ['Shared Key', 'password'],
    ['Client Certificate', 'certificate'],
  ]),
  documented('IBMMQ', 'IBM MQ', 'Configure the IBM MQ JMS Receiver Adapter', [
    ['Basic', 'password'],
    ['Client Certificate', 'certificate'],
    ['None', 'none'],
  ]),
  documented('RabbitMQ', 'RabbitMQ', 'Configure the RabbitMQ Receiver Adapter', [
    ['Client Certificate', 'certificate'],
    ['Basic', 'password'],
  ]),
  documented('Workday', 'Workday', 'Workday Receiver Adapter', [
    ['Basic', 'password'],
    ['Certificate Based Authentication', 'certificate'],
  ]),
  documented('Snowflake', 'Snowflake', 'Snowflake Receiver Adapter', [
    ['Database Account', 'password'],
    ['Key-Pair', 'signed'],
  ]),
  documented('SalesforcePubSub', 'Salesforce Pub/Sub', 'Configure the Salesforce Pub/Sub Receiver Adapter', [
    ['OAuth 2.0 Username-Password', 'oauth'],
    ['OAuth 2.0 JWT Bearer', 'signed'],
    ['OAuth 2.0 Client Credentials', 'oauth'],
  ]),
  documented('OFTP2', 'OFTP2', 'Configure the OFTP Receiver Adapter', [
    ['Disable', 'none'],
    ['Enable', 'certificate'],
    ['Dynamic', 'dynamic'],
  ]),
  documented('GooglePubSub', 'Google Pub/Sub', 'Configure the Google Pub/Sub Receiver Adapter', [
    ['serviceAccount', 'signed'],
    ['Workload Identity Federation', 'oauth'],
  ]),
  documented('GoogleBigQuery', 'Google BigQuery', 'Google BigQuery Receiver Adapter', [
    ['serviceAccount', 'signed'],
    ['Workload Identity Federation', 'oauth'],
  ]),
  documented('Docusign', 'Docusign', 'Docusign Receiver Adapter', [
    ['JSON Web Token (JWT)', 'token'],
    ['OAuth 2.0 Authorization Code', 'oauth'],
  ]),
  documented('ServiceNow', 'ServiceNow', 'ServiceNow Receiver Adapter', [
    ['Basic', 'password'],
    ['OAuth2 Client Credentials', 'token'],
  ]),
  documented('SMB', 'SMB', 'Configure the SMB Receiver Adapter', [['Basic Authentication', 'password']]),
  documented('ODC', 'ODC', 'ODC Receiver Adapter', [
    ['Basic Authentication', 'password'],
    ['Deployed Credentials', 'password'],
  ]),
  documented('Splunk', 'Splunk', 'Configure the Splunk Receiver Adapter', [
    ['Basic Authentication', 'password'],
    ['Splunk Token', 'token'],
    ['Dynamic', 'dynamic'],
  ]),
  documented('Jira', 'Jira', 'Jira Receiver Adapter', [['Basic', 'password']]),
  documented('Anaplan', 'Anaplan', 'Anaplan Receiver Adapter', [
    ['Basic Auth', 'password'],
    ['Authorization Code', 'oauth'],
  ]),
  documented('Zendesk', 'Zendesk', 'Zendesk Receiver Adapter', [
    ['API Token', 'token'],
    ['OAuth2 Client Credentials', 'oauth'],
  ]),
  documented('Twilio', 'Twilio', 'Twilio Receiver Adapter', [
    ['API Key', 'password'],
    ['Auth Token', 'password'],
  ]),
  documented('HubSpot', 'HubSpot', 'HubSpot Receiver Adapter', [
    ['OAuth2 Authorization Code', 'oauth'],
    ['Private App', 'token'],
  ]),
  documented('Shopify', 'Shopify', 'Shopify GraphQL Receiver Adapter', [
    ['Access Token', 'token'],
    ['OAuth 2 Client Credentials', 'oauth'],
  ]),
  documented('SugarCRM', 'SugarCRM', 'SugarCRM Receiver Adapter', [['Basic', 'password']]),
  documented('MicrosoftSharePoint', 'Microsoft SharePoint', 'Configure the Microsoft SharePoint Receiver Adapter', [
    ['OAuth2 Client Credentials', 'oauth'],
    ['OAuth2 Authorization Code', 'oauth'],
    ['Dynamic', 'dynamic'],
  ]),
  documented('MicrosoftDynamicsCRM', 'Microsoft Dynamics CRM', 'Microsoft Dynamics CRM Receiver Adapter', [
    ['OAuth - Password Credentials', 'oauth'],
    ['OAuth - Client Credentials', 'oauth'],
  ]),
  documented('AzureServiceBus', 'Azure Service Bus', 'Azure Service Bus Receiver Adapter', [
    ['Microsoft Entra ID', 'token'],
    ['Shared Access Signature', 'token'],
  ]),
  documented('AzureCosmosDB', 'Azure Cosmos DB', 'Azure Cosmos DB Receiver Adapter', [
    ['Master Key Token', 'token'],
    ['Resource Token', 'token'],
  ]),
  documented('AmazonDynamoDB', 'Amazon DynamoDB', 'Amazon DynamoDB Receiver Adapter', [
    ['Access Key and Secret Key', 'token'],
  ]),
  documented('AmazonEventBridge', 'Amazon EventBridge', 'Amazon EventBridge Receiver Adapter', [
    ['Access Key and Secret Key', 'token'],
  ]),
  documented('NetSuite', 'NetSuite', 'NetSuite Receiver Adapter', [['Token-Based Authentication (TBA)', 'token']]),
  documented('MDI', 'SAP Master Data Integration', 'SAP Master Data Integration Receiver Adapter', [
    ['OAuth2 Client Credentials', 'oauth'],
  ]),
  documented('Coupa', 'Coupa', 'Coupa Receiver Adapter', [['OAuth', 'oauth']]),
  documented('Dropbox', 'Dropbox', 'Configure the Dropbox Receiver Adapter', [['OAuth2 Authorization Code', 'oauth']]),
  {
    adapter: 'ProcessDirect',
    label: 'ProcessDirect',
    direction: 'Receiver',
    source: 'flows',
    proof: '181 channels of exported flows',
    fields: { address: address('address') },
    authentication: [],
    proxyTypes: [],
  },
  {
    adapter: 'JMS',
    label: 'JMS',
    direction: 'Receiver',
    source: 'flows',
    proof: '101 channels of exported flows',
    fields: {},
    authentication: [],
    proxyTypes: [],
  },
  {
    ...inbound,
    adapter: 'HTTPS',
    label: 'HTTPS',
    source: 'flows',
    proof: '130 channels of exported flows',
    fields: { address: address('urlPath'), authentication: senderAuthorization },
  },
  {
    ...inbound,
    adapter: 'SOAP',
    label: 'SOAP',
    source: 'flows',
    proof: '22 channels of exported flows',
    fields: { address: address('address'), authentication: senderAuthorization },
    further: [
      ...inbound.further,
      { ...field('WSSecurity', 'WS-Security'), role: 'choice' },
      keyPairAlias('PrivateKeyAliasResponseSigning', 'Private Key Alias for Response Signing', [
        { key: 'WSSecurity', not: ['None', 'none'] },
      ]),
      certificateAlias('PublicKeyAliasResponseEncryption', 'Public Key Alias for Response Encryption', [
        { key: 'WSSecurity', not: ['None', 'none'] },
      ]),
    ],
  },
  {
    ...inbound,
    adapter: 'IDOC',
    label: 'IDoc',
    source: 'flows',
    proof: '7 channels of exported flows',
    fields: { address: address('address'), authentication: senderAuthorization },
  },
  {
    ...inbound,
    adapter: 'XI',
    label: 'XI',
    source: 'flows',
    proof: '1 channel of exported flows',
    fields: { address: address('Address_inbound'), authentication: senderAuthorization },
  },
  {
    ...inbound,
    adapter: 'AS2',
    label: 'AS2 MDN',
    messageProtocol: 'AS2 MDN',
    source: 'flows',
    proof: '2 channels of exported flows',
    fields: { address: address('address'), authentication: senderAuthorization },
    further: [
      ...inbound.further,
      certificateAlias('publicKeyAliasForMDNVerification', 'Public Key Alias for MDN Verification'),
    ],
  },
  {
    ...inbound,
    adapter: 'AS2',
    label: 'AS2',
    source: 'flows',
    proof: '3 channels of exported flows',
    fields: { address: address('address'), authentication: senderAuthorization },
    further: [
      ...inbound.further,
      keyPairAlias('privateKeyAliasForDecryption', 'Private Key Alias for Decryption'),
      keyPairAlias('privateKeyAliasForMDNSigning', 'Private Key Alias for MDN Signing'),
      certificateAlias('publicKeyAliasForVerification', 'Public Key Alias for Verification'),
      certificateAlias('publicKeyRootAliasForVerification', 'Root Public Key Alias for Verification'),
      {
        ...choice('mdnAuthenticationType', 'MDN Authentication Type', [
          option('None', 'None'),
          option('Dynamic', 'Dynamic'),
          option('BasicAuthentication', 'Basic Authentication', false),
          option('ClientCertificate', 'Client Certificate', false),
        ]),
      },
      keyPairAlias('mdnPrivateKeyAlias', 'MDN Private Key Alias', [
        { key: 'mdnAuthenticationType', not: ['None', 'BasicAuthentication'] },
      ]),
      {
        ...field('mdnUserCredentialAlias', 'MDN Credential Name'),
        role: 'credential',
        when: [{ key: 'mdnAuthenticationType', not: ['None', 'ClientCertificate'] }],
      },
    ],
  },
  {
    adapter: 'AdvancedEventMesh',
    label: 'Advanced Event Mesh',
    direction: 'Sender',
    source: 'flows',
    proof: '3 channels of exported flows',
    fields: {
      address: field('host', 'Host'),
      authentication: field('authenticationType', 'Authentication Type'),
      privateKeyAlias: { key: 'keyStoreAlias', label: 'Keystore Alias' },
    },
    further: [
      certificateAlias('trustStoreAlias', 'Truststore Alias', [
        { key: 'authenticationType', not: ['BASIC', 'OAUTH2'] },
      ]),
      { ...field('username', 'User Name'), role: 'user', when: [{ key: 'authenticationType', is: ['BASIC'] }] },
      secureParameter('password', 'Password Secure Alias', [{ key: 'authenticationType', is: ['BASIC'] }]),
    ],
    authentication: [
      authentication('BASIC', 'Basic', 'password', nothing),
      authentication('CLIENT_CERTIFICATE', 'Client Certificate', 'client-certificate', alias, false),
      authentication('OAUTH2', 'OAuth2', 'oauth', nothing, false),
    ],
    proxyTypes: [],
  },
];

/** Steps that use keys. PGP keys lie in keyrings of their own: their user ids are shown, not looked up in the keystore. */
export const steps: readonly StepDescription[] = [
  {
    activity: 'SimpleSignMessage',
    label: 'Simple Signer',
    source: 'flows',
    proof: '3 steps of exported flows',
    further: [keyPairAlias('privateKeyAlias', 'Private Key Alias')],
  },
  {
    activity: 'XMLDigitalSignMessage',
    label: 'XML Signer',
    source: 'flows',
    proof: '1 step of exported flows',
    further: [keyPairAlias('privateKeyAlias', 'Private Key Alias')],
  },
  {
    activity: 'XMLDigitalVerifySign',
    label: 'XML Signature Verifier',
    source: 'flows',
    proof: '2 steps of exported flows',
    further: [
      {
        ...certificateAlias('publicKeyAliases', 'Public Key Alias', [{ key: 'CheckForKeyInfo', not: ['true'] }]),
        table: { column: 'publicKeyAlias' },
      },
    ],
  },
  {
    activity: 'SignMessage',
    label: 'PKCS#7 Signer',
    source: 'unverified',
    proof: '1 step of exported flows, without an alias; the key as other signers have it',
    further: [
      {
        ...keyPairAlias('PKCS7PrivateKeyAliases', 'Private Key Alias'),
        or: ['privateKeyAlias', 'privateKeyAliases'],
        table: {},
      },
    ],
  },
  {
    activity: 'VerifySign',
    label: 'PKCS#7 Signature Verifier',
    source: 'unverified',
    proof: 'never seen; the key as other verifiers have it',
    further: [{ ...certificateAlias('publicKeyAliases', 'Public Key Alias'), table: {} }],
  },
  {
    activity: 'Encrypt',
    label: 'PKCS#7 Encryptor',
    source: 'flows',
    proof: '2 steps of exported flows',
    further: [
      { ...certificateAlias('headers', 'Receiver Public Key Alias'), table: { column: 'Public Key Alias' } },
      {
        ...keyPairAlias('PKCS7PrivateKeyAliases', 'Signer Private Key Alias', [
          { key: 'PKCS7SignContentType', not: ['enveloped'] },
        ]),
        table: {},
      },
    ],
  },
  {
    activity: 'Decrypt',
    label: 'PKCS#7 Decryptor',
    source: 'flows',
    proof: '2 steps of exported flows',
    further: [
      {
        ...certificateAlias('publicKeyAliases', 'Signer Public Key Alias', [
          { key: 'PKCS7SignContentType', not: ['enveloped', 'EnvelopedData'] },
        ]),
        table: { column: 'publicKey' },
      },
    ],
  },
  {
    activity: 'PgpEncrypt',
    label: 'PGP Encryptor',
    source: 'flows',
    proof: '15 steps of exported flows',
    further: [
      {
        ...field('PgpEncryptionUserIDs', 'User ID of Encryption Key'),
        role: 'pgpUser',
        table: { newColumn: 'EncryptUserID' },
      },
      {
        ...field('PgpSignerUserIDs', 'User ID of Signer Key'),
        role: 'pgpUser',
        table: { newColumn: 'SignerUserID' },
        when: [{ key: 'PgpSignatureOption', not: ['NoSignature', 'No_Signature', 'no_signature'] }],
      },
    ],
  },
  {
    activity: 'PgpDecrypt',
    label: 'PGP Decryptor',
    source: 'flows',
    proof: '5 steps of exported flows',
    further: [
      {
        ...field('PgpDecryptionSignerUserIDs', 'User ID of Signer Key'),
        role: 'pgpUser',
        table: { newColumn: 'userId' },
        when: [{ key: 'PgpDecryptionSignatureOption', not: ['no_signature_allowed'] }],
      },
    ],
  },
];
