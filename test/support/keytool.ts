import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTool } from './tools';

/** Options of keytool that name a file. */
const fileOptions = new Set(['-keystore', '-file', '-infile', '-outfile', '-srckeystore', '-destkeystore']);
const english = '-J-Duser.language=en';
/** Milliseconds. */
const patience = 60_000;

/**
 * keytool, as `runTool('keytool', ...)` runs it, but in a Java process that stays: a start of Java takes longer than all that a test asks for.
 * What needs properties of its own (`-J-D...`) has a process of its own.
 */
export function keytool(args: readonly string[], { cwd }: { cwd: string }): string {
  const needsOwn = args.some((each) => each.startsWith('-J') && each !== english);
  if (needsOwn || process.platform === 'win32') return runTool('keytool', args, { cwd });
  server ??= new KeytoolServer();
  return server.run(
    args
      .filter((each) => each !== english)
      .map((each, i, all) => (fileOptions.has(all[i - 1] ?? '') ? path.resolve(cwd, each) : each)),
  );
}

let server: KeytoolServer | undefined;

/** Tests ask without waiting for a promise: two pipes with names carry questions and answers. */
class KeytoolServer {
  private readonly questions: number;
  private readonly answers: number;
  private readonly child: ChildProcess;

  constructor() {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'keytool-'));
    const [questions, answers] = ['questions', 'answers'].map((name) => path.join(folder, name)) as [string, string];
    execFileSync('mkfifo', [questions, answers]);
    // Opened for both directions a pipe waits for nobody.
    this.questions = openSync(questions, 'r+');
    this.answers = openSync(answers, constants.O_RDWR | constants.O_NONBLOCK);
    const out = openSync(answers, 'r+');
    const source = path.join(process.env['PROJECT_ROOT'] ?? '', 'test/support/KeytoolServer.java');
    const exports = ['--add-exports', 'java.base/sun.security.tools.keytool=ALL-UNNAMED'];
    this.child = spawn('java', ['-Duser.language=en', '-Xshare:auto', '-XX:TieredStopAtLevel=1', ...exports, source], {
      stdio: [this.questions, out, 'inherit'],
    });
    closeSync(out);
    rmSync(folder, { recursive: true });
    this.child.unref();
    process.on('exit', () => this.child.kill());
  }

  run(args: readonly string[]): string {
    writeSync(this.questions, `${args.map((each) => Buffer.from(each, 'utf8').toString('base64')).join(' ')}\n`);
    const [verdict, printed = ''] = this.line().split(' ');
    const text = Buffer.from(printed, 'base64').toString('utf8');
    if (verdict !== 'ok') throw new Error(`keytool ${args.join(' ')} failed:\n${text}`);
    return text;
  }

  private line(): string {
    const until = performance.now() + patience;
    const parts: Buffer[] = [];
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      const piece = Buffer.alloc(65_536);
      try {
        const length = readSync(this.answers, piece);
        parts.push(piece.subarray(0, length));
        if (piece[length - 1] === 0x0a) return Buffer.concat(parts).toString('latin1').trim();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        if (performance.now() > until) throw new Error('keytool does not answer', { cause: error });
        Atomics.wait(pause, 0, 0, 1);
      }
    }
  }
}
