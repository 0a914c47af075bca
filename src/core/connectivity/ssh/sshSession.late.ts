import type net from 'node:net';
import { Client, type Authentication, type Negotiated } from 'ssh2';
import { printable } from '../protocols/dialogue';
import type { SshReport } from '../report';
import { deprecatedAlgorithms } from './algorithms';

/** Names of a directory that are looked at. */
const mostNames = 1_000;

export interface SshLogin {
  readonly user: string;
  /** In the order of trial; a server may want several. */
  readonly ways: readonly (
    { readonly kind: 'key'; readonly pem: string } | { readonly kind: 'password'; readonly password: string }
  )[];
}

export interface SshOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Asked when the host key is proved, before anything of the person is shown; undefined: no login. */
  readonly login: (hostKey: Uint8Array) => SshLogin | undefined;
  /** To be looked into after the login; empty: the one that the server chooses. */
  readonly directory?: string;
}

export interface SshFacts {
  /** Its first line; undefined where what answered is no SSH server. */
  readonly ident?: string;
  /** What came instead, printable. */
  readonly garbage?: string;
  /** RFC 4253 section 6.6; the server proved that it has the private key. */
  readonly hostKey?: Uint8Array;
  readonly algorithms?: NonNullable<SshReport['algorithms']>;
  readonly loggedIn?: readonly string[];
  readonly logins?: readonly string[];
  readonly directory?: { readonly path: string; readonly names: readonly string[]; readonly more: boolean };
  readonly end: SshEnd;
}

/** How it ended, and at what. `detail` has the words of the server or of the library. */
export interface SshEnd {
  readonly at: 'ssh' | 'login' | 'contents' | 'done';
  readonly kind: 'done' | 'refused' | 'no-shared-algorithm' | 'timeout' | 'closed' | 'not-ssh';
  readonly detail: string;
}

/**
 * Speaks SSH on a socket: the key exchange, then a login where one is wanted, then a directory.
 * @throws the signal's reason when cancelled; the socket is gone when it settles
 */
export function shakeSsh(socket: net.Socket, options: SshOptions): Promise<SshFacts> {
  const { timeoutMs, signal, directory } = options;
  return new Promise((resolve, reject) => {
    const client = new Client();
    const facts: { -readonly [K in keyof SshFacts]?: SshFacts[K] } = {};
    const done: string[] = [];
    let at: SshEnd['at'] = 'ssh';
    let login: SshLogin | undefined;
    let settled = false;
    let head = '';
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      client.removeAllListeners();
      client.on('error', () => undefined);
      client.destroy();
      socket.destroy();
      act();
    };
    const finish = (kind: SshEnd['kind'], detail = ''): void =>
      settle(() => resolve({ ...facts, end: { at, kind, detail } }));
    const onAbort = (): void => settle(() => reject(signal?.reason as Error));
    const timer = setTimeout(() => finish('timeout', 'no answer'), timeoutMs);
    const isSsh = (): boolean => facts.ident !== undefined;
    const broken = (detail: string): void => {
      if (at === 'ssh' && !isSsh() && head !== '') {
        facts.garbage = printable(head.slice(0, 200));
        finish('not-ssh', detail);
      } else finish('closed', detail);
    };
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });

    // Lines may stand before the one with the version (RFC 4253 section 4.2).
    const readHead = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      const ident = /^SSH-[^\r\n]*(?=\r?\n)/m.exec(head)?.[0];
      if (ident !== undefined) facts.ident = printable(ident).slice(0, 255);
      if (ident !== undefined || head.length > 8_192) socket.off('data', readHead);
    };
    socket.on('data', readHead);
    socket.once('close', () => setImmediate(() => broken('it closed the connection')));

    client.on('handshake', ({ kex, serverHostKey, cs }: Negotiated) => {
      facts.algorithms = {
        keyExchange: kex,
        hostKey: serverHostKey,
        cipher: cs.cipher,
        mac: cs.mac === '' ? 'in the cipher' : cs.mac,
      };
    });
    client.on('ready', () => {
      facts.loggedIn = done;
      if (directory === undefined) finish('done');
      else lookInto(directory);
    });
    client.on('error', (error: Error & { level?: string }) => {
      const detail = printable(error.message);
      if (/no matching/i.test(detail)) finish('no-shared-algorithm', detail);
      else if (error.level === 'client-authentication') {
        if (login) finish('refused', detail);
        else {
          at = 'done';
          finish('done');
        }
      } else if (at === 'ssh' && !isSsh()) broken(detail);
      else finish(/timed out/i.test(detail) ? 'timeout' : 'closed', detail);
    });

    function lookInto(path: string): void {
      at = 'contents';
      client.sftp((error, sftp) => {
        if (error) {
          finish('refused', `The server has no SFTP: ${printable(error.message)}`);
          return;
        }
        sftp.realpath(path === '' ? '.' : path, (noPath, real) => {
          const where = noPath ? path : real;
          sftp.opendir(where, (noDirectory, handle) => {
            if (noDirectory) {
              finish('refused', printable(noDirectory.message));
              return;
            }
            const names: string[] = [];
            const more = (): void =>
              sftp.readdir(handle, (over, list) => {
                if (over && over.code !== 1) {
                  finish('refused', printable(over.message));
                  return;
                }
                if (!over) names.push(...list.map(({ filename }) => filename).filter((name) => !/^\.\.?$/.test(name)));
                if (!over && names.length < mostNames) {
                  more();
                  return;
                }
                facts.directory = { path: where, names: names.sort(), more: !over };
                at = 'done';
                finish('done');
              });
            more();
          });
        });
      });
    }

    let left: Authentication[] = [];
    client.connect({
      sock: socket,
      // Never sent: each way to log in has its own.
      username: 'nobody',
      readyTimeout: 0,
      hostVerifier: (key) => {
        facts.hostKey = new Uint8Array(key);
        return true;
      },
      authHandler: (methods, partialSuccess) => {
        if (methods) {
          facts.logins = methods.map((method) => printable(method));
          const failed = partialSuccess ? undefined : done.pop();
          // The same password in a dialogue would be refused a second time.
          if (failed === 'password' && methods.includes('password')) left = [];
        } else {
          // The key exchange stands, and the host key is proved.
          login = facts.hostKey && options.login(facts.hostKey);
          at = login ? 'login' : 'done';
          left = login ? login.ways.flatMap((way) => authentications(login?.user ?? '', way)) : [];
        }
        for (let next = left.shift(); next; next = left.shift()) {
          if (methods && !methods.includes(next.type)) continue;
          done.push(next.type);
          return next;
        }
        return false;
      },
      algorithms: {
        kex: { append: deprecatedAlgorithms.kex },
        serverHostKey: { append: deprecatedAlgorithms.serverHostKey },
        cipher: { append: deprecatedAlgorithms.cipher },
        hmac: { append: deprecatedAlgorithms.hmac },
      },
    });
  });
}

/** Many servers ask for the password in a dialogue instead (RFC 4256); JSch, and so the tenant, answers both. */
function authentications(username: string, way: SshLogin['ways'][number]): Authentication[] {
  if (way.kind === 'key') return [{ type: 'publickey', username, key: way.pem }];
  const { password } = way;
  return [
    { type: 'password', username, password },
    {
      type: 'keyboard-interactive',
      username,
      // One question that is not shown while it is answered: the password. What else is asked nobody here knows.
      prompt: (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.length === 1 && prompts[0]?.echo === false ? [password] : prompts.map(() => '')),
    },
  ];
}
