import assert from 'node:assert/strict';
import { isFromAdapterEditor, isToAdapterEditor } from '../../../src/protocol/adapterEditor';
import { isFromConnectivityReport, isToConnectivityReport } from '../../../src/protocol/connectivityReport';
import { count, list, messages, optional, shape, text, word } from '../../../src/protocol/guards';
import { editorStrings, reportStrings } from '../../../src/host/editors/viewStrings';
import { exampleEditor } from '../../support/exampleFlow';

const say = (sentence: string): string => sentence;

describe('message guards', () => {
  it('take a shape with its optional keys, and nothing else', () => {
    const isPoint = shape<{ readonly x: number; readonly name?: string }>({ x: count, name: optional(text) });
    assert.ok(isPoint({ x: 1 }));
    assert.ok(isPoint({ x: 1, name: 'a', further: true }));
    assert.ok(isPoint({ x: 1, name: undefined }));
    for (const wrong of [undefined, null, 1, 'x', [], {}, { x: '1' }, { x: 1.5 }, { x: 1, name: 2 }, { x: NaN }]) {
      assert.equal(isPoint(wrong), false, JSON.stringify(wrong));
    }
  });

  it('look at own keys alone', () => {
    const isNamed = shape<{ readonly toString: string }>({ toString: text });
    assert.equal(isNamed({}), false);
    const isMessage = messages<{ readonly type: 'a' }>({ a: {} });
    for (const type of ['constructor', '__proto__', 'toString', 'b']) assert.equal(isMessage({ type }), false, type);
    assert.ok(isMessage({ type: 'a' }));
  });

  it('look at every item of a list', () => {
    assert.ok(list(word('a', 'b'))(['a', 'b', 'a']));
    assert.equal(list(word('a', 'b'))(['a', 'c']), false);
    assert.equal(list(text)({ length: 0 }), false);
  });

  it('refuse texts without end', () => {
    assert.equal(text('x'.repeat(1_000_001)), false);
  });

  it('take what the host says to the adapter editor', () => {
    const editor = exampleEditor();
    assert.ok(isToAdapterEditor({ type: 'state', state: editor.state() }));
    assert.ok(isToAdapterEditor({ type: 'strings', strings: editorStrings(say) }));
    assert.ok(
      isToAdapterEditor({
        type: 'keyPairs',
        keyPairs: editor.keyPairs(),
        certificates: editor.certificates(),
        note: '',
      }),
    );
    assert.ok(isToAdapterEditor({ type: 'reveal', channel: 'MessageFlow_1', field: 'address' }));
  });

  it('refuse a state with one wrong leaf', () => {
    const state = JSON.parse(JSON.stringify(exampleEditor().state())) as {
      channels: { fields: { label: unknown }[] }[];
    };
    assert.ok(isToAdapterEditor({ type: 'state', state }));
    state.channels[0]!.fields[0]!.label = 7;
    assert.equal(isToAdapterEditor({ type: 'state', state }), false);
  });

  it('take the wishes of the views, spelt right', () => {
    const draft = { type: 'setField', channel: 'a', field: 'address', value: '', place: 'flow', add: false };
    assert.ok(isFromAdapterEditor(draft));
    assert.equal(isFromAdapterEditor({ ...draft, field: 7 }), false);
    assert.equal(isFromAdapterEditor({ ...draft, place: '/etc/passwd' }), false);
    assert.ok(isFromConnectivityReport({ type: 'addToKeystore', certificate: 0 }));
    assert.equal(isFromConnectivityReport({ type: 'addToKeystore', certificate: '0' }), false);
    assert.equal(isFromConnectivityReport({ type: 'copy', format: 'key' }), false);
    assert.ok(isToConnectivityReport({ type: 'strings', strings: reportStrings(say) }));
  });
});
