import { nodePorts, type SessionPorts } from '../../../src/core/tenant/session';
import type { Transport } from '../../../src/core/tenant/transport';

/** The ports of a session that never waits: time is skipped instead. */
export function quickPorts(transport: Transport): SessionPorts {
  let skipped = 0;
  return {
    ...nodePorts(transport),
    clock: () => performance.now() + skipped,
    wait: (ms) => {
      skipped += ms;
      return Promise.resolve();
    },
  };
}
