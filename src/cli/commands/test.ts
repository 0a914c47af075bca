import os from 'node:os';
import { FlowKeystoreError } from '../../core/errors';
import { requireChannel } from '../../core/flow/edit';
import { keyPairUse } from '../../core/flow/fields';
import type { Channel } from '../../core/flow/model';
import { nodeFiles } from '../../core/flow/nodeFiles';
import type { FlowFile } from '../../core/flow/project';
import { askOfChannel, targetOfChannel } from '../../core/checks/channelTarget';
import { reportData, type ConnectivityReport, type VerdictCode } from '../../core/connectivity/report';
import {
  protocols,
  type Protection,
  type Protocol,
  type ProtocolName,
} from '../../core/connectivity/protocols/protocols';
import { parseProxy, type Proxy } from '../../core/connectivity/proxy';
import { parseTarget, targetText, type Target, type Way } from '../../core/connectivity/target';
import { addressInvalidReport } from '../../core/connectivity/test';
import { reportText } from '../../core/report/connectivityText';
import { asWord } from '../failureText';
import { requireFlows } from '../flowFiles';
import { KeystoreOpener } from '../keystores';
import { visible } from '../../core/visible';
import { badArguments, readFormat, readNumber, readOptions } from '../options';
import { clientIn, meansOf, runTest } from '../runTest';
import { tenantPlace } from '../tenant';
import { readSmallText } from '../smallFiles';
import { note, type Terminal } from '../terminal';
import { askOf, askOptions, askUsage } from './testAsk';
import { manyFormats, testProfiles, testReceiversOf, type ManyOptions } from './testMany';

export const testUsage = `test HOST[:PORT] | FLOW.iflw#CHANNEL-ID | PATH... | --profiles FILE [NAME...] [--keystore FILE | --tenant KEY [--alias ALIAS]] [--trust FILE]... [--password-env NAME]... [--protocol tls|smtp|imap|pop3|ftp|ssh|amqp|amqp-ws|kafka] [--protection tls|starttls|starttls-optional|off] [--path PATH] [--proxy URL | --proxy-env NAME] ${askUsage} [--known-hosts FILE] [--server-name NAME] [--timeout SECONDS] [--parallel 8] [--format text|json|sarif|junit] [--json]`;

