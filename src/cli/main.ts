import { version } from '../../package.json';
import { check, checkUsage } from './commands/check';
import { convert, convertUsage } from './commands/convert';
import { deleteEntries, deleteUsage } from './commands/delete';
import { diff, diffUsage } from './commands/diff';
import { exportFrom, exportUsage } from './commands/export';
import { externalizeUsage, externalizeValue, internalizeUsage, internalizeValue } from './commands/externalize';
import { flows, flowsUsage } from './commands/flows';
import { generate, generateUsage } from './commands/generate';
import { importInto, importUsage } from './commands/import';
import { kit, kitUsage } from './commands/kit';
import { list, listUsage } from './commands/list';
import { request, requestUsage } from './commands/request';
import { respond, respondUsage } from './commands/respond';
import { rename, renameUsage } from './commands/rename';
import { renameAliasIn, renameAliasUsage } from './commands/renameAlias';
import { set, setUsage } from './commands/set';
import { sign, signUsage } from './commands/sign';
import { test, testUsage } from './commands/test';
import { usage, usageUsage } from './commands/usage';
import type { FlowKeystoreError } from '../core/errors';
import { failureText } from './failureText';
import { helpOf, helpOfAll, type Described } from './help';
import { nearestWord } from './nearestWord';
import { badArguments } from './options';
import { tenantPlace } from './tenant';
import { askHidden, watchOutput, type Terminal } from './terminal';

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const commands: Readonly<Record<string, Described & { readonly run: Command }>> = {
  list: { run: list, usage: listUsage, what: 'the entries of a keystore; what SAP would say of it' },
  generate: {
    run: generate,
    usage: generateUsage,
    what: 'a key pair, self-signed or signed by an authority of the keystore',
  },
  request: { run: request, usage: requestUsage, what: 'a certification request from a key pair' },
  sign: { run: sign, usage: signUsage, what: 'a request, with a certification authority of the keystore (for tests)' },
  respond: {
    run: respond,
    usage: respondUsage,
    what: "an authority's response, taken into the key pair it belongs to",
  },
  kit: { run: kit, usage: kitUsage, what: 'what the administrator of a receiver needs to accept a key pair' },
  rename: { run: rename, usage: renameUsage, what: 'gives an entry another alias' },
  delete: { run: deleteEntries, usage: deleteUsage, what: 'takes entries out of a keystore' },
  convert: { run: convert, usage: convertUsage, what: 'writes a keystore in another format or under another password' },
  diff: { run: diff, usage: diffUsage, what: 'how two keystores differ; exit code 1 where they do' },
  import: { run: importInto, usage: importUsage, what: 'certificates, key pairs and other keystores into a keystore' },
  export: {
    run: exportFrom,
    usage: exportUsage,
    what: 'certificates, key pairs (encrypted), public keys for SSH or a report of a keystore',
  },
  flows: { run: flows, usage: flowsUsage, what: 'the channels of flows: files, folders, project archives' },
  set: { run: set, usage: setUsage, what: 'changes values of a channel, and nothing but their bytes' },
  externalize: {
    run: externalizeValue,
    usage: externalizeUsage,
    what: 'makes a parameter of a value: flow, parameters.prop and parameters.propdef',
  },
  internalize: { run: internalizeValue, usage: internalizeUsage, what: 'puts the value of a parameter into the flow' },
  usage: { run: usage, usage: usageUsage, what: 'where an alias is used in flows, and which entries are not' },
  'rename-alias': {
    run: renameAliasIn,
    usage: renameAliasUsage,
    what: 'another alias in flows and their parameters, and in a keystore',
  },
  check: { run: check, usage: checkUsage, what: 'flows against keystores: aliases, expiry, authentication' },
  test: { run: test, usage: testUsage, what: 'an outbound connection, step by step, trusting the keystore alone' },
};

/** Runs a command line; the exit code. Messages go to the terminal's `err`, one line each. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      (name === undefined ? terminal.err : terminal.out)(helpOfAll(Object.values(commands)));
      return name === undefined ? 2 : 0;
    }
    if (name === '--version') {
      terminal.out(`${version}\n`);
      return 0;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw noCommand(name);
    if (rest.includes('--help') || rest.includes('-h')) {
      terminal.out(helpOf(command));
      return 0;
    }
    return await command.run(withTenant(name, rest), terminal);
  } catch (error) {
    terminal.err(`flow-keystore: ${failureText(error)}\n`);
    return 2;
  }
}

/** Of these the first argument is a keystore: `--tenant KEY` stands for it. */
const ofKeystore: ReadonlySet<string> = new Set(
  'generate request respond kit rename delete diff import export'.split(' '),
);

/** @throws FlowKeystoreError `arguments` */
function withTenant(name: string, args: readonly string[]): readonly string[] {
  const at = args.findIndex((arg) => arg === '--tenant' || arg.startsWith('--tenant='));
  if (at < 0 || !ofKeystore.has(name)) return args;
  const option = args[at] ?? '';
  const inline = option.includes('=');
  const key = inline ? option.slice(option.indexOf('=') + 1) : args[at + 1];
  if (key === undefined || key === '') throw badArguments('--tenant needs a value.');
  return [tenantPlace(key), ...args.slice(0, at), ...args.slice(at + (inline ? 1 : 2))];
}

function noCommand(name: string): FlowKeystoreError {
  const meant = nearestWord(name, Object.keys(commands));
  return badArguments(
    `There is no command "${name}".`,
    meant === undefined ? undefined : `Did you mean flow-keystore ${meant}?`,
  );
}

async function main(): Promise<void> {
  const aborter = new AbortController();
  process.once('SIGINT', () => aborter.abort());
  watchOutput(process.stdout, process.stderr, (code) => process.exit(code));
  process.exitCode = await run(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    now: () => new Date(),
    askSecret: (question) => askHidden(question, process.stdin, process.stderr),
    signal: aborter.signal,
  });
}

if (require.main === module) void main();
