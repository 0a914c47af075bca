import type { ServiceAsk } from '../connectivity/protocols/ask';
import type { ConnectivityReport } from '../connectivity/report';
import type { Target } from '../connectivity/target';
import { describeError, FlowKeystoreError } from '../errors';
import { adapterLabel, describeAdapter, keyIn, propertyOf } from '../flow/adapters';
import { addressOf, keyPairUse } from '../flow/fields';
import { linesOf } from '../flow/lines';
import type { Channel } from '../flow/model';
import { inParallel } from '../parallel';
import type { CheckedFlow } from './context';
import { askOfChannel, targetOfChannel } from './channelTarget';

/** A receiver channel, as it is to be tested. */
export interface ReceiverTest {
  /** Path of the flow; in an archive as `FlowFile.file`. */
  readonly file: string;
  readonly flow: string;
  /** Id of the channel. */
  readonly channel: string;
  readonly name: string;
  /** As SAP calls it. */
  readonly adapter: string;
  /** Parameters put in. */
  readonly address: string;
  /** Of the address in the file, 1-based. */
  readonly line: number;
  readonly column: number;
  /** Where it connects to; absent where the files do not say, or nothing is spoken that a test speaks too. */
  readonly target?: Target;
  /** Then: why. English, a sentence or two. */
  readonly whyNot?: string;
  /** It authenticates with a key pair, or may. */
  readonly usesKeyPair: boolean;
  /** Of that key pair, where the files say it. */
  readonly alias?: string;
  /** What it logs in with besides. */
  readonly ask?: ServiceAsk;
}

/** The receiver channels of flows that have an address, in their order. What stays within the tenant has none to test. */
export function receiverTests(flows: readonly CheckedFlow[]): ReceiverTest[] {
  return flows.flatMap((source) =>
    source.flow.channels
      .filter(({ direction, adapter }) => direction === 'Receiver' && !internalAdapters.has(adapter))
      .flatMap((channel) => {
        const address = addressOf(channel, source.parametersFile?.parameters)?.resolved ?? '';
        return address === '' ? [] : [testOf(source, channel, address)];
      }),
  );
}

const internalAdapters: ReadonlySet<string> = new Set(['ProcessDirect', 'JMS']);

function testOf({ file, flow, parametersFile }: CheckedFlow, channel: Channel, address: string): ReceiverTest {
  const parameters = parametersFile?.parameters;
  const { used, alias } = keyPairUse(channel, parameters);
  const ask = askOfChannel(channel, parameters);
  const field = describeAdapter(channel)?.fields.address;
  const property = field && propertyOf(channel, keyIn(channel, field));
  const place = property ? linesOf(flow).positionAt(property.span.offset) : { line: 1, column: 1 };
  return {
    file,
    flow: flow.name,
    channel: channel.id,
    name: channel.name,
    adapter: adapterLabel(channel),
    address,
    ...place,
    usesKeyPair: used,
    ...(alias === undefined ? {} : { alias }),
    ...(ask && { ask }),
    ...whereTo(),
  };

  function whereTo(): Pick<ReceiverTest, 'target' | 'whyNot'> {
    try {
      return { target: targetOfChannel(channel, parameters) };
    } catch (error) {
      if (!(error instanceof FlowKeystoreError)) throw error;
      return { whyNot: describeError(error) };
    }
  }
}

export interface ReceiverResult {
  readonly test: ReceiverTest;
  /** Absent where it could not be tested. */
  readonly report?: ConnectivityReport;
}

export interface ReceiverRun {
  /** So many at a time. */
  readonly limit: number;
  /** One test. */
  readonly run: (test: ReceiverTest & { readonly target: Target }) => Promise<ConnectivityReport>;
  readonly onResult?: (result: ReceiverResult) => void;
  /** Tests of the same key are one; the connection and the key pair where absent. */
  readonly keyOf?: (test: ReceiverTest) => string;
}

/**
 * Tests receivers, several at a time. What is the same connection with the same key pair is made once, whichever channels have it.
 * @returns a result for each, in their order
 * @throws what a test throws: the signal's reason when cancelled
 */
export async function runReceiverTests(
  tests: readonly ReceiverTest[],
  { limit, run, onResult, keyOf = connectionOf }: ReceiverRun,
): Promise<ReceiverResult[]> {
  const made = new Map<string, Promise<ConnectivityReport>>();
  return inParallel(tests, limit, async (test) => {
    const { target } = test;
    if (!target) return told({ test });
    const key = keyOf(test);
    let report = made.get(key);
    if (!report) {
      report = run({ ...test, target });
      made.set(key, report);
    }
    return told({ test, report: await report });
  });

  function told(result: ReceiverResult): ReceiverResult {
    onResult?.(result);
    return result;
  }
}

const connectionOf = ({ target, alias, ask }: ReceiverTest): string => JSON.stringify([target, alias, ask]);
