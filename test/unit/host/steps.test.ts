import assert from 'node:assert/strict';
import { runSteps, type Step, type StepAnswer, type StepPlace } from '../../../src/host/input/steps';

interface Answers {
  readonly name: string;
  readonly colour: string;
  readonly size: string;
}

/** A step that answers from a script, and writes down where it stood. */
function scripted(id: keyof Answers, log: string[], script: Record<string, StepAnswer<Answers>[]>): Step<Answers> {
  return {
    id,
    ask: (state, { step, total, canGoBack }: StepPlace) => {
      log.push(`${id} ${step}/${total}${canGoBack ? ' back' : ''}${state[id] ? ` was ${state[id]}` : ''}`);
      const answer = script[id]?.shift();
      assert.ok(answer, `${id} was asked once more than expected`);
      return Promise.resolve(answer);
    },
  };
}

const next = (answer: Partial<Answers>): StepAnswer<Answers> => ({ kind: 'next', answer });

describe('a dialogue of steps', () => {
  let log: string[];
  beforeEach(() => {
    log = [];
  });

  it('asks one after the other and gathers the answers', async () => {
    const script = { name: [next({ name: 'a' })], colour: [next({ colour: 'red' })] };
    const steps = (['name', 'colour'] as const).map((id) => scripted(id, log, script));
    assert.deepEqual(await runSteps<Answers>(steps, { size: 'given' }), { size: 'given', name: 'a', colour: 'red' });
    assert.deepEqual(log, ['name 1/2', 'colour 2/2 back']);
  });

  it('goes back, remembers what was answered, and goes on from there', async () => {
    const script = {
      name: [next({ name: 'a' }), next({ name: 'b' })],
      colour: [{ kind: 'back' } as const, next({ colour: 'red' })],
    };
    const steps = (['name', 'colour'] as const).map((id) => scripted(id, log, script));
    assert.deepEqual(await runSteps<Answers>(steps, {}), { name: 'b', colour: 'red' });
    assert.deepEqual(log, ['name 1/2', 'colour 2/2 back', 'name 1/2 was a', 'colour 2/2 back']);
  });

  it('ends with nothing when it is given up', async () => {
    const script = { name: [next({ name: 'a' })], colour: [{ kind: 'cancel' } as const] };
    const steps = (['name', 'colour', 'size'] as const).map((id) => scripted(id, log, script));
    assert.equal(await runSteps<Answers>(steps, {}), undefined);
    assert.equal(log.length, 2);
  });

  it('leaves out and does not count what does not apply, as it stands at that moment', async () => {
    const script = { name: [next({ name: 'plain' })], size: [next({ size: 'L' })] };
    const steps = (['name', 'colour', 'size'] as const).map((id) => scripted(id, log, script));
    const [name, colour, size] = steps;
    assert.ok(name && colour && size);
    const dialogue = [name, { ...colour, when: (state: Partial<Answers>) => state.name !== 'plain' }, size];
    assert.deepEqual(await runSteps<Answers>(dialogue, {}), { name: 'plain', size: 'L' });
    assert.deepEqual(log, ['name 1/3', 'size 2/2 back']);
  });

  it('makes a detour to one step and comes back to where it was left', async () => {
    const script = {
      name: [next({ name: 'a' }), next({ name: 'b' })],
      colour: [next({ colour: 'red' })],
      size: [{ kind: 'to', id: 'name' } as const, next({ size: 'L' })],
    };
    const steps = (['name', 'colour', 'size'] as const).map((id) => scripted(id, log, script));
    assert.deepEqual(await runSteps<Answers>(steps, {}), { name: 'b', colour: 'red', size: 'L' });
    assert.deepEqual(log, ['name 1/3', 'colour 2/3 back', 'size 3/3 back', 'name 1/3 was a', 'size 3/3 back']);
  });

  it('gives up the detour when it is gone back from', async () => {
    const script = {
      name: [next({ name: 'a' }), next({ name: 'b' })],
      colour: [next({ colour: 'red' }), { kind: 'back' } as const, next({ colour: 'blue' })],
      size: [{ kind: 'to', id: 'colour' } as const, next({ size: 'L' })],
    };
    const steps = (['name', 'colour', 'size'] as const).map((id) => scripted(id, log, script));
    assert.deepEqual(await runSteps<Answers>(steps, {}), { name: 'b', colour: 'blue', size: 'L' });
  });
});
