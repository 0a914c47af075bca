import path from 'node:path';
import {
  receiverTests,
  runReceiverTests,
  type ReceiverResult,
  type ReceiverTest,
} from '../../core/checks/receiverTests';
import { askOfProfile, readProfiles, targetOfProfile, type TestProfile } from '../../core/connectivity/profiles';
import { protocols } from '../../core/connectivity/protocols/protocols';
import type { ConnectivityReport } from '../../core/connectivity/report';
import { targetText } from '../../core/connectivity/target';
import { FlowKeystoreError } from '../../core/errors';
import { resultRows, resultsData, resultsJUnit, resultsText, summaryOf } from '../../core/report/receiverResults';
import { problemRows } from '../../core/report/findingRows';
import { sarifOf } from '../../core/report/sarif';
import { flowsIn } from '../flowFiles';
import { inFile } from '../inFile';
import type { KeystoreOpener } from '../keystores';
import { clientIn, meansOf, runTest, type TestSources } from '../runTest';
import { readSmallText } from '../smallFiles';
import { note, type Terminal } from '../terminal';
import { passwordOf } from './testAsk';

/** How tests of several receivers are made. */
export interface ManyOptions extends TestSources {
  readonly opener: KeystoreOpener;
  /** Milliseconds; undefined: the usual, or what the kept test says. */
  readonly timeoutMs: number | undefined;
  readonly parallel: number;
  readonly format: keyof typeof manyFormats;
}

export const manyFormats = {
  text: resultsText,
  json: (results: readonly ReceiverResult[]) => `${JSON.stringify(resultsData(results), undefined, 2)}\n`,
  sarif: (results: readonly ReceiverResult[]) => `${JSON.stringify(sarifOf(resultRows(results)), undefined, 2)}\n`,
  junit: resultsJUnit,
};

/** Tests every receiver of flows, folders and archives; 1 where one does not connect or a file could not be read. */
export async function testReceiversOf(
  paths: readonly string[],
  options: ManyOptions,
  terminal: Terminal,
): Promise<number> {
  const { flows, problems } = await flowsIn(paths, terminal.signal);
  for (const { file, message } of problemRows(problems)) terminal.err(`flow-keystore: ${file}: ${message}\n`);
  const tests = receiverTests(flows);
  if (!tests.length) note(terminal, 'There is no receiver with an address.');
  const { keystore } = options;
  if (!keystore && tests.some(({ usesKeyPair }) => usesKeyPair)) {
    note(terminal, 'Channels authenticate with a key pair; tested without. Give the keystore with --keystore FILE.');
  }
  const means = meansOf(options, options.timeoutMs);
  const results = await runReceiverTests(tests, {
    limit: options.parallel,
    run: ({ target, alias, ask }) => {
      const client = keystore && clientIn(keystore, alias);
      const what = { target, ...(client && { client }), ...(client && ask && { ask }) };
      return runTest(what, means, terminal);
    },
  });
  return tell(results, options, terminal) || (problems.length ? 1 : 0);
}

/** Repeats kept tests. @param names of those that are wanted; all where none is named */
export async function testProfiles(
  file: string,
  names: readonly string[],
  options: ManyOptions,
  terminal: Terminal,
): Promise<number> {
  const profiles = await profilesOf(file);
  const strange = names.find((name) => !profiles.some((profile) => profile.name === name));
  if (strange !== undefined) {
    throw new FlowKeystoreError(
      'not-found',
      `There is no test "${strange}".`,
      { file },
      `There are: ${profiles.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  }
  const wanted = profiles.filter(({ name }) => !names.length || names.includes(name));
  const prepared = new Map<string, () => Promise<ConnectivityReport>>();
  // One after the other: each may ask for a password.
  for (const profile of wanted) {
    prepared.set(profile.name, await prepare(profile, path.dirname(file), options, terminal));
  }
  const tests = wanted.map((profile): ReceiverTest => {
    const target = targetOfProfile(profile);
    const { label } = protocols[target.protocol];
    const { alias, name } = profile;
    return {
      ...{
        file,
        flow: '',
        channel: name,
        name,
        adapter: label,
        address: targetText(target),
        line: 1,
        column: 1,
        target,
      },
      usesKeyPair: alias !== undefined,
      ...(alias === undefined ? {} : { alias }),
    };
  });
  const results = await runReceiverTests(tests, {
    limit: options.parallel,
    keyOf: ({ name }) => name,
    run: ({ name }) => {
      const run = prepared.get(name);
      if (!run) throw new Error(name);
      return run();
    },
  });
  return tell(results, options, terminal);
}

async function profilesOf(file: string): Promise<TestProfile[]> {
  const content = await readSmallText(file);
  return inFile(file, () => readProfiles(content));
}

/** Opens what a test needs, and asks for its password. */
async function prepare(
  profile: TestProfile,
  folder: string,
  options: ManyOptions,
  terminal: Terminal,
): Promise<() => Promise<ConnectivityReport>> {
  const { alias, login, timeoutSeconds } = profile;
  const at = (name: string): string => path.resolve(folder, name);
  const target = targetOfProfile(profile);
  const keystore = profile.keystore === undefined ? options.keystore : await options.opener.open(at(profile.keystore));
  const trusted = profile.keystore === undefined ? options.trusted : keystore ? [keystore] : [];
  const needsPassword = login && askOfProfile(profile, '')?.login?.way !== 'key';
  const password = needsPassword ? await passwordOf(login.user, login.passwordEnv, terminal) : '';
  const ask = askOfProfile(profile, password);
  const knownHosts =
    profile.knownHosts === undefined ? options.knownHosts : await readSmallText(at(profile.knownHosts));
  const client = clientIn(keystore, alias);
  const timeoutMs = options.timeoutMs ?? (timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000);
  const means = meansOf({ keystore, trusted, proxy: options.proxy, knownHosts }, timeoutMs);
  return () => runTest({ target, ...(client && { client }), ...(ask && { ask }) }, means, terminal);
}

function tell(results: readonly ReceiverResult[], { format }: ManyOptions, terminal: Terminal): number {
  terminal.out(manyFormats[format](results));
  return summaryOf(results).fail ? 1 : 0;
}
