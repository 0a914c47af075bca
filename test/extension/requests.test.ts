import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { sealedOctets } from '../../src/core/keys/sealedKey';
import { sameOctets } from '../../src/core/asn1/der';
import { writePem } from '../../src/core/certificates/pem';
import { readRequest } from '../../src/core/certificates/request';
import { addKeyPair, getKeyPair } from '../../src/core/keystore/edit';
import type { Keystore, KeyPairEntry, StoreType } from '../../src/core/keystore/model';
import { emptyKeystore, readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { argumentOf } from '../../src/host/commands/argumentOf';
import type { CommandId, Commands } from '../../src/host/commands/commandMap';
import type { Host } from '../../src/host/services/host';
import type { KeystoreSession } from '../../src/host/services/keystoreSession';
import { makeSelfSigned, type TestIdentity } from '../support/testCertificates';
import { hasTool } from '../support/tools';

const password = 'Keystore-1';

describe('requests, responses, test authorities and SSH keys in VS Code', () => {
  let host: Host;
  let folder: string;
  let keystore: string;
  let partner: TestIdentity;

  const run = <Id extends CommandId>(id: Id, ...argument: Parameters<Commands[Id]>): ReturnType<Commands[Id]> =>
    Promise.resolve(vscode.commands.executeCommand(id, ...argument)) as ReturnType<Commands[Id]>;
  const at = (name: string): string => path.join(folder, name);

  /** Puts a keystore on the list, open. */
  const add = async (name: string, made: Keystore): Promise<string> => {
    writeFileSync(at(name), await writeKeystore(made, password));
    const [uri] = (await run('flowKeystore.addKeystore', { files: [at(name)], silent: true })) ?? [];
    assert.ok(uri);
    await run('flowKeystore.unlockKeystore', { keystore: uri, password, remember: 'session', silent: true });
    return uri;
  };
  const withKey = async (type: StoreType, alias: string, keyPassword = password): Promise<Keystore> => {
    const key = await sealFor(type, partner.privateKeyInfo, keyPassword);
    return addKeyPair(emptyKeystore(type), { alias, key, chain: partner.chain, created: new Date() }).keystore;
  };
  const session = (uri = keystore): KeystoreSession => {
    const found = host.registry.find(uri);
    assert.ok(found);
    return found;
  };
  const entry = (alias: string, uri = keystore): KeyPairEntry => {
    const { keystore: open } = session(uri);
    assert.ok(open);
    return getKeyPair(open, alias);
  };
  const rowText = async (alias: string): Promise<string> => {
    const root = (await host.tree.getChildren()).find((node) => node.session === session());
    const row = (await host.tree.getChildren(root)).find((node) => node.kind === 'entry' && node.entry.alias === alias);
    assert.ok(row);
    const item = host.tree.getTreeItem(row);
    return typeof item.description === 'string' ? item.description : '';
  };

  before(async () => {
    const extension = vscode.extensions.getExtension<Host | undefined>('flow-keystore.flow-keystore');
    const exported = await extension?.activate();
    assert.ok(exported);
    host = exported;
    partner = await makeSelfSigned('Partner A', {
      extendedKeyUsage: ['clientAuth'],
      alternativeNames: [{ kind: 'dns', value: 'partner.example' }],
    });
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'requests-'));
  });
  afterEach(async () => {
    for (const { uri, file } of host.registry.sessions()) {
      if (file.startsWith(folder)) await run('flowKeystore.removeKeystore', { keystore: uri.toString(), silent: true });
    }
    rmSync(folder, { recursive: true, force: true });
  });

  for (const type of ['PKCS12', 'JKS'] as const) {
    it(`${type}: request, test authority, response; the row says that a request is out until it is answered`, async () => {
      keystore = await add('partner', await withKey(type, 'partner_a'));
      const pem = await run('flowKeystore.createRequest', {
        ...{ keystore, alias: 'partner_a', file: at('partner.csr'), silent: true },
      });
      assert.equal(readFileSync(at('partner.csr'), 'utf8'), pem);
      const request = readRequest(pem ?? '');
      assert.equal(request.signatureState, 'good');
      assert.ok(sameOctets(request.subject.raw, partner.certificate.subject.raw));
      assert.ok((await rowText('partner_a')).startsWith('request out \u00b7 EC P-256'));

      // A rename does not lose it: it is the key that the request is out for.
      await run('flowKeystore.renameEntry', { keystore, alias: 'partner_a', newAlias: 'partner_b', silent: true });
      assert.match(await rowText('partner_b'), /^request out/);
      await run('flowKeystore.showDetails', { keystore, alias: 'partner_b', silent: true });
      const shown = vscode.workspace.textDocuments.find(
        ({ uri }) => uri.path.endsWith('partner_b.txt') && uri.query.includes(keystore),
      );
      assert.match(shown?.getText() ?? '', /Request out since: +\d{4}-/);

      const ca = await add('ca.p12', emptyKeystore());
      await run('flowKeystore.createTestCa', { keystore: ca, key: 'EC P-256', silent: true });
      const authority = entry('test_ca', ca).chain[0];
      assert.ok(authority?.isCa && authority.subject.short.includes('not for production'));
      const response = await run('flowKeystore.signRequest', {
        ...{ keystore: ca, file: at('partner.csr'), form: 'p7b', out: at('partner.p7b'), silent: true },
      });
      assert.equal(response, at('partner.p7b'));

      const before = entry('partner_b');
      const alias = await run('flowKeystore.importResponse', {
        files: [at('partner.p7b')],
        withRoot: true,
        silent: true,
      });
      assert.equal(alias, 'partner_b', 'found by its key, in no keystore that was named');
      const after = entry('partner_b');
      assert.deepEqual(
        after.chain.map(({ subject }) => subject.short),
        ['Partner A', authority.subject.short],
      );
      assert.ok(sameOctets(sealedOctets(after.key), sealedOctets(before.key)));
      assert.deepEqual(
        after.chain[0]?.extensions.subjectAltName?.map(({ value }) => value),
        ['partner.example'],
      );
      assert.doesNotMatch(await rowText('partner_b'), /request/);
      const stored = await readKeystore(readFileSync(at('partner')), password);
      assert.equal(getKeyPair(stored, 'partner_b').chain.length, 2);
    });
  }

  it('asks for the password of a key that has one of its own, and refuses to ask where code called', async () => {
    keystore = await add('own.jks', await withKey('JKS', 'partner_a', 'Another-1'));
    const argument = { keystore, alias: 'partner_a', silent: true } as const;
    await assert.rejects(run('flowKeystore.createRequest', argument), /keyPassword/);
    assert.doesNotMatch(await rowText('partner_a'), /request/);
    assert.ok(await session().useKeyPassword(entry('partner_a'), 'Another-1'));
    assert.equal(readRequest((await run('flowKeystore.createRequest', argument)) ?? '').signatureState, 'good');
  });

  it('refuses a response for another key, and changes nothing', async () => {
    keystore = await add('partner.p12', await withKey('PKCS12', 'partner_a'));
    const stranger = await makeSelfSigned('stranger');
    const before = readFileSync(at('partner.p12'));
    await assert.rejects(
      run('flowKeystore.importResponse', { text: stranger.pem, silent: true }),
      /none of the private keys/,
    );
    await assert.rejects(
      run('flowKeystore.importResponse', { keystore, alias: 'partner_a', text: stranger.pem, silent: true }),
      /not that of "partner_a"/,
    );
    assert.deepEqual(readFileSync(at('partner.p12')), before);
  });

  it('shows a request as a document, from a file of the explorer too', async () => {
    keystore = await add('partner.p12', await withKey('PKCS12', 'partner_a'));
    await run('flowKeystore.createRequest', { keystore, alias: 'partner_a', file: at('partner.csr'), silent: true });
    const argument = argumentOf(host, 'flowKeystore.showRequest', vscode.Uri.file(at('partner.csr')), undefined);
    assert.deepEqual(argument, { file: at('partner.csr') });
    await run('flowKeystore.showRequest', argument);
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /^partner\.csr\n/);
    assert.match(text, /Private key: +"partner_a" in partner\.p12/);
    assert.match(text, /Alternative names: +dns:partner\.example/);
  });

  it('signs a new key pair with an authority of the keystore', async () => {
    keystore = await add('store.p12', emptyKeystore());
    await run('flowKeystore.createTestCa', { keystore, alias: 'ca', key: 'EC P-256', silent: true });
    await run('flowKeystore.generateKeyPair', {
      ...{ keystore, alias: 'leaf', subject: 'CN=Leaf', key: 'EC P-256', issuer: 'ca', silent: true },
    });
    assert.equal(entry('leaf').chain.length, 2);
    await assert.rejects(
      run('flowKeystore.signRequest', { keystore, alias: 'leaf', text: 'x', silent: true }),
      /no certification request/,
    );
  });

  it('creates SSH keys, imports those of ssh-keygen, and copies the public part', async function () {
    keystore = await add('ssh.p12', emptyKeystore());
    assert.equal(await run('flowKeystore.createSshKey', { keystore, key: 'EC P-256', silent: true }), 'id_ecdsa');
    const line = await run('flowKeystore.copySshPublicKey', { keystore, alias: 'id_ecdsa', silent: true });
    assert.match(line ?? '', /^ecdsa-sha2-nistp256 AAAA\S+ id_ecdsa$/);

    writeFileSync(at('pkcs8'), writePem('PRIVATE KEY', partner.privateKeyInfo));
    const plain = { keystore, file: at('pkcs8'), alias: 'from_pem', silent: true } as const;
    assert.equal(await run('flowKeystore.importSshKey', plain), 'from_pem');
    assert.ok(sameOctets(entry('from_pem').chain[0]!.spki, partner.certificate.spki));
    await assert.rejects(run('flowKeystore.importSshKey', plain), /already/);

    if (!hasTool('ssh-keygen')) this.skip();
    const file = at('id_rsa');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', 'Secret-1', '-f', file]);
    await assert.rejects(run('flowKeystore.importSshKey', { keystore, file, silent: true }), /passphrase/);
    await assert.rejects(run('flowKeystore.importSshKey', { keystore, file, passphrase: 'no', silent: true }), {
      code: 'wrong-password',
    });
    assert.equal(
      await run('flowKeystore.importSshKey', { keystore, file, passphrase: 'Secret-1', silent: true }),
      'id_rsa',
    );
    const copied = await run('flowKeystore.copySshPublicKey', { keystore, alias: 'id_rsa', silent: true });
    assert.equal(copied?.split(' ')[1], readFileSync(`${file}.pub`, 'utf8').split(' ')[1]);
  });
});
