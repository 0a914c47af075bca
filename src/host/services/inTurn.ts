/** Pieces of work that follow one another: each begins when the last has ended, however that ended. */
export class InTurn {
  private last: Promise<unknown> = Promise.resolve();

  /** @returns what the work returns @throws as it */
  run<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }
}
