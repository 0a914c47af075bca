import assert from 'node:assert/strict';
import net from 'node:net';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { getKeyPair } from '../../src/core/keystore/edit';
import type { PracticeAddress } from '../../src/host/commands/commandMap';
import { HostFixture, run } from './hostFixture';

describe('the practice receiver of a window', () => {
  let fixture: HostFixture;

  beforeEach(async () => {
    fixture = await HostFixture.start();
  });
  afterEach(async () => {
    await run('flowKeystore.stopPracticeReceiver');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await fixture.stop();
  });

  const start = async (faults: readonly string[] = [], port?: number): Promise<PracticeAddress> => {
    const started = await run('flowKeystore.startPracticeReceiver', {
      ...{ faults, silent: true },
      ...(port === undefined ? {} : { port }),
    });
    assert.ok(started);
    return started;
  };
  const test = (port: number, keystore: string, alias: string | null): Promise<string | undefined> =>
    run('flowKeystore.testConnectivity', { host: 'localhost', port, keystore, alias, silent: true });
  const listed = (): string[] => fixture.host.registry.sessions().map(({ uri }) => uri.toString());

  it('has a keystore of its own, listed as long as it runs, with a partner that it accepts', async () => {
    const first = await start();
    assert.ok(listed().includes(first.keystore));
    assert.deepEqual(fixture.aliases(first.keystore).sort(), [
      'practice_client_ca',
      'practice_issuing_ca',
      'practice_partner',
      'practice_root',
    ]);
    assert.equal(await test(first.port, first.keystore, 'practice_partner'), 'ok');
    assert.equal(await test(first.port, first.keystore, null), 'client-certificate-required');
    assert.equal(await test(first.port, fixture.keystore, null), 'server-root-missing');
    assert.ok(!fixture.host.memory.added.includes(first.keystore), 'it is not kept on the list');
    await run('flowKeystore.stopPracticeReceiver');
    assert.ok(!listed().includes(first.keystore));
    await assert.rejects(connect(first.port));
    // What was trusted once is trusted the next time.
    const second = await start();
    assert.equal(second.keystore, first.keystore);
    assert.equal(await test(second.port, second.keystore, 'practice_partner'), 'ok');
  });

  it('accepts whom its administrator imports, at once, and no longer once that is taken back', async () => {
    const { keystore, port } = await start(['otherClients']);
    assert.equal(await test(port, keystore, 'practice_partner'), 'client-certificate-rejected');
    await fixture.generate('partner_a');
    const own = fixture.session().keystore;
    assert.ok(own);
    const root = getKeyPair(fixture.session(keystore).keystore!, 'practice_root').chain[0]!;
    await run('flowKeystore.addServerCertificate', { keystore: fixture.keystore, der: root.der, silent: true });
    assert.equal(await test(port, fixture.keystore, 'partner_a'), 'client-certificate-rejected');
    const text = certificatesPem(getKeyPair(own, 'partner_a').chain);
    await run('flowKeystore.import', { keystore, text, alias: 'partner_a', silent: true });
    assert.equal(await test(port, fixture.keystore, 'partner_a'), 'ok');
    await run('flowKeystore.undo', { keystore, silent: true });
    assert.equal(await test(port, fixture.keystore, 'partner_a'), 'client-certificate-rejected');
  });

  it('keeps its address when its faults are changed', async () => {
    const { port, keystore } = await start(['expired']);
    assert.equal(await test(port, keystore, 'practice_partner'), 'server-expired');
    assert.deepEqual(await start(['otherName', 'tls12']), { port, keystore, url: `https://localhost:${port}` });
    assert.equal(await test(port, keystore, 'practice_partner'), 'server-name-mismatch');
  });

  it('makes another keystore where the password of the last one is gone, and leaves that alone', async () => {
    const first = await start();
    await run('flowKeystore.stopPracticeReceiver');
    await fixture.host.passwords.forget(vscode.Uri.parse(first.keystore));
    const second = await start();
    assert.notEqual(second.keystore, first.keystore);
    assert.ok(!listed().includes(first.keystore));
    assert.equal(await test(second.port, second.keystore, 'practice_partner'), 'ok');
  });

  it('takes another port where the usual one is taken, and says so of one that was asked for', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await new Promise((done) => taken.once('listening', done));
    const { port } = taken.address() as net.AddressInfo;
    try {
      const { keystore } = await start();
      await assert.rejects(start([], port), { code: 'arguments', message: `Port ${port} is taken.` });
      // The one before has ended, and nothing is left of the other.
      assert.equal(fixture.host.practice.running, undefined);
      assert.ok(!listed().includes(keystore));
      await assert.rejects(start(['unheard of']), /no fault "unheard of"/);
    } finally {
      taken.close();
    }
  });
});

function connect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
