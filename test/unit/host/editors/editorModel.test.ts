import assert from 'node:assert/strict';
import { fieldsOf } from '../../../../src/core/flow/fields';
import { keyPairsNote, testedSettings } from '../../../../src/host/editors/editorModel';
import type { ChannelView, EditorState, FieldView } from '../../../../src/protocol/adapterEditor';
import { exampleEditor, exampleKeystore, manyKindsEditor } from '../../../support/exampleFlow';
import { keystore } from '../../checks/views';

const channelOf = (state: EditorState, name: string): ChannelView => state.channels.find((each) => each.name === name)!;
const fieldOf = (channel: ChannelView, id: FieldView['id']): FieldView | undefined =>
  channel.fields.find((field) => field.id === id);

describe('adapter editor model', () => {
  it('marks each receiver by what is known of it', () => {
    const { channels } = exampleEditor().state();
    assert.deepEqual(
      channels.map(({ adapter, name, mark, status }) => [adapter, name, mark, status]),
      [
        ['HTTP', 'To Partner A', 'ok', 'no problem found'],
        ['IDoc', 'ERP', 'error', '1 error'],
        ['HTTP', 'Regional API', 'unknown', 'alias set at run time'],
        ['OData V2', 'Products', 'ok', 'no problem found'],
        ['Mail', 'Ops', 'ok', 'no problem found'],
        ['Advanced Event Mesh', 'Events', 'ok', 'no problem found'],
      ],
    );
  });

  it('shows a whole parameter with its value, and an address with what it comes to', () => {
    const channel = channelOf(exampleEditor().state(), 'To Partner A');
    const alias = fieldOf(channel, 'privateKeyAlias');
    assert.deepEqual(alias?.parameter, { name: 'Partner Alias', value: 'partner_a', shared: '' });
    assert.equal(alias.value, '{{Partner Alias}}');
    assert.match(alias.notes[0]?.text ?? '', /^Key pair · RSA 3072 · CN=Partner A Client.* · valid to 2027-07-18/);
    const address = fieldOf(channel, 'address');
    assert.equal(address?.preview, 'https://api.partner.example/orders?mode=full');
    assert.equal(address.parameter, undefined);
  });

  it('says who shares a parameter', () => {
    const editor = exampleEditor();
    editor.flow = editor.flow.replace('{{Erp Alias}}', '{{Partner Alias}}');
    const alias = fieldOf(channelOf(editor.state(), 'ERP'), 'privateKeyAlias');
    assert.equal(alias?.parameter?.shared, 'shared with To Partner A');
  });

  it('does not offer to write to a parameters.prop that is not there', () => {
    const editor = exampleEditor();
    editor.parameters = undefined;
    const alias = fieldOf(channelOf(editor.state(), 'To Partner A'), 'privateKeyAlias');
    assert.match(alias?.parameter?.unavailable ?? '', /no parameters.prop/);
    assert.equal(alias?.notes[0]?.mark, 'unknown');
  });

  it('puts a finding under its field, be it in the flow or in parameters.prop', () => {
    const inParameters = fieldOf(channelOf(exampleEditor().state(), 'ERP'), 'privateKeyAlias');
    assert.equal(inParameters?.problems.length, 1);
    assert.match(inParameters.problems[0]?.text ?? '', /no entry "unknown_alias"/);
    const editor = exampleEditor();
    editor.flow = editor.flow.replace('{{Partner Alias}}', 'partnera');
    const inFlow = fieldOf(channelOf(editor.state(), 'To Partner A'), 'privateKeyAlias');
    assert.deepEqual(inFlow?.problems[0]?.fixes, [{ label: 'Use "partner_a"', value: 'partner_a' }]);
  });

  it('shows left over values, and offers to clear those of the flow alone', () => {
    const editor = exampleEditor();
    const left = fieldOf(channelOf(editor.state(), 'To Partner A'), 'credential');
    assert.equal(left?.leftOver, true);
    assert.match(left.notes[0]?.text ?? '', /not used with the authentication Client Certificate/);
    editor.flow = editor.flow.replace('>PARTNER_USER<', '>{{User}}<');
    assert.equal(fieldOf(channelOf(editor.state(), 'To Partner A'), 'credential')?.leftOver, false);
    assert.equal(fieldOf(channelOf(editor.state(), 'ERP'), 'credential'), undefined);
  });

  it('offers what the adapter version lacks only where it is needed', () => {
    const editor = exampleEditor();
    editor.flow = editor.flow
      .replace(/<ifl:property>\s*<key>odataCertAuthPrivateKeyAlias<\/key>[^]*?<\/ifl:property>/, '')
      .replace('OAuth2ClientCredentials', 'Client Certificate');
    const alias = fieldOf(channelOf(editor.state(), 'Products'), 'privateKeyAlias');
    assert.match(alias?.missing ?? '', /Version 1\.26\.0/);
  });

  it('marks choices that were never seen', () => {
    const { options = [] } = fieldOf(channelOf(exampleEditor().state(), 'To Partner A'), 'authentication')!;
    assert.equal(options.find(({ value }) => value === 'Client Certificate')?.note, '');
    assert.match(options.find(({ value }) => value === 'Principal Propagation')?.note ?? '', /Never seen/);
  });

  it('believes a test until what it depends on changes', () => {
    const editor = exampleEditor();
    const { flow, parametersFile } = editor.source;
    const settings = testedSettings(flow.channels[0]!, fieldsOf(flow.channels[0]!, parametersFile?.parameters));
    const test = { at: editor.options.now, ok: true, headline: 'It connects', trusted: true, settings };
    editor.tests.set('MessageFlow_1', test);
    const tested = channelOf(editor.state(), 'To Partner A');
    assert.deepEqual(
      tested.readiness.map(({ text }) => text),
      ['Key pair is valid', 'Receiver is trusted', 'Tested 12:00:00: It connects'],
    );
    assert.equal(tested.status, 'tested, connects');
    editor.parameters = editor.parameters!.replace('partner_a', 'renewal_b');
    const changed = channelOf(editor.state(), 'To Partner A');
    assert.deepEqual(
      changed.readiness.map(({ text }) => text),
      ['Key pair is about to expire', 'Not tested since the change'],
    );
  });

  it('says no green word where no keystore is open', () => {
    const channel = channelOf(exampleEditor([]).state(), 'To Partner A');
    assert.deepEqual([channel.mark, channel.status], ['unknown', 'alias not checked']);
    assert.match(channel.readiness[0]?.text ?? '', /could not be checked/);
  });

  it('offers key pairs alone, expired ones last', () => {
    const rows = exampleEditor().keyPairs();
    assert.deepEqual(
      rows.map(({ alias, mark }) => [alias, mark]),
      [
        ['partner_a', 'ok'],
        ['renewal_b', 'warning'],
        ['old_c', 'error'],
      ],
    );
    assert.deepEqual([rows[0]?.key, rows[0]?.keystore], ['RSA 3072', 'partner.p12']);
  });

  it('says why there is nothing to choose from', () => {
    const { texts } = exampleEditor();
    const locked = { name: 'other.p12', state: 'locked', entries: [] } as const;
    assert.equal(keyPairsNote([], texts), 'No keystore is open');
    assert.equal(keyPairsNote([exampleKeystore, locked], texts), 'Locked, so not listed: other.p12');
    assert.equal(keyPairsNote([keystore()], texts), 'No keystore has a key pair');
    assert.equal(keyPairsNote([exampleKeystore], texts), '');
  });

  it('names the place where broken XML is broken', () => {
    const editor = exampleEditor();
    editor.flow = editor.flow.replace('</bpmn2:collaboration>', '</bpmn2:oops>');
    const { broken, channels } = editor.state();
    assert.match(broken?.place ?? '', /^Line \d+, column \d+$/);
    assert.deepEqual(channels, []);
  });

  it('shows receivers, then senders and steps that use keys, each with what speaks for it', () => {
    const { channels } = manyKindsEditor().state();
    assert.deepEqual(
      channels.map(({ kind, adapter, mark, status }) => [kind, adapter, mark, status]),
      [
        ['receiver', 'AS2', 'warning', '1 warning'],
        ['receiver', 'SOAP 1.x', 'error', '1 error'],
        ['receiver', 'SFTP', 'information', 'has a note'],
        ['receiver', 'AMQP', 'ok', 'no problem found'],
        ['receiver', 'CompanyLedger', 'unknown', 'adapter not known here'],
        ['receiver', 'SuccessFactors OData V2', 'ok', 'no problem found'],
        ['sender', 'AS2', 'ok', 'no problem found'],
        ['step', 'Simple Signer', 'warning', '1 warning'],
        ['step', 'PKCS#7 Encryptor', 'ok', 'no problem found'],
        ['step', 'PGP Encryptor', 'none', 'names no alias'],
      ],
    );
    const ledger = channelOf(manyKindsEditor().state(), 'Ledger');
    assert.match(ledger.hint ?? '', /taken from the names/);
    assert.deepEqual(
      ledger.further.map(({ id, value, aliases }) => [id, value, aliases]),
      [
        ['keyAlias', 'partner_a', 'keyPairs'],
        ['apiTokenAlias', 'LEDGER', undefined],
      ],
    );
  });

  it('edits the rows of a table, adds and removes them', () => {
    const editor = manyKindsEditor();
    const rows = (name: string): (readonly [string, string, string | undefined])[] =>
      channelOf(editor.state(), name).fields.map(({ id, value, addRow }) => [id, value, addRow]);
    const bank = 'Encrypt for the Bank';
    assert.deepEqual(rows(bank), [
      ['headers/0', 'example root', undefined],
      ['headers/1', 'partner_a', 'after'],
    ]);
    const { flow } = editor;
    editor.addRow('Encrypt', 'headers/1', 'renewal_b');
    assert.deepEqual(rows(bank).at(-1), ['headers/2', 'renewal_b', 'after']);
    editor.write({ channel: 'Encrypt', field: 'headers/2', value: 'old_c', place: 'flow', add: false });
    assert.deepEqual(rows(bank).at(-1), ['headers/2', 'old_c', 'after']);
    editor.removeRow('Encrypt', 'headers/2');
    assert.equal(editor.flow, flow);
    const pgp = 'Encrypt for the Warehouse';
    assert.deepEqual(rows(pgp), [['PgpEncryptionUserIDs', '', 'only']]);
    editor.addRow('Pgp', 'PgpEncryptionUserIDs', 'warehouse@example.org');
    assert.deepEqual(rows(pgp), [['PgpEncryptionUserIDs/0/EncryptUserID', 'warehouse@example.org', 'after']]);
  });

  it('points at what is left over beside the main fields', () => {
    const { further } = channelOf(manyKindsEditor().state(), 'Trading Partner');
    assert.deepEqual(
      further.map(({ id, leftOver, aliases }) => [id, leftOver, aliases]),
      [
        ['privateKeyAliasForSigning', false, 'keyPairs'],
        ['publicKeyAliasForEncryption', false, 'certificates'],
        ['publicKeyAliasForMDNVerification', true, 'certificates'],
      ],
    );
  });

  it('offers to externalize what stands in the flow, and to internalize what has a value', () => {
    const { fields } = channelOf(exampleEditor().state(), 'To Partner A');
    assert.deepEqual(
      fields.map(({ id, canExternalize, canInternalize }) => [id, canExternalize, canInternalize]),
      [
        ['address', false, true],
        ['authentication', true, false],
        ['privateKeyAlias', false, true],
        ['credential', true, false],
        ['proxyType', true, false],
      ],
    );
  });
});