/** Tests an outbound connection; 1 where the verdict is not ok. */
export async function test(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    protocol: { type: 'string' },
    protection: { type: 'string' },
    path: { type: 'string' },
    keystore: { type: 'string' },
    tenant: { type: 'string' },
    alias: { type: 'string' },
    trust: { type: 'string', multiple: true },
    'password-env': { type: 'string', multiple: true },
    'server-name': { type: 'string' },
    proxy: { type: 'string' },
    'proxy-env': { type: 'string' },
    ...askOptions,
    'known-hosts': { type: 'string' },
    timeout: { type: 'string' },
    profiles: { type: 'string' },
    parallel: { type: 'string', default: '8' },
    format: { type: 'string' },
    json: { type: 'boolean' },
  });
  const many = values.profiles !== undefined || (await areFiles(positionals));
  const [what, ...more] = positionals;
  if (!many && (what === undefined || more.length)) {
    throw badArguments(
      'test takes one host, one channel of a flow (FLOW.iflw#CHANNEL-ID), or files and folders of flows.',
    );
  }
  if (many) refuseSingle(values);
  else if ((values.format ?? 'text') !== 'text') {
    throw badArguments('--format is for tests of several receivers; a single one has --json.');
  }
  const way = wayOf(values);
  const proxy = proxyOf(values.proxy, values['proxy-env'], terminal);
  const channel = many ? undefined : await channelOf(what ?? '', terminal.signal);
  if (channel && Object.keys(way).length) {
    throw badArguments('How a channel is tested is in the flow: leave --protocol, --protection and --path out.');
  }
  if (values.keystore !== undefined && values.tenant !== undefined) {
    throw badArguments('Give --keystore or --tenant, not both.');
  }
  const place = values.tenant === undefined ? values.keystore : tenantPlace(values.tenant);
  if (values.alias !== undefined && place === undefined) {
    throw badArguments('--alias needs --keystore FILE or --tenant KEY.');
  }
  const timeoutMs = values.timeout === undefined ? undefined : readNumber(values.timeout, 'timeout', 1, 600) * 1000;

  const knownHosts = values['known-hosts'] === undefined ? undefined : await readSmallText(values['known-hosts']);
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const keystore = place === undefined ? undefined : await opener.open(place);
  const trusted = keystore && !values.trust ? [keystore] : [];
  // One after the other: each may ask for its password.
  for (const file of values.trust ?? []) trusted.push(await opener.open(file));
  if (many) {
    const options: ManyOptions = {
      ...{ keystore, trusted, opener, proxy, knownHosts, timeoutMs },
      parallel: readNumber(values.parallel, 'parallel', 1, 64),
      format: readFormat(manyFormats, values.format ?? (values.json ? 'json' : 'text')),
    };
    return values.profiles === undefined
      ? testReceiversOf(positionals, options, terminal)
      : testProfiles(values.profiles, positionals, options, terminal);
  }
  const report = await run();
  const next = distrusts.includes(report.verdict)
    ? howToTrust(report, values.trust?.[0] ?? values.keystore, values.tenant !== undefined && !values.trust)
    : undefined;
  if (values.json) {
    const data = { ...reportData(report), ...(next !== undefined && { next }) };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else terminal.out(`${reportText(report)}${next === undefined ? '' : `${next}\n`}`);
  return report.ok ? 0 : 1;

  async function run(): Promise<ConnectivityReport> {
    let target: Target;
    try {
      target = channel
        ? targetOfChannel(channel.channel, channel.source.parametersFile?.parameters, values['server-name'])
        : parseTarget(what ?? '', values['server-name'], way);
    } catch (error) {
      if (!(error instanceof FlowKeystoreError && error.code === 'address-invalid')) throw error;
      const message = error.next === undefined ? error.message : `${error.message} ${error.next}`;
      return addressInvalidReport({ host: what ?? '', port: 0 }, message, os.hostname(), terminal.now());
    }
    const asked = await askOf(values, target.protocol, terminal);
    const alias = aliasFor(channel, values.alias, keystore !== undefined, terminal);
    const client = keystore && clientIn(keystore, alias);
    const ask =
      asked ??
      (client && channel ? askOfChannel(channel.channel, channel.source.parametersFile?.parameters) : undefined);
    const means = meansOf({ keystore, trusted, proxy, knownHosts }, timeoutMs);
    return runTest({ target, ...(client && { client }), ...(ask && { ask }) }, means, terminal);
  }
}

/** @throws FlowKeystoreError `arguments`, with what there is */
function wayOf({ protocol, protection, path: of }: WayOptions): Way {
  if (protocol !== undefined && !isProtocol(protocol)) {
    throw badArguments(`There is no protocol ${protocol}.`, `There are: ${Object.keys(protocols).join(', ')}.`);
  }
  const ports = protocols[protocol ?? 'tls'].ports;
  if (protection !== undefined && !isProtection(protection, ports)) {
    throw badArguments(
      `${protocols[protocol ?? 'tls'].label} has no protection ${protection}.`,
      `It has: ${Object.keys(ports).join(', ')}.`,
    );
  }
  return {
    ...(protocol === undefined ? {} : { protocol }),
    ...(protection === undefined ? {} : { protection }),
    ...(of === undefined ? {} : { path: of }),
  };
}

interface WayOptions {
  readonly protocol?: string | undefined;
  readonly protection?: string | undefined;
  readonly path?: string | undefined;
}

const isProtocol = (name: string): name is ProtocolName => Object.hasOwn(protocols, name);

const isProtection = (name: string, ports: Protocol['ports']): name is Protection => Object.hasOwn(ports, name);

/** An address with a login belongs into a variable: arguments can be seen by others. */
function proxyOf(address: string | undefined, variable: string | undefined, terminal: Terminal): Proxy | undefined {
  if (address !== undefined && variable !== undefined) throw badArguments('Give --proxy or --proxy-env, not both.');
  if (variable === undefined) {
    const proxy = address === undefined ? undefined : parseProxy(address);
    if (!proxy?.login) return proxy;
    throw badArguments(
      '--proxy has a password, which others could see.',
      'Put the address into an environment variable and name that with --proxy-env.',
    );
  }
  const value = terminal.env[variable];
  if (value === undefined || value === '') {
    throw badArguments(`The environment variable ${variable} is not set.`, 'Put the address of the proxy into it.');
  }
  return parseProxy(value);
}

