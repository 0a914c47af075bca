import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** What the Java process runs: keytool's own main program for each line of base64 arguments, its output sent back as one line. */
const program = `
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

public class StayingKeytool {
  public static void main(String[] none) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    PrintStream replies = System.out;
    PrintStream errors = System.err;
    System.setIn(new ByteArrayInputStream(new byte[0]));
    for (String line; (line = lines.readLine()) != null; ) {
      String[] args = Arrays.stream(line.split(" "))
        .map(arg -> new String(Base64.getDecoder().decode(arg), StandardCharsets.UTF_8)).toArray(String[]::new);
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
      System.setOut(out);
      System.setErr(out);
      // keytool ends the process where it fails: what it said must be out by then.
      Thread last = new Thread(() -> { errors.print(printed.toString(StandardCharsets.UTF_8)); errors.flush(); });
      Runtime.getRuntime().addShutdownHook(last);
      sun.security.tools.keytool.Main.main(args);
      Runtime.getRuntime().removeShutdownHook(last);
      replies.println(Base64.getEncoder().encodeToString(printed.toByteArray()));
      replies.flush();
    }
  }
}
`;

/** keytool in one Java process that stays: starting Java for each of hundreds of calls takes most of their time. */
export class StayingKeytool {
  #java: ChildProcess | undefined;
  #said = '';
  #waiting: { done: (text: string) => void; failed: (error: Error) => void } | undefined;
  readonly #folder: string;

  /** @param folder where relative file names of the calls are looked for */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * One call at a time. Options for Java (-J...) get a process of their own by `runTool`, not here.
   * @returns what keytool printed
   * @throws Error with what keytool printed where it fails
   */
  run(args: readonly string[]): Promise<string> {
    if (this.#waiting) throw new Error('One call of keytool at a time.');
    const java = (this.#java ??= this.#start());
    return new Promise((done, failed) => {
      this.#waiting = { done, failed };
      java.stdin?.write(`${args.map((arg) => Buffer.from(arg).toString('base64')).join(' ')}\n`);
    });
  }

  stop(): void {
    this.#java?.stdin?.end();
  }

  #start(): ChildProcess {
    const source = path.join(this.#folder, 'StayingKeytool.java');
    writeFileSync(source, program);
    const java = spawn(
      'java',
      [
        ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Duser.language=en'],
        ...['--add-exports', 'java.base/sun.security.tools.keytool=ALL-UNNAMED', source],
      ],
      { cwd: this.#folder, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    java.stderr.on('data', (piece: Buffer) => (this.#said += piece.toString()));
    java.stdin.on('error', () => undefined); // The end of the process says more.
    createInterface(java.stdout).on('line', (line) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.done(Buffer.from(line, 'base64').toString());
    });
    const end = (why: string): void => {
      const waiting = this.#waiting;
      this.#waiting = this.#java = undefined;
      waiting?.failed(new Error(`keytool ended (${why}): ${this.#said}`));
      this.#said = '';
    };
    java.on('error', (error) => {
      end(error.message);
    });
    java.on('close', (code) => {
      end(`code ${String(code)}`);
    });
    return java;
  }
}
