import type { KeystoreView } from '../../src/core/checks/keystoreView';
import { certificate, keyPair, keystore, options } from '../unit/checks/views';
import { flowText } from '../unit/flow/flowText';
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