/** The server's chain is sound, and the keystore does not have what it ends in. */
const distrusts: readonly VerdictCode[] = ['server-self-signed', 'server-root-missing', 'server-chain-incomplete'];

/** A server that sends its root, or is its own, can be trusted by what it sends; else its root comes from whoever issued it. */
function howToTrust({ target, server }: ConnectivityReport, keystore: string | undefined, onTenant: boolean): string {
  const from = `flow-keystore import ${keystore === undefined ? 'KEYSTORE' : asWord(keystore)} --from-host ${targetText(target)}`;
  const given = keystore === undefined ? ' No keystore was given: name one with --keystore or --trust.' : '';
  const offer = server?.offer;
  if (onTenant) {
    const what = offer ? `"${visible(offer.subject.short)}"` : 'what the server sends';
    return `To trust ${what}, compare its fingerprint with what its owner says, and add it on the tenant: Manage Keystore, Add, Certificate.`;
  }
  if (offer && server.chain.some((sent) => sent.equals(offer))) {
    const name = visible(offer.subject.short);
    return `To trust it, compare the fingerprint of "${name}" with what its owner says: ${from} --sha256 ${offer.sha256}${given}`;
  }
  return `To trust what the server sends, compare its fingerprints with what its owner says: ${from} --dry-run${given}`;
}

interface FlowChannel {
  readonly source: FlowFile;
  readonly channel: Channel;
}

/** The channel that FLOW.iflw#CHANNEL-ID names; undefined where a host is named. */
async function channelOf(what: string, signal: AbortSignal): Promise<FlowChannel | undefined> {
  const [, file, id] = /^(.*\.iflw)(?:#(.*))?$/is.exec(what) ?? [];
  // A flow that is there is tested whole, before.
  if (file !== undefined && id === undefined) await requireFlows(file, signal);
  if (file === undefined || id === undefined) {
    await refuseOtherFile(what.replace(/#.*$/s, ''), signal);
    return undefined;
  }
  const [source] = await requireFlows(file, signal);
  try {
    return { source, channel: requireChannel(source.flow, id) };
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file }) : error;
  }
}

/** Files and folders, all of them: hosts are none. */
async function areFiles(names: readonly string[]): Promise<boolean> {
  if (!names.length) return false;
  const kinds = await Promise.all(names.map((name) => nodeFiles.kindOf(name)));
  return kinds.every((kind) => kind !== undefined);
}

/** What says how one host is tested is of no use for several. */
function refuseSingle(values: Readonly<Record<string, unknown>>): void {
  const single = ['alias', 'protocol', 'protection', 'path', 'server-name', ...Object.keys(askOptions)];
  const given = single.find((name) => values[name] !== undefined);
  if (given !== undefined) {
    throw badArguments(`--${given} is for a single host; the flows, or the kept tests, say it for each receiver.`);
  }
}

/** A file that is no flow would be looked for as a host. */
async function refuseOtherFile(file: string, signal: AbortSignal): Promise<void> {
  if (file === '' || !(await nodeFiles.kindOf(file))) return;
  await requireFlows(file, signal);
  throw new FlowKeystoreError(
    'arguments',
    'A channel is tested by the file of its flow.',
    { file },
    'Name it as FLOW.iflw#CHANNEL-ID; flow-keystore flows lists both.',
  );
}

/** The alias to authenticate with: the one given, else the channel's own. What the test leaves out of what the channel says is told. */
function aliasFor(
  named: FlowChannel | undefined,
  given: string | undefined,
  hasKeystore: boolean,
  terminal: Terminal,
): string | undefined {
  const use = named && keyPairUse(named.channel, named.source.parametersFile?.parameters);
  if (given !== undefined) {
    if (use?.alias !== undefined && use.alias !== given) {
      note(terminal, `The channel names the key pair "${use.alias}"; tested with "${given}".`);
    }
    return given;
  }
  if (!use?.used) return undefined;
  if (use.alias === undefined) {
    note(
      terminal,
      'The channel may authenticate with a key pair, but the files do not say which. Name one with --alias.',
    );
  } else if (!hasKeystore) {
    note(
      terminal,
      `The channel names the key pair "${use.alias}"; tested without it. Give its keystore with --keystore FILE.`,
    );
  }
  return use.alias;
}
