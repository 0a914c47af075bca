import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { receiverTests, runReceiverTests } from '../../src/core/checks/receiverTests';
import { clientOf, keyPairsOf } from '../../src/core/connectivity/client';
import { parseTarget, type Target } from '../../src/core/connectivity/target';
import { testConnectivity } from '../../src/core/connectivity/test';
import { readFlow } from '../../src/core/flow/read';
import { trustAnchors } from '../../src/core/keystore/anchors';
import { addCertificates, addKeyPair } from '../../src/core/keystore/edit';
import type { Keystore } from '../../src/core/keystore/model';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { closedPort, startTlsServer, untilListening, type FaultServer } from '../support/faultServers';
import { localNames, makeCa, type TestIdentity } from '../support/testCertificates';
import { flowText, httpReceiver } from '../unit/flow/flowText';
import { median, tool, type Goal } from './targets';

const password = 'changeit';
const receivers = 200;
const slowOnes = 10;
const slowMs = 1_000;
/** As the setting and the command line have it when nothing is said. */
const atOnce = 8;

/** A test of two handshakes beside openssl's one, and many receivers beside the slow ones among them. */
export async function benchConnectivity(): Promise<Goal[]> {
  const root = await makeCa('Bench Root');
  const clientCa = await makeCa('Bench Client CA');
  const server = await root.issue('localhost', { alternativeNames: localNames, extendedKeyUsage: ['serverAuth'] });
  const client = await clientCa.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
  const key = await sealFor('PKCS12', client.privateKeyInfo, password);
  const pair = { alias: 'partner_a', key, chain: client.chain, created: new Date() };
  const pairs = addKeyPair(emptyKeystore(), pair).keystore;
  const { keystore } = addCertificates(pairs, [{ alias: 'root', certificate: root.certificate }]);
  const file = await writeKeystore(keystore, password);
  return [
    await besideOpenssl({ root, clientCa, server, client }, file),
    await manyReceivers({ server, clientCa }, await readKeystore(file, password)),
  ];
}

/** As the extension tests: trust and key pair are those of the keystore. */
async function test(target: Target, keystore: Keystore): Promise<void> {
  const { verdict } = await testConnectivity({
    target,
    anchors: trustAnchors(keystore),
    candidates: keyPairsOf(keystore),
    client: clientOf(keystore, 'partner_a', () => password),
    timeoutMs: 10_000,
    from: 'here',
  });
  if (verdict !== 'ok') throw new Error(verdict);
}

/** Both from the keystore file to what the server answers. */
async function besideOpenssl(
  { root, clientCa, server, client }: Readonly<Record<'root' | 'clientCa' | 'server' | 'client', TestIdentity>>,
  keystore: Uint8Array,
): Promise<Goal> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const file = (name: string, text: string | Uint8Array): string => {
    const at = path.join(folder, name);
    writeFileSync(at, text);
    return at;
  };
  const ca = file('root.pem', root.pem);
  const own = file('partner.p12', keystore);
  const [certificate, key] = [file('client.pem', client.chainPem), file('client.key', client.privateKeyPem)];
  const port = await closedPort();
  const serving = spawn(
    'openssl',
    [
      ...['s_server', '-accept', `127.0.0.1:${port}`, '-www', '-Verify', '1', '-verify_return_error', '-quiet'],
      ...['-cert', file('server.pem', server.pem), '-key', file('server.key', server.privateKeyPem)],
      ...['-CAfile', file('ca.pem', clientCa.pem)],
    ],
    { stdio: 'ignore' },
  );
  try {
    await untilListening(port);
    const target = parseTarget(`localhost:${port}`);
    // Only what is answered shows whether the client was accepted: in TLS 1.3 the handshake alone does not.
    const openssl = (key: string): (() => void) =>
      tool(
        'sh',
        '-c',
        `printf 'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' |
        openssl s_client -connect localhost:${port} -quiet -verify_return_error -CAfile ${ca} ${key}`,
      );
    const twice = async (): Promise<void> => test(target, await readKeystore(readFileSync(own), password));
    await twice();
    const theirs = await median(31, openssl(`-cert ${own} -key ${own} -pass env:BENCH`));
    const plain = await median(31, openssl(`-cert ${certificate} -key ${key}`));
    const ours = await median(31, twice);
    return {
      what: `keystore, two handshakes, verdict (${ours.toFixed(1)} ms) to one handshake by openssl s_client (${theirs.toFixed(1)} ms; with a plain key ${plain.toFixed(1)} ms)`,
      ratio: ours / theirs,
      atMost: 1,
    };
  } finally {
    serving.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Servers in a thread of their own: they are not to wait for who tests them. */
async function manyReceivers(
  { server, clientCa }: Readonly<Record<'server' | 'clientCa', TestIdentity>>,
  keystore: Keystore,
): Promise<Goal> {
  const worker = new Worker(__filename, {
    workerData: { key: server.privateKeyPem, chain: server.chainPem, clientCa: clientCa.pem },
  });
  try {
    const ports = await new Promise<number[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const channels = ports.map((port, at) =>
      httpReceiver(
        { httpAddressWithoutQuery: `https://localhost:${port}/`, privateKeyAlias: 'partner_a' },
        { id: `M_${at}` },
      ),
    );
    const tests = receiverTests([{ file: 'Many.iflw', flow: readFlow(flowText(...channels)) }]);
    const slow = tests.slice(0, slowOnes);
    const all = (of: typeof tests) => async (): Promise<void> => {
      const results = await runReceiverTests(of, {
        limit: atOnce,
        run: async ({ target }) => {
          await test(target, keystore);
          return {} as never;
        },
      });
      if (results.length !== of.length) throw new Error('not all were tested');
    };
    const slowest = await median(1, all(slow));
    const whole = await median(1, all(tests));
    return {
      what: `${receivers} receivers (${whole.toFixed(0)} ms) to the ${slowOnes} slow ones among them (${slowest.toFixed(0)} ms), ${atOnce} at a time`,
      ratio: whole / slowest,
      atMost: 1.5,
    };
  } finally {
    await worker.terminate();
  }
}

interface Served {
  readonly key: string;
  readonly chain: string;
  readonly clientCa: string;
}

async function serve({ key, chain, clientCa }: Served): Promise<void> {
  const started: FaultServer[] = [];
  for (let i = 0; i < receivers; i++) {
    const delay = i < slowOnes ? slowMs : 20;
    started.push(
      await startTlsServer({
        identity: { privateKeyPem: key, chainPem: chain },
        clientCa: { pem: clientCa },
        onSecure: (socket) => {
          socket.on('error', () => undefined);
          socket.once('data', () => setTimeout(() => socket.end('HTTP/1.1 204 No Content\r\n\r\n'), delay));
        },
      }),
    );
  }
  parentPort?.postMessage(started.map(({ port }) => port));
}

if (!isMainThread) void serve(workerData as Served);
