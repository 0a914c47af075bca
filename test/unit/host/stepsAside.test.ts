import assert from 'node:assert/strict';
import { runSteps, type Step, type StepAnswer } from '../../../src/host/input/steps';

interface Answers {
  readonly name: string;
  readonly extra: string;
}

describe('a step that stands aside', () => {
  it('is asked only when sent to, is not counted, and leads back to where it was left', async () => {
    const log: string[] = [];
    const script: Record<string, StepAnswer<Answers>[]> = {
      name: [{ kind: 'next', answer: { name: 'a' } }],
      extra: [{ kind: 'back' }, { kind: 'next', answer: { extra: 'x' } }],
      summary: [
        { kind: 'to', id: 'extra' },
        { kind: 'to', id: 'extra' },
        { kind: 'next', answer: {} },
      ],
    };
    const step = (id: string, aside?: true): Step<Answers> => ({
      id,
      ...(aside && { aside }),
      ask: (_, { step: number, total, canGoBack }) => {
        log.push(`${id} ${number}/${total}${canGoBack ? ' back' : ''}`);
        const answer = script[id]?.shift();
        assert.ok(answer, `${id} was asked once more than expected`);
        return Promise.resolve(answer);
      },
    });
    const steps = [step('name'), step('extra', true), step('summary')];
    assert.deepEqual(await runSteps<Answers>(steps, {}), { name: 'a', extra: 'x' });
    assert.deepEqual(log, [
      'name 1/2',
      'summary 2/2 back',
      'extra 2/2 back',
      'summary 2/2 back',
      'extra 2/2 back',
      'summary 2/2 back',
    ]);
  });
});
