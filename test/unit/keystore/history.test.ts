import assert from 'node:assert/strict';
import { History, type Saved } from '../../../src/core/keystore/history';

const megabyte = 1024 * 1024;
const saved = (label: string, octets = 10): Saved => ({
  label,
  before: { bytes: new Uint8Array(octets), password: `before ${label}` },
  after: { bytes: new Uint8Array(octets), password: `after ${label}` },
});
/** What can be undone, youngest first. */
function undoable(history: History): string[] {
  const labels: string[] = [];
  for (let label = history.undoLabel; label !== undefined; label = history.undoLabel) {
    labels.push(label);
    history.undid();
  }
  return labels;
}

describe('undo and redo of a keystore', () => {
  it('goes back and forth, each version with its own password', () => {
    const history = new History();
    for (const label of ['one', 'two']) history.add(saved(label));
    assert.equal(history.undoLabel, 'two');
    assert.equal(history.redoLabel, undefined);
    assert.equal(history.toUndo?.password, 'before two');
    history.undid();
    assert.deepEqual([history.undoLabel, history.redoLabel], ['one', 'two']);
    assert.equal(history.toUndo.password, 'before one');
    assert.equal(history.toRedo?.password, 'after two');
    history.undid();
    assert.deepEqual([history.undoLabel, history.redoLabel], [undefined, 'one']);
    assert.equal(history.toUndo, undefined);
    history.redid();
    assert.deepEqual([history.undoLabel, history.redoLabel], ['one', 'two']);
    history.redid();
    assert.deepEqual([history.undoLabel, history.redoLabel], ['two', undefined]);
  });

  it('has nothing to redo after a new change, and nothing at all once cleared', () => {
    const history = new History();
    history.add(saved('one'));
    history.undid();
    history.add(saved('other'));
    assert.equal(history.toRedo, undefined);
    assert.deepEqual(undoable(history), ['other']);
    history.clear();
    assert.deepEqual([history.toUndo, history.toRedo], [undefined, undefined]);
  });

  it('stays as it is where there is nothing to go back or forth to', () => {
    const history = new History();
    history.undid();
    history.redid();
    assert.deepEqual([history.undoLabel, history.redoLabel], [undefined, undefined]);
  });

  it('keeps the last 50 steps', () => {
    const history = new History();
    for (let i = 1; i <= 60; i++) history.add(saved(`step ${i}`));
    const labels = undoable(history);
    assert.equal(labels.length, 50);
    assert.deepEqual([labels[0], labels.at(-1)], ['step 60', 'step 11']);
  });

  it('keeps the last 64 MB, and no step of more', () => {
    const history = new History();
    for (let i = 1; i <= 5; i++) history.add(saved(`step ${i}`, 20 * megabyte));
    assert.deepEqual(undoable(history), ['step 5', 'step 4', 'step 3']);
    const huge = new History();
    huge.add(saved('small'));
    huge.add(saved('huge', 65 * megabyte));
    assert.deepEqual(undoable(huge), []);
    huge.add(saved('after'));
    assert.deepEqual(undoable(huge), ['after']);
  });
});
