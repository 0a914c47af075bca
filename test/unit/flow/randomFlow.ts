import { escapeXmlText } from '../../../src/core/flow/xml';
import type { Random } from '../../fuzz/random';
import { flowWithSteps, type ChannelText, type StepText } from './flowText';

const adapters = [
  [
    'HTTP',
    'None',
    ['httpAddressWithoutQuery', 'authenticationMethod', 'privateKeyAlias', 'credentialName', 'locationID'],
  ],
  [
    'SOAP',
    'SOAP 1.x',
    ['address', 'authentication', 'privateKeyAlias', 'PrivateKeyAliasSigning', 'PublicKeyAliasEncryption'],
  ],
  [
    'HCIOData',
    'OData V2',
    ['address', 'authenticationMethod', 'odataCertAuthPrivateKeyAlias', 'alias', 'scc_location_id'],
  ],
  ['SFTP', 'File', ['host', 'authentication', 'privateKeyAlias', 'credential_name', 'username']],
  ['Acme', 'acme', ['authType', 'privateKeyAlias', 'brokerCredential']],
] as const;

/** Characters that XML can hold (section 2.2): of each kind some, those that are escaped most of all. */
function character(random: Random): string {
  const kinds = [
    () =>
      random.pick([
        '&',
        '<',
        '>',
        '"',
        "'",
        ']]>',
        '<![CDATA[',
        '<!--',
        '-->',
        '{{',
        '}}',
        '${',
        '=',
        ':',
        '#',
        '!',
        '\\',
      ]),
    () => random.pick(['\n', '\r', '\r\n', '\t', ' ']),
    () => String.fromCharCode(0x20 + random.below(0x5f)),
    () => String.fromCharCode(0xa0 + random.below(0x2000)),
    () => random.pick(['\u2028', '\u200b', '\ufeff', '\ufffd', '\ue000', '\ud7ff']),
    () => String.fromCodePoint(0x1_0000 + random.below(0xf_fffe)),
  ];
  return random.pick(kinds)();
}
export const textOf = (random: Random, most: number): string =>
  Array.from({ length: random.below(most) }, () => character(random)).join('');
/** As SAP's form has it: one line. */
export const lineOf = (random: Random, most: number): string => textOf(random, most).replace(/[\r\n\u2028]/g, '');

function element(random: Random, value: string): string {
  if (value === '') return random.pick(['<value/>', '<value></value>', '<value />']);
  const isPlain = !/[\r\n]|\]\]>/.test(value);
  if (isPlain && random.chance(8)) return `<value><![CDATA[${value}]]></value>`;
  return `<value>${escapeXmlText(value, '\n')}</value>`;
}

/** A flow with some channels and steps, values of all kinds, written in all ways. */
export function randomFlow(random: Random): string {
  const channels = Array.from({ length: random.below(4) }, (_, at): ChannelText => {
    const [adapter, messageProtocol, keys] = random.pick(adapters);
    const properties = Object.fromEntries(keys.map((key) => [key, element(random, textOf(random, 12))]));
    return {
      id: `M_${at}`,
      name: 'x',
      adapter,
      messageProtocol,
      properties: { ...properties, note: element(random, textOf(random, 40)) },
    };
  });
  const steps = Array.from({ length: random.below(3) }, (_, at): StepText => {
    const cells = Array.from(
      { length: 1 + random.below(3) },
      () => `<row><cell id='Public Key Alias'>${lineOf(random, 6).replace(/[&<>']/g, '')}</cell></row>`,
    );
    return { id: `S_${at}`, activity: 'Encrypt', properties: { headers: element(random, cells.join('')) } };
  });
  const text = flowWithSteps(channels, steps);
  return random.chance(3) ? text.replaceAll(/\r?\n/g, '\r\n') : text;
}
