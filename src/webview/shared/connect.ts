import type { Guard } from '../../protocol/guards';
import { Port, type Message } from '../../protocol/rpc';

/** A view's end of the wire, and what it keeps while it is hidden. */
export interface Connection<In extends Message, Out extends Message, State> {
  readonly port: Port<In, Out>;
  /** What `keep` was given before the view was hidden. Of an unknown shape: an older version may have kept it. */
  readonly kept: unknown;
  keep(state: State): void;
}

/** Connects a view to its host. The caller says `ready` when it listens. */
export function connect<In extends Message, Out extends Message, State>(
  accept: Guard<In>,
  handle: (message: In) => unknown,
): Connection<In, Out, State> {
  const vscode = acquireVsCodeApi();
  const port = new Port<In, Out>({
    post: (envelope) => vscode.postMessage(envelope),
    accept,
    handle,
    log: (problem) => console.warn(problem),
  });
  port.setOpen(true);
  window.addEventListener('message', (event: MessageEvent<unknown>) => port.receive(event.data));
  return { port, kept: vscode.getState(), keep: (state) => vscode.setState(state) };
}
