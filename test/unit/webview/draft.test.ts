import assert from 'node:assert/strict';
import {
  begin,
  isDirty,
  received,
  refused,
  resume,
  sending,
  takenBack,
  typed,
  written,
} from '../../../src/webview/adapterEditor/draft';

describe('draft of a field', () => {
  it('follows the file while nothing is typed', () => {
    assert.deepEqual(received(begin('a'), 'b'), begin('b'));
  });

  it('is clean again when its edit comes back', () => {
    const sent = sending(typed(begin('a'), 'b'));
    assert.equal(isDirty(sent), false);
    assert.deepEqual(received(sent, 'b'), begin('b'));
    assert.deepEqual(received(written(sent, 'b'), 'b'), begin('b'));
    assert.deepEqual(written(received(sent, 'b'), 'b'), begin('b'));
  });

  it('keeps what was typed on while the edit was under way', () => {
    const typedOn = typed(sending(typed(begin(''), 'a')), 'ab');
    const back = received(typedOn, 'a');
    assert.deepEqual(back, { base: 'a', text: 'ab' });
    assert.equal(isDirty(back), true);
    assert.deepEqual(received(sending(back), 'ab'), begin('ab'));
  });

  it('is not thrown back by a state that was on its way before the edit', () => {
    const sent = sending(typed(begin('a'), 'b'));
    assert.equal(received(sent, 'a').text, 'b');
  });

  it('keeps the draft over the change of another, and shows it', () => {
    const draft = received(typed(begin('a'), 'mine'), 'theirs');
    assert.deepEqual(draft, { base: 'theirs', text: 'mine', theirs: 'theirs' });
    assert.deepEqual(takenBack(draft), begin('theirs'));
    assert.equal(sending(draft).theirs, undefined);
  });

  it('is clean when another wrote the same', () => {
    assert.deepEqual(received(typed(begin('a'), 'b'), 'b'), begin('b'));
  });

  it('keeps the text of a refused edit', () => {
    const draft = refused(sending(typed(begin('a'), 'b')), 'b');
    assert.deepEqual(draft, { base: 'a', text: 'b' });
    assert.equal(isDirty(draft), true);
  });

  it('ignores the end of an earlier edit', () => {
    const second = sending(typed(sending(typed(begin(''), 'a')), 'ab'));
    assert.deepEqual(written(second, 'a'), second);
    assert.deepEqual(refused(second, 'a'), second);
  });

  it('takes up what was kept, and notices a change meanwhile', () => {
    assert.deepEqual(resume('a', { base: 'a', text: 'ab' }), { base: 'a', text: 'ab' });
    assert.equal(resume('x', { base: 'a', text: 'ab' }).theirs, 'x');
    assert.deepEqual(resume('x', { base: 'a', text: 'a' }), begin('x'));
  });
});
