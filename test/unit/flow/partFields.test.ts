import assert from 'node:assert/strict';
import { whereUsed } from '../../../src/core/checks/whereUsed';
import { renameAlias } from '../../../src/core/checks/renameAlias';
import { applyEdits, editField, invertEdits } from '../../../src/core/flow/edit';
import { guessField } from '../../../src/core/flow/guess';
import type { PartField } from '../../../src/core/flow/model';
import { readParameters, type Parameters } from '../../../src/core/flow/parameters';
import { partFields, partsOf, type Part } from '../../../src/core/flow/partFields';
import { readFlow } from '../../../src/core/flow/read';
import { flowText, flowWithSteps, httpReceiver, type ChannelText, type StepText } from './flowText';

const table = (id: string, ...values: string[]): string =>
  values.map((value) => `&lt;row&gt;&lt;cell id='${id}'&gt;${value}&lt;/cell&gt;&lt;/row&gt;`).join('');

function partOf(text: string): Part {
  const part = partsOf(readFlow(text)).at(-1);
  assert.ok(part);
  return part;
}
const ofChannel = (channel: ChannelText, parameters?: Parameters): readonly PartField[] =>
  partFields(partOf(flowText(channel)), parameters);
const ofStep = (step: StepText, parameters?: Parameters): readonly PartField[] =>
  partFields(partOf(flowWithSteps([], [step])), parameters);
const brief = (fields: readonly PartField[], ...roles: string[]): string[] =>
  fields
    .filter(({ role, missing }) => roles.includes(role) && !missing)
    .map(({ id, value, used }) => `${id} ${value} ${used}`);

describe('the fields of a channel or step', () => {
  it('are those of steps too, in any process, and of nothing that has no keys', () => {
    const flow = readFlow(
      flowWithSteps(
        [httpReceiver()],
        [
          { id: 'S', name: 'Sign', activity: 'SimpleSignMessage', properties: { privateKeyAlias: 'signer' } },
          { id: 'T', activity: 'Enricher', properties: { bodyType: 'constant' } },
        ],
      ),
    );
    assert.deepEqual(
      flow.steps.map(({ id, element, activity, version }) => [id, element, activity, version]),
      [
        ['Process_1', 'process', '', ''],
        ['S', 'callActivity', 'SimpleSignMessage', '1.3.0'],
        ['T', 'callActivity', 'Enricher', '1.3.0'],
      ],
    );
    assert.deepEqual(
      partsOf(flow).map(({ kind, part }) => `${kind} ${part.id}`),
      ['channel MessageFlow_1', 'step S'],
    );
  });

  it('are the cells of a table, each a field', () => {
    const fields = ofStep(
      {
        activity: 'Encrypt',
        properties: {
          headers: table('Public Key Alias', 'partner_a', '{{Alias}}', '${header.x}'),
          PKCS7SignContentType: 'enveloped',
          PKCS7PrivateKeyAliases: table('whatever', 'signer'),
        },
      },
      readParameters('Alias=partner_b'),
    );
    assert.deepEqual(brief(fields, 'certificate'), [
      'headers/0 partner_a yes',
      'headers/1 {{Alias}} yes',
      'headers/2 ${header.x} yes',
    ]);
    assert.deepEqual(fields[1] && [fields[1].parameter, fields[1].resolved, fields[2]?.dynamic], [
      'Alias',
      'partner_b',
      true,
    ]);
    assert.deepEqual(brief(fields, 'keyPair'), ['PKCS7PrivateKeyAliases/0/whatever signer no']);
  });

  it('are the cells of a table that is the whole value of a parameter', () => {
    const parameters = readParameters(
      "Keys=<row><cell id\\='Public Key Alias'>a</cell></row><row><cell id\\='Public Key Alias'>b</cell></row>",
    );
    const step = { activity: 'Encrypt', properties: { headers: '{{Keys}}' } };
    const fields = ofStep(step, parameters);
    assert.deepEqual(brief(fields, 'certificate'), ['headers/0 a yes', 'headers/1 b yes']);
    const flow = readFlow(flowWithSteps([], [step]));
    const [part] = partsOf(flow);
    assert.ok(part && fields[1]);
    const edit = editField({ flow, part: part.part, parameters }, fields[1], 'c');
    assert.equal(edit.place, 'parameters');
    assert.equal(applyEdits(parameters.text, edit.edits), parameters.text.replace('>b<', '>c<'));
  });

  it('are read or not by what other values say', () => {
    const as2 = (properties: Record<string, string>): string[] =>
      brief(ofChannel({ adapter: 'AS2', messageProtocol: 'AS2', properties }), 'keyPair', 'certificate');
    const keys = { privateKeyAliasForSigning: 's', publicKeyAliasForEncryption: 'e' };
    assert.deepEqual(as2({ ...keys, doSigning: '1', doEncryption: '0' }), [
      'privateKeyAliasForSigning s yes',
      'publicKeyAliasForEncryption e no',
    ]);
    assert.deepEqual(as2({ ...keys, doSigning: '${header.sign}', doEncryption: '{{Enc}}' }), [
      'privateKeyAliasForSigning s unknown',
      'publicKeyAliasForEncryption e unknown',
    ]);
    assert.deepEqual(as2(keys), ['privateKeyAliasForSigning s unknown', 'publicKeyAliasForEncryption e unknown']);
  });

  it('know the credentials and secure parameters that only look like aliases', () => {
    const fields = ofChannel({
      adapter: 'AdvancedEventMesh',
      messageProtocol: 'SMF',
      vendor: 'SAP',
      properties: { authenticationType: 'BASIC', password: 'pw_alias', keyStoreAlias: 'mesh', trustStoreAlias: 'root' },
    });
    assert.deepEqual(brief(fields, 'secureParameter'), ['password pw_alias yes']);
    assert.deepEqual(brief(fields, 'keyPair', 'certificate'), ['keyStoreAlias mesh no', 'trustStoreAlias root no']);
  });

  it('offer what a version does not have only where flows prove the key', () => {
    const missing = (channel: ChannelText): string[] =>
      ofChannel(channel)
        .filter((field) => field.missing)
        .map(({ key }) => key);
    assert.ok(missing({ adapter: 'SFTP', messageProtocol: 'File', version: '1.4.1' }).includes('privateKeyAlias'));
    assert.deepEqual(missing({ adapter: 'Workday', messageProtocol: 'REST', vendor: 'SAP' }), []);
  });

  it('are guessed by their names where the adapter is not known, but for secrets', () => {
    const fields = ofChannel({
      adapter: 'Acme',
      vendor: 'acme',
      messageProtocol: 'acme',
      properties: {
        privateKeyAlias: 'k',
        authType: 'cert',
        brokerCredential: 'c',
        sslKeyPassword: 'hunter2',
        clientSecret: 's',
        apiTokenAlias: 't',
        maxRows: '5',
        description: 'x',
      },
    });
    assert.deepEqual(
      fields.map(({ key, role, source, used }) => [key, role, source, used]),
      [
        ['privateKeyAlias', 'keyPair', 'unverified', 'unknown'],
        ['authType', 'authentication', 'unverified', 'unknown'],
        ['brokerCredential', 'credential', 'unverified', 'unknown'],
        ['apiTokenAlias', 'secureParameter', 'unverified', 'unknown'],
      ],
    );
    for (const key of ['password', 'sslKeystorePassword', 'token', 'accessTokenSecret']) {
      assert.equal(guessField(key), undefined, key);
    }
  });

  it('are spelt as the channel has them where the spelling of an adapter was never seen', () => {
    const fields = ofChannel({
      adapter: 'Workday',
      messageProtocol: 'SOAP',
      properties: {
        authenticationType: 'Certificate Based Authentication',
        PrivateKeyAlias: 'wd',
        credentialName: 'left',
      },
    });
    assert.deepEqual(brief(fields, 'keyPair', 'credential'), ['PrivateKeyAlias wd yes', 'credentialName left no']);
    assert.ok(fields.every(({ source, key }) => source === 'unverified' || key === 'proxyType'));
  });
});

