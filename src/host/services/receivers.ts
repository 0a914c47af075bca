import path from 'node:path';
import * as vscode from 'vscode';
import { adapterLabel } from '../../core/flow/adapters';
import type { ServiceAsk } from '../../core/connectivity/protocols/ask';
import { askOfChannel, cloudConnectorOf, targetOfChannel, type CloudConnector } from '../../core/checks/channelTarget';
import type { Target } from '../../core/connectivity/target';
import { addressOf, keyPairUse } from '../../core/flow/fields';
import type { Channel } from '../../core/flow/model';
import { nodeFiles } from '../../core/flow/nodeFiles';
import type { Parameters } from '../../core/flow/parameters';
import { loadFlows } from '../../core/flow/project';
import { findFlowFiles } from '../language/flowDocuments';
import type { KeyUse } from '../../core/report/keyUses';

/** A receiver channel of a flow, with what matters for a test of its connection. */
export interface Receiver {
  readonly flow: vscode.Uri;
  readonly flowName: string;
  readonly channel: string;
  /** Name of the channel. */
  readonly name: string;
  readonly adapter: string;
  /** Parameters put in. */
  readonly address: string;
  /** Where it connects to. @throws FlowKeystoreError `address-invalid` */
  readonly target: () => Target;
  /** What leads to it, where only the tenant gets there. */
  readonly cloudConnector?: CloudConnector;
  /** What it logs in with, beside the key pair. */
  readonly ask?: ServiceAsk;
  /** Resolved. Absent where the channel has none, sets it at run time, or does not authenticate with a key pair. */
  readonly alias?: string;
  /** It authenticates with a key pair, or may: which one is for a person to say where there is no alias. */
  readonly usesKeyPair: boolean;
}

const maximumFlows = 2000;

/** The receiver channels of the workspace's flows that have an address, as they are on disk. */
export async function findReceivers(signal?: AbortSignal): Promise<Receiver[]> {
  const uris = await findFlowFiles(maximumFlows);
  const paths = uris.map(({ fsPath }) => fsPath);
  const { flows } = await loadFlows(paths, nodeFiles, signal);
  return flows.flatMap(({ file, flow, parametersFile }) =>
    flow.channels
      .filter(({ direction }) => direction === 'Receiver')
      .map((channel) => receiverOf(vscode.Uri.file(file), flow.name, channel, parametersFile?.parameters))
      .filter(({ address }) => address !== ''),
  );
}

/** The receiver channels of the workspace that authenticate with the key pair of that alias. */
export async function usesOfAlias(alias: string): Promise<KeyUse[]> {
  const receivers = await findReceivers();
  return receivers
    .filter((receiver) => receiver.usesKeyPair && receiver.alias === alias)
    .map(({ flowName, name, adapter, address }) => ({ flow: flowName, channel: name, adapter, address }));
}

export function receiverOf(
  flow: vscode.Uri,
  flowName: string,
  channel: Channel,
  parameters: Parameters | undefined,
): Receiver {
  const { used, alias } = keyPairUse(channel, parameters);
  const ask = askOfChannel(channel, parameters);
  const cloudConnector = cloudConnectorOf(channel, parameters);
  return {
    flow,
    flowName: flowName || path.basename(flow.path, '.iflw'),
    channel: channel.id,
    name: channel.name,
    adapter: adapterLabel(channel),
    address: addressOf(channel, parameters)?.resolved ?? '',
    target: () => targetOfChannel(channel, parameters),
    ...(ask && { ask }),
    ...(cloudConnector && { cloudConnector }),
    ...(alias === undefined ? {} : { alias }),
    usesKeyPair: used,
  };
}
