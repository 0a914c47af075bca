import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tcpEnd } from '../../../src/core/connectivity/probe';
import { isTimeout, withTimeout } from '../../../src/core/connectivity/tcp';

describe('time for DNS and TCP', () => {
  const never = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason as Error);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });

  it('is over though the garbage is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const collecting = setInterval(collect, 20);
    try {
      await assert.rejects(withTimeout(new AbortController().signal, 200, never), isTimeout);
    } finally {
      clearInterval(collecting);
    }
  });

  it("ends with the caller's signal, and tells the two apart", async () => {
    const caller = new AbortController();
    const work = withTimeout(caller.signal, 60_000, never);
    caller.abort();
    await assert.rejects(work, (error) => !isTimeout(error) && error === caller.signal.reason);
    await assert.rejects(withTimeout(AbortSignal.abort(), 60_000, never), { name: 'AbortError' });
    assert.equal(await withTimeout(undefined, 60_000, () => Promise.resolve(7)), 7);
  });

  it('says that a firewall may drop connections also where IPv6 has no route', () => {
    const end = (...outcomes: string[]): string =>
      tcpEnd(outcomes.map((outcome, i) => ({ address: '192.0.2.1', family: i ? 4 : 6, outcome, ms: 1 }))).kind;
    assert.equal(end('ENETUNREACH', 'ETIMEDOUT'), 'timeout');
    assert.equal(end('ETIMEDOUT', 'ECONNREFUSED'), 'refused');
    assert.equal(end('ENETUNREACH', 'EHOSTUNREACH'), 'unreachable');
  });
});
