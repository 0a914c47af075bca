import { existsSync, watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Certificate } from '../src/core/certificates/certificate';
import { readCertificates } from '../src/core/certificates/import';
import {
  makePracticeKeystore,
  makePracticePartner,
  practiceAuthoritiesOf,
  type PracticeAuthorities,
  withIdentity,
} from '../src/core/connectivity/practice/identities';
import { startPracticeReceiver, type PracticeReceiver } from '../src/core/connectivity/practice/receiver';
import { groups } from '../src/core/keystore/describe';
import { readKeystoreFile, writeKeystoreFile } from '../src/core/keystore/file';
import { emptyKeystore, readKeystore, writeKeystore } from '../src/core/keystore/store';

/** Public: the keystore is an example, made on this machine and good for nothing else. */
export const examplePassword = 'changeit';

export interface ExampleReceiver extends PracticeReceiver {
  readonly keystore: string;
  readonly authorities: PracticeAuthorities;
  readonly rootFingerprint: string;
}

/** Makes what is missing of the example workspace, and starts the receiver that its flows point to. */
export async function startPractice(workspace: string, port: number): Promise<ExampleReceiver> {
  const now = new Date();
  // Beside the workspace: what the receiver is made of is no keystore of the person who practises.
  const own = path.join(workspace, '../.practice/practice-receiver.p12');
  await mkdir(path.dirname(own), { recursive: true });
  if (!existsSync(own)) {
    await writeKeystoreFile(
      own,
      await writeKeystore(await makePracticeKeystore(examplePassword, now), examplePassword),
      null,
    );
  }
  const authorities = await practiceAuthoritiesOf(
    await readKeystore((await readKeystoreFile(own)).bytes, examplePassword),
    examplePassword,
  );
  const keystore = path.join(workspace, 'partner.p12');
  if (!existsSync(keystore)) {
    const partner = await makePracticePartner(authorities.clientCa, now, 'partner_a');
    const made = await withIdentity(emptyKeystore(), 'partner_a', partner, examplePassword, now);
    await writeKeystoreFile(keystore, await writeKeystore(made, examplePassword), null);
  }
  // What is put there is accepted: what a partner hands over.
  const accepts = path.join(workspace, 'receiver-accepts');
  await mkdir(accepts, { recursive: true });
  const receiver = await startPracticeReceiver({
    ...authorities,
    port,
    now,
    accepts: await certificatesIn(accepts),
    onClient: (line) => console.log(`  practice receiver: ${line}`),
  });
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(accepts, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void certificatesIn(accepts).then(receiver.accept), 100);
  });
  return {
    ...receiver,
    keystore,
    authorities,
    rootFingerprint: groups(authorities.issuing.chain.at(-1)?.sha256 ?? ''),
    stop: async () => {
      watcher.close();
      await receiver.stop();
    },
  };
}

async function certificatesIn(folder: string): Promise<Certificate[]> {
  const found: Certificate[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    try {
      found.push(...readCertificates(await readFile(path.join(folder, name))).certificates);
    } catch {
      // Anything may lie in the folder; what is no certificate is not accepted.
    }
  }
  return found;
}
