import assert from 'node:assert/strict';
import { count, messages, text, type Guard } from '../../../src/protocol/guards';
import { Port, RemoteError, type PortOptions } from '../../../src/protocol/rpc';

type Ask = { readonly type: 'double'; readonly n: number } | { readonly type: 'note'; readonly what: string };
const isAsk: Guard<Ask> = messages<Ask>({ double: { n: count }, note: { what: text } });

/** Two ports whose envelopes go through JSON, as VS Code's do. */
function wire(options: Partial<PortOptions<Ask>> = {}): {
  left: Port<Ask, Ask>;
  right: Port<Ask, Ask>;
  seen: Ask[];
  logged: string[];
  post: unknown[];
} {
  const seen: Ask[] = [];
  const logged: string[] = [];
  const post: unknown[] = [];
  const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const right = new Port<Ask, Ask>({
    post: (envelope) => left.receive(json(envelope)),
    accept: isAsk,
    handle: (message) => {
      seen.push(message);
      if (message.type !== 'double') return undefined;
      if (message.n < 0) throw new Error('too small');
      return message.n * 2;
    },
    log: (problem) => logged.push(problem),
    ...options,
  });
  const left: Port<Ask, Ask> = new Port<Ask, Ask>({
    post: (envelope) => {
      post.push(envelope);
      right.receive(json(envelope));
    },
    accept: isAsk,
    handle: () => undefined,
    log: (problem) => logged.push(problem),
    timeout: 50,
  });
  left.setOpen(true);
  right.setOpen(true);
  return { left, right, seen, logged, post };
}

describe('port', () => {
  it('answers requests, in whatever order', async () => {
    const { left } = wire();
    const answers = await Promise.all([1, 2, 3].map((n) => left.request({ type: 'double', n }, count)));
    assert.deepEqual(answers, [2, 4, 6]);
  });

  it('hands an error back to who asked', async () => {
    const { left, logged } = wire();
    await assert.rejects(left.request({ type: 'double', n: -1 }, count), new RemoteError('too small'));
    assert.deepEqual(logged, []);
  });

  it('logs the error of an event that nobody waits for', async () => {
    const { left, logged } = wire();
    left.send({ type: 'double', n: -1 });
    await left.request({ type: 'double', n: 1 }, count);
    assert.deepEqual(logged, ['double: too small']);
  });

  it('drops what is malformed, and does not repeat its content', async () => {
    const { left, seen, logged } = wire();
    await assert.rejects(left.request({ type: 'note', what: 7 } as never, count), /could not be read/);
    left.send({ type: 'secret <b>' } as never);
    assert.deepEqual(seen, []);
    assert.deepEqual(logged, [
      'A message of an unknown shape was dropped: note.',
      'A message of an unknown shape was dropped.',
    ]);
  });

  it('swallows anything', () => {
    const { right, seen } = wire();
    for (const junk of [undefined, null, 1, 'x', [], {}, { id: 'x' }, { inReplyTo: 99 }, { inReplyTo: 'x' }]) {
      right.receive(junk);
    }
    assert.deepEqual(seen, []);
  });

  it('does not trust the shape of an answer', async () => {
    const { left } = wire();
    await assert.rejects(left.request({ type: 'double', n: 1 }, text), /could not be read/);
  });

  it('posts nothing while it is closed', async () => {
    const { left, post } = wire();
    left.setOpen(false);
    left.send({ type: 'note', what: 'x' });
    await assert.rejects(left.request({ type: 'double', n: 1 }, count), RemoteError);
    assert.deepEqual(post, []);
  });

  it('fails what waits when it is closed', async () => {
    const { left } = wire({ handle: () => new Promise(() => undefined) });
    const waiting = left.request({ type: 'double', n: 1 }, count);
    left.dispose();
    await assert.rejects(waiting, /closed/);
  });

  it('does not wait for ever', async () => {
    const { left } = wire({ handle: () => new Promise(() => undefined) });
    await assert.rejects(left.request({ type: 'double', n: 1 }, count), /no answer/);
  });
});
