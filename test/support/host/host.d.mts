import type { Browser } from 'playwright-core';

/** A running code-server. */
export interface Host {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `127.0.0.1:<port>`: the authority of its `vscode-remote:` addresses. */
  readonly authority: string;
  /** An empty folder of this host's own, removed by `stop`. */
  readonly workspace: string;
  /** Resolves with the exit code or signal once the server has ended. */
  readonly exited: Promise<number | string>;
  stop(): Promise<void>;
}

export interface HostOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly extensions?: string;
  readonly smokeTestDriver?: boolean;
}

export function startHost(options?: HostOptions): Promise<Host>;
export function installVsix(vsix: string, extensions: string): void;
export function browser(): Promise<Browser>;
export function closeBrowser(): Promise<void>;
