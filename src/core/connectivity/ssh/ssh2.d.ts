/** The part of ssh2 that is used: its client, as far as a login and a directory. */
declare module 'ssh2' {
  import type { EventEmitter } from 'node:events';
  import type { Duplex } from 'node:stream';

  export interface Negotiated {
    readonly kex: string;
    readonly serverHostKey: string;
    readonly cs: { readonly cipher: string; readonly mac: string };
  }
  interface Prompt {
    readonly prompt: string;
    readonly echo: boolean;
  }
  export type Authentication =
    | { readonly type: 'publickey'; readonly username: string; readonly key: string }
    | { readonly type: 'password'; readonly username: string; readonly password: string }
    | {
        readonly type: 'keyboard-interactive';
        readonly username: string;
        readonly prompt: (
          name: string,
          instructions: string,
          language: string,
          prompts: readonly Prompt[],
          finish: (answers: readonly string[]) => void,
        ) => void;
      };
  interface ConnectOptions {
    readonly sock: Duplex;
    readonly username: string;
    /** Milliseconds until the login is made; 0: no end. */
    readonly readyTimeout: number;
    readonly hostVerifier: (key: Buffer) => boolean;
    /** Called for each way to log in; false: there is no other. */
    readonly authHandler: (
      methodsLeft: readonly string[] | null,
      partialSuccess: boolean | null,
    ) => Authentication | false;
    readonly algorithms: Readonly<
      Record<'kex' | 'serverHostKey' | 'cipher' | 'hmac', { readonly append: readonly string[] }>
    >;
  }
  interface Sftp {
    realpath(path: string, done: (error: Error | undefined, path: string) => void): void;
    opendir(path: string, done: (error: Error | undefined, handle: Buffer) => void): void;
    /** Some names at a time; at the end an error with the code 1. */
    readdir(
      handle: Buffer,
      done: (error: (Error & { code?: number }) | undefined, list: readonly { readonly filename: string }[]) => void,
    ): void;
  }
  export class Client extends EventEmitter {
    connect(options: ConnectOptions): this;
    sftp(done: (error: Error | undefined, sftp: Sftp) => void): this;
    end(): this;
    destroy(): this;
  }

  /** A server, for tests. */
  export interface AuthContext {
    readonly method: 'none' | 'password' | 'publickey' | 'keyboard-interactive';
    readonly username: string;
    readonly password?: string;
    readonly signature?: Buffer;
    accept(): void;
    reject(methodsLeft?: readonly string[], isPartial?: boolean): void;
    prompt(prompts: readonly Prompt[], answer: (answers: readonly string[]) => void): void;
  }
  export interface ServerConnection {
    on(event: 'authentication', listener: (context: AuthContext) => void): this;
    on(event: 'ready' | 'close', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    end(): void;
  }
  export class Server {
    constructor(
      options: {
        readonly hostKeys: readonly string[];
        readonly algorithms?: Readonly<Record<string, readonly string[]>>;
      },
      onConnection: (client: ServerConnection) => void,
    );
    injectSocket(socket: Duplex): void;
  }
}
