import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkFlow } from '../../../src/core/checks/check';
import type { CheckedFlow, CheckOptions } from '../../../src/core/checks/context';
import type { Finding, FindingCode } from '../../../src/core/checks/finding';
import type { ClientFacts, KeystoreView } from '../../../src/core/checks/keystoreView';
import { isRuleId, ruleCatalog, ruleIds } from '../../../src/core/checks/ruleCatalog';
import { applyEdits } from '../../../src/core/flow/edit';
import { readParameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import { messageOf } from '../../../src/core/report/findingText';
import { flowWithSteps, httpReceiver, type ChannelText, type StepText } from '../flow/flowText';
import { certificate, keyPair, keystore, options } from './views';

interface Case {
  readonly channel?: ChannelText;
  readonly step?: StepText;
  readonly parameters?: string;
  readonly store?: KeystoreView;
  readonly options?: Partial<CheckOptions>;
}

function sourceOf({ channel, step, parameters }: Case): CheckedFlow {
  const text = flowWithSteps(channel ? [channel] : [], step ? [step] : []);
  return {
    file: 'Orders.iflw',
    flow: readFlow(text, 'Orders'),
    ...(parameters === undefined
      ? {}
      : { parametersFile: { file: 'parameters.prop', parameters: readParameters(parameters) } }),
  };
}

const findingsOf = (each: Case): Finding[] =>
  checkFlow(sourceOf(each), each.store ? [each.store] : [], { ...options, ...each.options });
const of = (each: Case, code: FindingCode): Finding | undefined =>
  findingsOf(each).find((found) => found.code === code);

const http = (more: Record<string, string> = {}): ChannelText => httpReceiver(more);
const pair = (client: Partial<ClientFacts>, more: object = {}): KeystoreView =>
  keystore(
    keyPair('partner_a', 400, {
      client: { selfSigned: false, forClients: true, chain: 'root', chainIssuer: 'CN=Example CA', ...client },
      ...more,
    }),
  );
const sftp = (authentication: string): ChannelText => ({
  adapter: 'SFTP',
  messageProtocol: 'File',
  properties: { host: 'x:22', authentication, privateKeyAlias: 'partner_a', credential_name: '' },
});
const table = (id: string, value: string): string =>
  `&lt;row&gt;&lt;cell id='${id}'&gt;${value}&lt;/cell&gt;&lt;/row&gt;`;
const encryptor = (alias: string): StepText => ({
  activity: 'Encrypt',
  properties: { headers: table('Public Key Alias', alias), PKCS7SignContentType: 'enveloped' },
});
const signer = (alias: string, signatureAlgorithm = 'SHA512/RSA'): StepText => ({
  activity: 'SimpleSignMessage',
  properties: { privateKeyAlias: alias, signatureAlgorithm },
});

/** Of each rule: what triggers it, with the severity, and what comes close and must not. */
const cases: Readonly<Record<FindingCode, { hit: readonly [Case, string][]; miss: readonly Case[] }>> = {
  'alias-missing': {
    hit: [
      [{ channel: http(), store: keystore() }, 'error'],
      [{ step: signer('nope'), store: keystore() }, 'error'],
      [{ step: encryptor('nope'), store: keystore(keyPair('none')) }, 'error'],
      [{ channel: http({ privateKeyAlias: '&lt;Your Alias&gt;' }), store: keystore() }, 'warning'],
      [
        { channel: { adapter: 'Acme', vendor: 'acme', properties: { privateKeyAlias: 'x' } }, store: keystore() },
        'warning',
      ],
    ],
    miss: [
      { channel: http() },
      { step: signer('${header.x}'), store: keystore() },
      { step: encryptor('{{Alias}}'), store: keystore() },
      {
        step: { activity: 'PgpEncrypt', properties: { PgpEncryptionUserIDs: table('EncryptUserID', 'x') } },
        store: keystore(),
      },
    ],
  },
  'alias-case': {
    hit: [
      [{ channel: http(), store: keystore(keyPair('PARTNER_A')) }, 'warning'],
      [{ step: encryptor('Root'), store: keystore(certificate('root')) }, 'warning'],
    ],
    miss: [{ channel: http(), store: keystore(keyPair('partner_a')) }],
  },
  'alias-not-a-key-pair': {
    hit: [
      [{ channel: http(), store: keystore(certificate('partner_a')) }, 'error'],
      [{ step: signer('root'), store: keystore(certificate('root')) }, 'error'],
    ],
    miss: [{ step: encryptor('root'), store: keystore(certificate('root')) }],
  },
  'alias-not-a-certificate': {
    hit: [[{ step: encryptor('s'), store: keystore({ alias: 's', kind: 'secretKey' }) }, 'error']],
    miss: [{ step: encryptor('partner_a'), store: keystore(keyPair('partner_a')) }],
  },
  'alias-without-certificate': {
    hit: [[{ channel: http(), store: keystore({ alias: 'partner_a', kind: 'keyPair' }) }, 'error']],
    miss: [{ step: signer('s'), store: keystore({ alias: 's', kind: 'keyPair' }) }],
  },
  'alias-empty': {
    hit: [
      [{ channel: http({ privateKeyAlias: '' }) }, 'information'],
      [{ channel: http({ privateKeyAlias: '' }), store: keystore(keyPair('a'), keyPair('b')) }, 'warning'],
    ],
    miss: [{ channel: http({ privateKeyAlias: '', authenticationMethod: 'Basic' }) }, { channel: sftp('public_key') }],
  },
  'alias-not-supported': {
    hit: [[{ channel: http({ privateKeyAlias: 'true' }) }, 'error']],
    miss: [{ channel: http({ privateKeyAlias: 'true', authenticationMethod: 'None' }) }, { step: signer('false') }],
  },
  'alias-too-long': {
    hit: [[{ channel: http({ privateKeyAlias: 'a'.repeat(251) }) }, 'error']],
    miss: [
      { channel: http({ privateKeyAlias: 'a'.repeat(250) }) },
      { channel: http({ privateKeyAlias: `\${header.${'a'.repeat(300)}}` }) },
    ],
  },
  'alias-sap-owned': {
    hit: [[{ step: signer('sap_cloudintegrationcertificate'), store: keystore() }, 'information']],
    miss: [{ step: signer('sapphire'), store: keystore() }],
  },
  'alias-left-over': {
    hit: [
      [{ channel: http({ authenticationMethod: 'Basic' }) }, 'information'],
      [{ channel: sftp('user_password') }, 'information'],
    ],
    miss: [
      { channel: http({ authenticationMethod: '${header.x}' }) },
      { channel: http({ authenticationMethod: 'Basic', privateKeyAlias: '' }) },
    ],
  },
  'alias-dynamic': {
    hit: [
      [
        {
          channel: {
            adapter: 'HCIOData',
            messageProtocol: 'OData V2',
            properties: { authenticationMethod: 'Client Certificate', odataCertAuthPrivateKeyAlias: '${header.x}' },
          },
        },
        'information',
      ],
    ],
    miss: [{ channel: http({ privateKeyAlias: '${header.x}' }) }],
  },
  'credential-left-over': {
    hit: [[{ channel: http({ credentialName: 'USER' }) }, 'information']],
    miss: [{ channel: http({ credentialName: 'USER', authenticationMethod: 'Basic' }) }],
  },
  'certificate-expired': {
    hit: [
      [{ channel: http(), store: keystore(keyPair('partner_a', -3)) }, 'error'],
      [{ step: signer('partner_a'), store: keystore(keyPair('partner_a', -3)) }, 'warning'],
      [{ step: encryptor('root'), store: keystore({ ...keyPair('root', -3), kind: 'certificate' }) }, 'warning'],
    ],
    miss: [{ channel: sftp('public_key'), store: keystore(keyPair('partner_a', -3)) }],
  },
  'certificate-expiring': {
    hit: [[{ channel: http(), store: keystore(keyPair('partner_a', 5)) }, 'warning']],
    miss: [{ channel: http(), store: keystore(keyPair('partner_a', 50)) }],
  },
  'certificate-not-yet-valid': {
    hit: [
      [
        { channel: http(), store: keystore(keyPair('partner_a', 50, { notBefore: new Date('2026-06-02') })) },
        'warning',
      ],
    ],
    miss: [{ channel: http(), store: keystore(keyPair('partner_a', 50)) }],
  },
  'certificate-self-signed': {
    hit: [[{ channel: http(), store: pair({ selfSigned: true }) }, 'information']],
    miss: [
      { channel: http(), store: pair({}) },
      { step: signer('partner_a'), store: pair({ selfSigned: true }) },
    ],
  },
  'certificate-not-for-clients': {
    hit: [[{ channel: http(), store: pair({ forClients: false }) }, 'warning']],
    miss: [
      { channel: http(), store: pair({}) },
      { step: signer('partner_a'), store: pair({ forClients: false }) },
    ],
  },
  'chain-incomplete': {
    hit: [
      [{ channel: http(), store: pair({ chain: 'intermediate-missing' }) }, 'warning'],
      [{ channel: http(), store: pair({ chain: 'unknown' }) }, 'information'],
    ],
    miss: [
      { channel: http(), store: pair({ chain: 'below-root' }) },
      { channel: http(), store: pair({ selfSigned: true }) },
    ],
  },
  'key-unsuited': {
    hit: [
      [{ channel: sftp('public_key'), store: pair({}, { algorithm: 'EC', key: 'EC P-256' }) }, 'information'],
      [{ channel: http(), store: pair({}, { algorithm: 'DSA', key: 'DSA 2048' }) }, 'warning'],
      [{ step: signer('partner_a'), store: pair({}, { algorithm: 'EC', key: 'EC P-256' }) }, 'error'],
    ],
    miss: [
      { channel: http(), store: pair({}, { algorithm: 'EC' }) },
      { step: signer('partner_a', 'SHA256/ECDSA'), store: pair({}, { algorithm: 'EC' }) },
      { step: signer('partner_a', '${header.x}'), store: pair({}, { algorithm: 'EC' }) },
    ],
  },
  'client-certificate-over-http': {
    hit: [[{ channel: http({ httpAddressWithoutQuery: 'http://x' }) }, 'warning']],
    miss: [{ channel: http({ httpAddressWithoutQuery: 'http://x', proxyType: 'sapcc' }) }, { channel: http() }],
  },
  'client-certificate-on-premise': {
    hit: [[{ channel: http({ proxyType: 'sapcc' }) }, 'error']],
    miss: [{ channel: http({ proxyType: '{{Proxy}}' }) }],
  },
  'password-over-http': {
    hit: [[{ channel: http({ authenticationMethod: 'Basic', httpAddressWithoutQuery: 'http://x' }) }, 'warning']],
    miss: [
      { channel: http({ authenticationMethod: 'Basic' }) },
      { channel: http({ authenticationMethod: 'Basic', httpAddressWithoutQuery: 'http://x', proxyType: 'sapcc' }) },
      { channel: http({ authenticationMethod: '{{A}}', httpAddressWithoutQuery: 'http://x' }) },
    ],
  },
  'https-on-premise': {
    hit: [[{ channel: http({ authenticationMethod: 'None', proxyType: 'sapcc' }) }, 'warning']],
    miss: [
      { channel: http({ authenticationMethod: 'None', proxyType: 'sapcc', httpAddressWithoutQuery: 'http://x' }) },
      { channel: http() },
    ],
  },
  'oauth-on-premise': {
    hit: [[{ channel: http({ authenticationMethod: 'OAuth2 Client Credentials', proxyType: 'sapcc' }) }, 'warning']],
    miss: [{ channel: http({ authenticationMethod: 'OAuth2 Client Credentials' }) }],
  },
  'principal-propagation-on-internet': {
    hit: [[{ channel: http({ authenticationMethod: 'Principal Propagation' }) }, 'warning']],
    miss: [{ channel: http({ authenticationMethod: 'Principal Propagation', proxyType: 'sapcc' }) }],
  },
  'address-is-ip': {
    hit: [
      [{ channel: http({ httpAddressWithoutQuery: 'https://10.1.2.3:8443/x' }) }, 'information'],
      [{ channel: http({ httpAddressWithoutQuery: 'https://[2001:db8::1]/x' }) }, 'information'],
    ],
    miss: [
      { channel: http({ httpAddressWithoutQuery: 'https://1.2.3.4.example/x' }) },
      { channel: http({ httpAddressWithoutQuery: 'http://10.1.2.3' }) },
    ],
  },
  'receiver-not-trusted': {
    hit: [[{ channel: http(), options: { trustedByTest: () => false } }, 'warning']],
    miss: [
      { channel: http(), options: { trustedByTest: () => true } },
      { channel: http(), options: { trustedByTest: () => undefined } },
    ],
  },
  'externalization-incomplete': {
    hit: [[{ channel: http({ authenticationMethod: '{{Auth}}' }), parameters: 'Auth=None' }, 'information']],
    miss: [
      { channel: http({ authenticationMethod: '{{Auth}}', privateKeyAlias: '{{A}}', credentialName: '{{C}}' }) },
      { channel: http({ privateKeyAlias: '{{A}}' }) },
    ],
  },
  'parameter-undefined': {
    hit: [
      [{ channel: http({ privateKeyAlias: '{{A}}' }), parameters: '' }, 'warning'],
      [{ step: { activity: 'Enricher', properties: { body: 'x {{A}}' } }, parameters: '' }, 'warning'],
    ],
    miss: [
      { channel: http({ privateKeyAlias: '{{A}}' }) },
      { channel: http({ privateKeyAlias: '{{A}}' }), parameters: 'A=' },
    ],
  },
  'parameter-name': {
    hit: [[{ channel: http({ privateKeyAlias: '{{A &lt;b&gt;}}' }) }, 'information']],
    miss: [{ channel: http({ privateKeyAlias: '{{A b-c_d.e}}' }) }],
  },
};

describe('each rule', () => {
  for (const code of ruleIds) {
    it(`${code} is triggered, and is not by what comes close`, () => {
      const { hit, miss } = cases[code];
      assert.ok(hit.length && miss.length);
      hit.forEach(([each, severity], at) => {
        const found = of(each, code);
        assert.equal(
          found?.severity,
          severity,
          `hit ${at}: ${findingsOf(each)
            .map((other) => other.code)
            .join()}`,
        );
        assert.ok(
          messageOf(found).length > 20 && !/[{}]\w+[}]/.test(messageOf(found).replace(/\{\{.*?\}\}/g, '')),
          messageOf(found),
        );
      });
      miss.forEach((each, at) => assert.equal(of(each, code), undefined, `miss ${at}`));
    });
  }

  it('can be given another severity, or none', () => {
    const channel = http({ privateKeyAlias: '' });
    assert.equal(
      of({ channel, options: { severities: { 'alias-empty': 'error' } } }, 'alias-empty')?.severity,
      'error',
    );
    assert.equal(of({ channel, options: { severities: { 'alias-empty': 'off' } } }, 'alias-empty'), undefined);
  });

  it('mends what it can by one change of one value', () => {
    const mended = (each: Case, code: FindingCode): string => {
      const source = sourceOf(each);
      const [fix] = of(each, code)?.fixes ?? [];
      assert.ok(fix, code);
      const text = fix.file === 'Orders.iflw' ? source.flow.text : (source.parametersFile?.parameters.text ?? '');
      return applyEdits(text, fix.edits);
    };
    const over = { channel: http({ httpAddressWithoutQuery: 'http://x/{{Path}}' }), parameters: 'Path=p' };
    assert.ok(mended(over, 'client-certificate-over-http').includes('<value>https://x/{{Path}}</value>'));
    const whole = { channel: http({ httpAddressWithoutQuery: '{{Url}}' }), parameters: 'Url=http://x' };
    assert.equal(mended(whole, 'client-certificate-over-http'), 'Url=https\\://x');
    const clear = { channel: http({ authenticationMethod: 'None' }) };
    assert.ok(!mended(clear, 'alias-left-over').includes('partner_a'));
    const proxy = { channel: http({ proxyType: 'sapcc' }) };
    assert.ok(mended(proxy, 'client-certificate-on-premise').includes('<value>default</value>'));
    assert.ok(mended(proxy, 'https-on-premise').includes('<value>http://partner.example/orders</value>'));
    const undefinedOne = { channel: http({ privateKeyAlias: '{{A b}}' }), parameters: 'X=1\n' };
    assert.equal(mended(undefinedOne, 'parameter-undefined'), 'X=1\nA\\ b=\n');
    const cell = { step: encryptor('partner_x'), store: keystore(certificate('partner_a')) };
    assert.ok(mended(cell, 'alias-missing').includes('&gt;partner_a&lt;/cell'));
    const shared = { channel: http({ authenticationMethod: 'None', privateKeyAlias: '{{A}}' }), parameters: 'A=a' };
    assert.equal(of(shared, 'alias-left-over')?.fixes, undefined);
  });

  it('stands in the catalog and in docs/checks.md, with its source', () => {
    const text = readFileSync(path.join(process.env['PROJECT_ROOT']!, 'docs/checks.md'), 'utf8');
    for (const code of ruleIds) {
      assert.ok(isRuleId(code));
      const { severity, about, source } = ruleCatalog[code];
      const row = text.split('\n').find((line) => line.startsWith(`| \`${code}\` `));
      assert.deepEqual(
        row
          ?.split('|')
          .map((cell) => cell.trim())
          .slice(2, 5),
        [severity, about, source],
        code,
      );
    }
    assert.equal(text.match(/^\| `/gm)?.length, ruleIds.length);
    assert.ok(!isRuleId('toString'));
    const manifest = JSON.parse(readFileSync(path.join(process.env['PROJECT_ROOT']!, 'package.json'), 'utf8')) as {
      contributes: { configuration: { properties: Record<string, { properties?: object }> } };
    };
    const setting = manifest.contributes.configuration.properties['flowKeystore.checks.severity'];
    assert.deepEqual(Object.keys(setting?.properties ?? {}), ruleIds);
  });
});
