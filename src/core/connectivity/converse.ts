import type net from 'node:net';
import { Conversation, type Dialogue, type DialogueEnd, type Heard, type Reached } from './protocols/dialogue';
import { isTimeout, withTimeout } from './tcp';

/** How a dialogue on a socket ended. `closed`: the server went away. */
export type Conversed = DialogueEnd | ({ readonly kind: 'timeout' | 'closed'; readonly detail: string } & Reached);

/**
 * Holds a dialogue on a socket that nobody else reads. Afterwards it is paused, and what was heard beyond the last answer is the next that is read from it.
 * @throws the signal's reason when cancelled; the socket is left to the caller in any case
 */
export async function converse(
  socket: net.Socket,
  dialogue: Dialogue,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Conversed> {
  const conversation = new Conversation(dialogue);
  try {
    const end = await withTimeout(signal, timeoutMs, (inTime) => hold(socket, conversation, inTime));
    if (end.kind === 'done' && end.rest.length) socket.unshift(end.rest);
    return end;
  } catch (error) {
    signal?.throwIfAborted();
    if (isTimeout(error)) return { kind: 'timeout', detail: 'no answer', ...conversation.reached };
    throw error;
  }
}

function hold(socket: net.Socket, conversation: Conversation, signal: AbortSignal): Promise<Conversed> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onEnd);
      socket.pause();
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const take = ({ say, end }: Heard): void => {
      if (say) socket.write(say);
      if (end) settle(() => resolve(end));
    };
    const onData = (chunk: Buffer): void => take(conversation.hear(chunk));
    const onEnd = (): void =>
      settle(() => resolve({ kind: 'closed', detail: 'it closed the connection', ...conversation.reached }));
    const onError = (error: NodeJS.ErrnoException): void =>
      settle(() => resolve({ kind: 'closed', detail: error.code ?? error.message, ...conversation.reached }));
    const onAbort = (): void => settle(() => reject(signal.reason as Error));
    if (signal.aborted) {
      onAbort();
      return;
    }
    socket.on('data', onData).once('end', onEnd).once('error', onError).once('close', onEnd);
    signal.addEventListener('abort', onAbort, { once: true });
    // A dialogue before this one paused it.
    socket.resume();
    take(conversation.begin());
  });
}
