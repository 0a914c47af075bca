import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeCa } from '../support/testCertificates';
import { HostFixture, password, run } from './hostFixture';

/** Every change of a keystore can be taken back and made again, whatever command made it; undo says what it takes back. */
describe('undo and redo of each command', function () {
  this.timeout(60_000);
  let fixture: HostFixture;
  const at = (name: string): string => path.join(fixture.folder, name);
  const entry = (alias: string) => ({ keystore: fixture.keystore, alias, silent: true }) as const;

  beforeEach(async () => (fixture = await HostFixture.start()));
  afterEach(() => fixture.stop());

  interface Case {
    readonly what: string;
    readonly label: RegExp;
    readonly prepare?: () => Promise<void>;
    readonly change: () => Promise<unknown>;
  }

  const pair = (): Promise<void> => fixture.generate('partner_a', { subject: 'CN=Partner A' });
  const cases: readonly Case[] = [
    { what: 'generate', label: /^add "partner_a"$/, change: pair },
    {
      what: 'import a key pair',
      label: /^add "came"$/,
      change: async () => {
        const root = await makeCa('Root');
        const client = await root.issue('client');
        writeFileSync(at('came.pem'), client.privateKeyPem + client.pem + root.pem);
        await run('flowKeystore.import', { ...entry('came'), files: [at('came.pem')] });
      },
    },
    {
      what: 'import several certificates',
      label: /^add 2 entries$/,
      change: async () => {
        writeFileSync(at('two.pem'), (await makeCa('One')).pem + (await makeCa('Two')).pem);
        await run('flowKeystore.import', { keystore: fixture.keystore, files: [at('two.pem')], silent: true });
      },
    },
    {
      what: 'a signing response',
      label: /^replace "partner_a"$/,
      prepare: async () => {
        await pair();
        await run('flowKeystore.createTestCa', { ...entry('test_ca'), key: 'EC P-256' });
        await run('flowKeystore.createRequest', { ...entry('partner_a'), file: at('a.csr') });
        await run('flowKeystore.signRequest', {
          ...entry('test_ca'),
          file: at('a.csr'),
          form: 'p7b',
          out: at('a.p7b'),
        });
      },
      change: () => run('flowKeystore.importResponse', { ...entry('partner_a'), files: [at('a.p7b')] }),
    },
    {
      what: 'rename',
      label: /^rename "partner_a" to "partner_b"$/,
      prepare: pair,
      change: () => run('flowKeystore.renameEntry', { ...entry('partner_a'), newAlias: 'partner_b' }),
    },
    {
      what: 'delete',
      label: /^delete "partner_a"$/,
      prepare: pair,
      change: () => run('flowKeystore.deleteEntry', entry('partner_a')),
    },
    {
      what: 'delete several',
      label: /^delete 2 entries$/,
      prepare: async () => {
        await pair();
        await fixture.generate('second');
      },
      change: () =>
        run('flowKeystore.deleteEntry', {
          keystore: fixture.keystore,
          aliases: ['partner_a', 'second'],
          silent: true,
        }),
    },
    {
      what: 'change the password',
      label: /^change the password$/,
      prepare: pair,
      change: () =>
        run('flowKeystore.changePassword', { keystore: fixture.keystore, newPassword: 'Another-2', silent: true }),
    },
    {
      what: 'create an SSH key',
      label: /^add "id_ecdsa"$/,
      change: () => run('flowKeystore.createSshKey', { keystore: fixture.keystore, key: 'EC P-256', silent: true }),
    },
    {
      what: 'import an SSH key',
      label: /^add "id_rsa"$/,
      change: () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        const text = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
        return run('flowKeystore.importSshKey', { keystore: fixture.keystore, text, silent: true });
      },
    },
    {
      what: 'create a test authority',
      label: /^add "test_ca"$/,
      change: () => run('flowKeystore.createTestCa', { ...entry('test_ca'), key: 'EC P-256' }),
    },
    {
      what: 'a successor',
      label: /^add "partner_a_next"$/,
      prepare: pair,
      change: () =>
        run('flowKeystore.renewKeyPair', {
          ...entry('partner_a'),
          step: 'generate',
          successorAlias: 'partner_a_next',
          validity: '3 years',
        }),
    },
    {
      what: 'the switch to a successor',
      label: /^switch "partner_a" to its successor$/,
      prepare: async () => {
        await pair();
        await run('flowKeystore.renewKeyPair', { ...entry('partner_a'), step: 'generate', validity: '3 years' });
      },
      change: () => run('flowKeystore.renewKeyPair', { ...entry('partner_a'), step: 'switch' }),
    },
    {
      what: 'what a receiver sent',
      label: /^add "Receiver Root"$/i,
      change: async () => {
        writeFileSync(at('root.cer'), (await makeCa('Receiver Root')).pem);
        await run('flowKeystore.importFromReceiver', {
          keystore: fixture.keystore,
          files: [at('root.cer')],
          silent: true,
        });
      },
    },
  ];

  for (const { what, label, prepare, change } of cases) {
    it(what, async () => {
      await prepare?.();
      const session = fixture.session();
      const state = (): { bytes: string; aliases: string[]; password: string | undefined } => ({
        bytes: readFileSync(fixture.file).toString('base64'),
        aliases: fixture.aliases(),
        password: session.passwords().store,
      });
      const before = state();
      await change();
      const after = state();
      assert.notEqual(after.bytes, before.bytes, 'it changed the file');
      assert.match(session.undoLabel ?? '', label);
      const keystore = { keystore: fixture.keystore, silent: true } as const;
      assert.match((await run('flowKeystore.undo', keystore)) ?? '', label);
      assert.deepEqual(state(), before);
      assert.match(session.redoLabel ?? '', label);
      assert.match((await run('flowKeystore.redo', keystore)) ?? '', label);
      assert.deepEqual(state(), after);
      // What was redone can be undone again, and the keystore is of use.
      assert.match(session.undoLabel ?? '', label);
      for (const each of session.keystore?.entries ?? []) {
        if (each.kind === 'keyPair') assert.ok(await session.canUseKey(each), each.alias);
      }
    });
  }

  it('converting makes another file: there is nothing to undo in the one that stays', async () => {
    await pair();
    const before = readFileSync(fixture.file);
    const session = fixture.session();
    const label = session.undoLabel;
    const made = await run('flowKeystore.convertKeystore', {
      ...{ keystore: fixture.keystore, type: 'JKS', silent: true },
      ...{ file: at('converted.jks'), password },
    });
    assert.ok(made);
    assert.equal(fixture.session(made).undoLabel, undefined);
    assert.equal(session.undoLabel, label);
    assert.deepEqual(readFileSync(fixture.file), before);
  });
});
