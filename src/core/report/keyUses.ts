import { adapterLabel } from '../flow/adapters';
import { addressOf, keyPairUse } from '../flow/fields';
import type { FlowFile } from '../flow/project';

/** A channel that authenticates with a key pair. */
export interface KeyUse {
  readonly flow: string;
  readonly channel: string;
  readonly adapter: string;
  /** Parameters put in; empty where it is set at run time. */
  readonly address: string;
}

/** The receiver channels that name the alias and use it. */
export function keyUsesIn(flows: readonly FlowFile[], alias: string): KeyUse[] {
  return flows.flatMap(({ flow, parametersFile }) =>
    flow.channels
      .filter((channel) => {
        const use = keyPairUse(channel, parametersFile?.parameters);
        return channel.direction === 'Receiver' && use.used && use.alias === alias;
      })
      .map((channel) => ({
        flow: flow.name,
        channel: channel.name,
        adapter: adapterLabel(channel),
        address: addressOf(channel, parametersFile?.parameters)?.resolved ?? '',
      })),
  );
}

/** Host and port of the addresses, each once; an address that is none is left out. */
export function hostsOf(uses: readonly Pick<KeyUse, 'address'>[]): string[] {
  const hosts = uses.flatMap(({ address }) => {
    const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(address)?.[1] ?? '';
    return host === '' || /[{}$]/.test(host) ? [] : [host];
  });
  return [...new Set(hosts)];
}
