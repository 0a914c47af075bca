import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { groups } from '../src/core/keystore/describe';
import { loadPracticeIdentities, writePartnerKeystore } from '../test/support/practiceIdentities';
import { startPracticeReceiver, type PracticeReceiver } from '../test/support/practiceReceiver';

/** Public: the keystore is an example, made on this machine and good for nothing else. */
export const examplePassword = 'changeit';

/** Makes what is missing of the example workspace, and starts the receiver that its flows point to. */
export async function startPractice(
  workspace: string,
  port: number,
): Promise<PracticeReceiver & { readonly keystore: string; readonly rootFingerprint: string }> {
  // Beside the workspace: what the receiver is made of is no keystore of the person who practises.
  const hidden = path.join(workspace, '../.practice');
  await mkdir(hidden, { recursive: true });
  const { server, clientCa } = await loadPracticeIdentities(path.join(hidden, 'receiver.p12'), examplePassword);
  const keystore = path.join(workspace, 'partner.p12');
  if (!existsSync(keystore)) await writePartnerKeystore(keystore, examplePassword, clientCa);
  const receiver = await startPracticeReceiver({
    port,
    server,
    clientCa,
    acceptsFolder: path.join(workspace, 'receiver-accepts'),
    onRequest: (line) => console.log(`  practice receiver: ${line}`),
  });
  const root = server.chain.at(-1);
  return { ...receiver, keystore, rootFingerprint: root ? groups(root.sha256) : '' };
}
