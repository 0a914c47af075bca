import type { KeystoreView } from '../../src/core/checks/keystoreView';
import { certificate, keyPair, keystore, options } from '../unit/checks/views';
import { flowText, flowWithSteps } from '../unit/flow/flowText';
import { MemoryEditor } from './editorHost';

/** A flow with a receiver of each kind that the adapter editor has to show. */
export function exampleEditor(keystores: readonly KeystoreView[] = [exampleKeystore]): MemoryEditor {
  return new MemoryEditor(exampleFlow, exampleParameters, keystores, options);
}

export const exampleKeystore = keystore(
  keyPair('partner_a', 412, { subject: 'CN=Partner A Client,O=Example AG,C=DE' }),
  keyPair('renewal_b', 12, { key: 'EC P-256', algorithm: 'EC', size: 256, subject: 'CN=Renewal B,O=Example AG,C=DE' }),
  keyPair('old_c', -40, { subject: 'CN=Old C,O=Example AG,C=DE' }),
  certificate('example root'),
);

export const exampleParameters =
  '#Mon Nov 02 10:00:00 UTC 2026\nPartner\\ Host=api.partner.example\nPartner\\ Alias=partner_a\nErp\\ Alias=unknown_alias\nUser=PARTNER_USER\n';

export const exampleFlow = flowText(
  {
    name: 'To Partner A',
    properties: {
      httpAddressWithoutQuery: 'https://{{Partner Host}}/orders',
      httpAddressQuery: 'mode=full',
      authenticationMethod: 'Client Certificate',
      privateKeyAlias: '{{Partner Alias}}',
      credentialName: 'PARTNER_USER',
      proxyType: 'default',
    },
  },
  {
    name: 'ERP',
    adapter: 'IDOC',
    messageProtocol: 'IDoc SOAP',
    version: '1.7.2',
    properties: {
      address: 'https://erp.example/sap/bc/srt/idoc',
      authentication: 'Client Certificate',
      privateKeyAlias: '{{Erp Alias}}',
      credentialName: '',
      proxyType: 'default',
    },
  },
  {
    name: 'Regional API',
    properties: {
      httpAddressWithoutQuery: 'https://${header.host}/v1',
      authenticationMethod: 'Client Certificate',
      privateKeyAlias: '${header.alias}',
      credentialName: '',
      proxyType: 'default',
    },
  },
  {
    name: 'Products',
    adapter: 'HCIOData',
    messageProtocol: 'OData V2',
    version: '1.26.0',
    properties: {
      address: 'https://odata.partner.example/products',
      authenticationMethod: 'OAuth2ClientCredentials',
      odataCertAuthPrivateKeyAlias: '',
      alias: 'PARTNER_OAUTH',
      proxyType: 'default',
    },
  },
  {
    name: 'Ops',
    adapter: 'Mail',
    version: '1.9.0',
    properties: { server: 'mail.example:465', auth: 'loginPlain', user: 'OPS_MAIL', proxyType: 'none' },
  },
  { name: 'Events', adapter: 'AdvancedEventMesh', messageProtocol: 'SMF', properties: { host: 'mesh.example' } },
);

const cells = (column: string, ...values: string[]): string =>
  values.map((value) => `&lt;row&gt;&lt;cell id='${column}'&gt;${value}&lt;/cell&gt;&lt;/row&gt;`).join('');

/** Receivers of many families, a sender and steps that use keys. */
export function manyKindsEditor(): MemoryEditor {
  return new MemoryEditor(manyKindsFlow, exampleParameters, [exampleKeystore], options, 'B2B Hub');
}

const manyKindsFlow = flowWithSteps(
  [
    {
      name: 'Trading Partner',
      adapter: 'AS2',
      messageProtocol: 'AS2',
      version: '1.8.0',
      properties: {
        receipientURL: 'https://as2.partner.example/inbox',
        authenticationType: 'ClientCertificate',
        privateKeyAlias: 'partner_a',
        userCredentialAlias: 'OLD_USER',
        proxyType: 'default',
        doSigning: '1',
        privateKeyAliasForSigning: 'renewal_b',
        doEncryption: '1',
        publicKeyAliasForEncryption: 'example root',
        verifyMDNSignature: '0',
        publicKeyAliasForMDNVerification: 'gone',
      },
    },
    {
      name: 'Confirmations',
      adapter: 'SOAP',
      messageProtocol: 'SOAP 1.x',
      version: '1.11.0',
      properties: {
        address: 'http://soap.partner.example/confirm',
        authentication: 'Client Certificate',
        privateKeyAlias: 'partner_a',
        credentialName: '',
        proxyType: 'sapcc',
        location_id: 'NORTH',
        WSSecurity_outbound: 'None',
        PrivateKeyAliasSigning: '',
        UserNameTokenOption: 'None',
        UserNameTokenCredentialName: '',
      },
    },
    {
      name: 'Archive',
      adapter: 'SFTP',
      messageProtocol: 'File',
      version: '1.13.1',
      properties: {
        host: 'sftp.partner.example:22',
        authentication: 'public_key',
        privateKeyAlias: 'renewal_b',
        username: 'archive',
        proxyType: 'none',
      },
    },
    {
      name: 'Queue',
      adapter: 'AMQP',
      messageProtocol: 'AMQP1.0',
      version: '1.6.0',
      properties: { host: 'mq.partner.example', port: '5671', authentication: 'SASL', credentialName: 'MQ' },
    },
    {
      name: 'Ledger',
      adapter: 'CompanyLedger',
      vendor: 'Example',
      messageProtocol: 'JSON',
      version: '2.0.0',
      properties: { baseUrl: 'https://ledger.example', keyAlias: 'partner_a', apiTokenAlias: 'LEDGER', retries: '3' },
    },
    { name: 'Employees', adapter: 'SuccessFactors', messageProtocol: 'OData V2', version: '1.25.0' },
    {
      name: 'From Partner',
      direction: 'Sender',
      adapter: 'AS2',
      messageProtocol: 'AS2',
      version: '1.8.0',
      properties: { privateKeyAliasForDecryption: 'partner_a', publicKeyAliasForVerification: 'example root' },
    },
  ],
  [
    { id: 'Sign', name: 'Sign the Order', activity: 'SimpleSignMessage', properties: { privateKeyAlias: 'old_c' } },
    {
      id: 'Encrypt',
      name: 'Encrypt for the Bank',
      activity: 'Encrypt',
      properties: {
        headers: cells('Public Key Alias', 'example root', 'partner_a'),
        PKCS7SignContentType: 'enveloped',
      },
    },
    {
      id: 'Pgp',
      name: 'Encrypt for the Warehouse',
      activity: 'PgpEncrypt',
      properties: { PgpEncryptionUserIDs: '', PgpSignerUserIDs: '', PgpSignatureOption: 'NoSignature' },
    },
  ],
);
