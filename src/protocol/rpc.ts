import { count, shape, text, type Guard } from './guards';

/** A message of either side: told apart by its `type`. */
export interface Message {
  readonly type: string;
}

/** What a failed request is answered with: a sentence for the person in front of the screen. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
}

export interface PortOptions<In extends Message> {
  /** Hands an envelope to the other side. */
  readonly post: (envelope: unknown) => void;
  /** What the other side may say. Anything else is dropped and logged. */
  readonly accept: Guard<In>;
  /** Answers a message. What it returns answers a request, what it throws fails it. */
  readonly handle: (message: In) => unknown;
  /** What is wrong with what came in; never the content. */
  readonly log: (problem: string) => void;
  /** A sentence for an error of `handle`. */
  readonly describe?: (error: unknown) => string;
  /** Milliseconds until a request without an answer fails. */
  readonly timeout?: number;
}

interface Pending {
  readonly accept: Guard<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const isReply = shape<{ readonly inReplyTo: number; readonly error?: string }>({
  inReplyTo: count,
  error: { optional: text },
});

/**
 * One end of the wire between host and webview: events, and requests with an answer. The same class works on both ends, with the types
 * swapped. Nothing is posted while the port is closed; the host's end is opened when the view says that it listens.
 */
export class Port<In extends Message, Out extends Message> {
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;
  private isOpen = false;
  private disposed = false;

  constructor(private readonly options: PortOptions<In>) {}

  get open(): boolean {
    return this.isOpen;
  }

  /** From now on messages are posted. */
  setOpen(open: boolean): void {
    this.isOpen = open && !this.disposed;
    if (!this.isOpen) this.failAll('The view is closed.');
  }

  /** Posts an event. Dropped while the port is closed: a view that opens is told everything anew. */
  send(message: Out): void {
    if (this.isOpen) this.options.post({ message });
  }

  /**
   * Posts a request and waits for its answer.
   * @throws RemoteError where the other side failed, answered with the wrong shape, closed, or did not answer in time.
   */
  request<R>(message: Out, accept: Guard<R>): Promise<R> {
    if (!this.isOpen) return Promise.reject(new RemoteError('The view is closed.'));
    const id = ++this.lastId;
    return new Promise<R>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new RemoteError('There was no answer.'));
      }, this.options.timeout ?? 60_000);
      this.pending.set(id, { accept, resolve, reject, timer });
      this.options.post({ id, message });
    });
  }

  /** What came in, of any shape. Never throws. */
  receive(envelope: unknown): void {
    if (this.disposed || typeof envelope !== 'object' || envelope === null) return;
    if (isReply(envelope)) this.settle(envelope);
    else void this.answer(envelope);
  }

  dispose(): void {
    this.disposed = true;
    this.setOpen(false);
  }

  private settle(reply: { readonly inReplyTo: number; readonly error?: string; readonly result?: unknown }): void {
    const pending = this.pending.get(reply.inReplyTo);
    if (!pending) return;
    this.pending.delete(reply.inReplyTo);
    clearTimeout(pending.timer);
    if (reply.error !== undefined) pending.reject(new RemoteError(reply.error));
    else if (pending.accept(reply.result)) pending.resolve(reply.result as never);
    else {
      this.options.log('An answer of an unknown shape was dropped.');
      pending.reject(new RemoteError('The answer could not be read.'));
    }
  }

  private async answer({ id, message }: { readonly id?: unknown; readonly message?: unknown }): Promise<void> {
    const { accept, handle, log, describe } = this.options;
    const wantsAnswer = count(id);
    if (!accept(message)) {
      log(`A message of an unknown shape was dropped${typeOf(message)}.`);
      if (wantsAnswer) this.reply({ inReplyTo: id, error: 'The message could not be read.' });
      return;
    }
    try {
      const result = await handle(message);
      if (wantsAnswer) this.reply({ inReplyTo: id, result });
    } catch (error) {
      const sentence = describe ? describe(error) : error instanceof Error ? error.message : String(error);
      if (wantsAnswer) this.reply({ inReplyTo: id, error: sentence });
      else log(`${message.type}: ${sentence}`);
    }
  }

  private reply(envelope: object): void {
    if (this.isOpen) this.options.post(envelope);
  }

  private failAll(reason: string): void {
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(new RemoteError(reason));
    }
    this.pending.clear();
  }
}

/** The type of a message that was not understood, where it looks like one of ours: a name, no content. */
function typeOf(message: unknown): string {
  const type = typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  return typeof type === 'string' && /^[A-Za-z]{1,40}$/.test(type) ? `: ${type}` : '';
}