describe('aliases in steps and tables', () => {
  const text = flowWithSteps(
    [httpReceiver({ privateKeyAlias: 'partner_a' }, { id: 'A' })],
    [
      { id: 'S', name: 'Sign', activity: 'SimpleSignMessage', properties: { privateKeyAlias: 'Partner_A' } },
      {
        id: 'E',
        activity: 'Encrypt',
        properties: { headers: table('Public Key Alias', 'x &amp;amp; y', 'partner_a', 'z', 'partner_a') },
      },
      { id: 'P', activity: 'PgpEncrypt', properties: { PgpEncryptionUserIDs: table('EncryptUserID', 'partner_a') } },
    ],
  );
  const source = { file: 'x.iflw', flow: readFlow(text, 'x') };

  it('are found, where they lie; a PGP user id is no alias', () => {
    const uses = whereUsed([source]);
    assert.deepEqual(
      [...uses].map(([alias, all]) => [alias, all.map(({ part, role }) => `${part.kind} ${part.id} ${role}`)]),
      [
        ['partner_a', ['channel A keyPair', 'step E certificate', 'step E certificate']],
        ['Partner_A', ['step S keyPair']],
        ['x & y', ['step E certificate']],
        ['z', ['step E certificate']],
      ],
    );
    for (const { place, alias } of uses.get('partner_a') ?? []) {
      assert.equal(text.slice(place.span.offset, place.span.offset + place.span.length), alias);
    }
  });

  it('are renamed, all cells of a table at once, and nothing beside them', () => {
    const { files, left } = renameAlias([source], 'partner_a', 'neu');
    assert.deepEqual(left, []);
    const [flow] = files;
    assert.ok(flow && files.length === 1);
    const after = applyEdits(text, flow.edits);
    const pgp = table('EncryptUserID', 'partner_a');
    assert.equal(
      after,
      text
        .replace(pgp, '@')
        .replaceAll(/partner_a/gi, 'neu')
        .replace('@', pgp),
    );
    assert.equal(applyEdits(after, invertEdits(text, flow.edits)), text);
  });

  it('change one cell of a table, byte for byte', () => {
    const part = partsOf(source.flow).find((each) => each.part.id === 'E');
    assert.ok(part);
    const cell = partFields(part).find(({ value }) => value === 'z');
    assert.ok(cell);
    const edit = editField({ flow: source.flow, part: part.part }, cell, "a'<b>");
    assert.equal(applyEdits(text, edit.edits), text.replace('&gt;z&lt;', '&gt;a&amp;apos;&amp;lt;b&amp;gt;&lt;'));
    assert.deepEqual([edit.before, edit.after], ['z', "a'<b>"]);
  });
});
