import { performance } from 'node:perf_hooks';

const sliceMilliseconds = 8;

/** Long work in slices: between two of them the event loop gets its turn, and a cancellation is noticed. */
export class Pace {
  private until = performance.now() + sliceMilliseconds;

  constructor(private readonly signal?: AbortSignal) {}

  /** Whether the slice is over: `if (pace.over) await pace.rest();` */
  get over(): boolean {
    return performance.now() >= this.until;
  }

  /** @throws the signal's reason when cancelled */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.signal?.throwIfAborted();
    this.until = performance.now() + sliceMilliseconds;
  }
}
