import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { convertKeystore } from '../../src/core/keystore/convert';
import { addKeyPair, removeEntries } from '../../src/core/keystore/edit';
import { backupOf } from '../../src/core/keystore/backups';
import { readKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import { requireTool, runTool } from '../support/tools';
import { makeSelfSigned } from '../support/testCertificates';
import { HostFixture, password, run } from './hostFixture';

/** Commands on keystores as a whole: conversion, passwords, undo, backups. */
describe('the life of a keystore in VS Code', () => {
  let fixture: HostFixture;
  beforeEach(async () => (fixture = await HostFixture.start()));
  afterEach(() => fixture.stop());

  const argument = (): { keystore: string; silent: true } => ({ keystore: fixture.keystore, silent: true });

  it('converts to JKS, which keytool opens with its private key', async function () {
    requireTool(this, 'keytool');
    await fixture.generate('Partner_A');
    const file = path.join(fixture.folder, 'for sap.jks');
    const made = await run('flowKeystore.convertKeystore', { ...argument(), type: 'JKS', file });
    assert.ok(made);
    assert.deepEqual(fixture.aliases(made), ['partner_a']);
    assert.equal(fixture.session(made).type, 'JKS');
    const request = runTool('keytool', ['-certreq', '-alias', 'partner_a', '-keystore', file, '-storepass', password]);
    assert.match(request, /BEGIN NEW CERTIFICATE REQUEST/);
    assert.deepEqual(fixture.aliases(), ['Partner_A']);
    await assert.rejects(run('flowKeystore.convertKeystore', { ...argument(), type: 'JKS', file }), /exists already/);
  });

  it('creates keystores of every format, told by the extension', async () => {
    for (const [name, type] of [
      ['a.jks', 'JKS'],
      ['a.jceks', 'JCEKS'],
      ['a.pem', 'PEM'],
      ['a.pfx', 'PKCS12'],
    ] as const) {
      const file = path.join(fixture.folder, name);
      const made = await run('flowKeystore.createKeystore', { file, password, remember: 'session', silent: true });
      assert.ok(made);
      await fixture.generate('partner_a', { keystore: made });
      assert.equal(fixture.session(made).keystore?.type, type, name);
      assert.deepEqual(fixture.aliases(made), ['partner_a'], name);
    }
  });

  it('changes the password: keytool opens it, the remembered one follows, undo and redo too', async function () {
    requireTool(this, 'keytool');
    await fixture.generate('partner_a');
    const { host } = fixture;
    const { uri } = fixture.session();
    await host.passwords.keep(uri, password, 'yes');
    assert.equal(await run('flowKeystore.changePassword', { ...argument(), newPassword: 'Changed-22' }), true);
    const opens = (word: string): string =>
      runTool('keytool', ['-certreq', '-alias', 'partner_a', '-keystore', fixture.file, '-storepass', word]);
    assert.match(opens('Changed-22'), /BEGIN NEW/);
    assert.throws(() => opens(password));
    assert.equal(await host.passwords.get(uri), 'Changed-22');
    assert.equal(await run('flowKeystore.undo', argument()), 'change the password');
    assert.match(opens(password), /BEGIN NEW/);
    assert.equal(await host.passwords.get(uri), password);
    assert.equal(await run('flowKeystore.redo', argument()), 'change the password');
    assert.equal(await host.passwords.get(uri), 'Changed-22');
    await host.passwords.forget(uri);
  });

  it('asks for the passwords of keys that have their own, and seals them with that of the keystore', async () => {
    const identity = await makeSelfSigned('Own');
    await fixture.session().edit(async (keystore) => {
      const key = await sealFor('PKCS12', identity.privateKeyInfo, 'Own-Password-1');
      return addKeyPair(keystore, { alias: 'own', key, chain: identity.chain, created: new Date() });
    });
    await assert.rejects(run('flowKeystore.changePassword', { ...argument(), newPassword: 'Changed-22' }), {
      code: 'wrong-password',
    });
    const entry = fixture.session().keystore?.entries[0];
    assert.ok(entry?.kind === 'keyPair');
    assert.equal(await fixture.session().useKeyPassword(entry, 'Own-Password-1'), true);
    assert.equal(await run('flowKeystore.changePassword', { ...argument(), newPassword: 'Changed-22' }), true);
    const after = fixture.session().keystore?.entries[0];
    assert.ok(after?.kind === 'keyPair');
    assert.equal(await fixture.session().canUseKey(after), true);
    assert.equal(fixture.session().passwordForUse('own'), 'Changed-22');
  });

  it('modernises what is old, as one change; says no more then', async function () {
    requireTool(this, 'openssl');
    const identity = await makeSelfSigned('Old');
    const pem = path.join(fixture.folder, 'in.pem');
    const old = path.join(fixture.folder, 'old.p12');
    writeFileSync(pem, identity.privateKeyPem + identity.pem);
    runTool('openssl', [
      'pkcs12',
      '-export',
      '-legacy',
      '-name',
      'old',
      '-in',
      pem,
      '-out',
      old,
      '-passout',
      `pass:${password}`,
    ]);
    const [keystore] = (await run('flowKeystore.addKeystore', { files: [old], silent: true })) ?? [];
    assert.ok(keystore);
    await run('flowKeystore.unlockKeystore', { keystore, password, silent: true });
    const notes = (): string[] => (fixture.session(keystore).keystore?.notes ?? []).map(({ code }) => code);
    assert.deepEqual(notes(), ['old-encryption']);
    assert.equal(await run('flowKeystore.modernise', { keystore, silent: true }), true);
    assert.deepEqual(notes(), []);
    assert.equal(await run('flowKeystore.modernise', { keystore, silent: true }), false);
    assert.equal(await run('flowKeystore.undo', { keystore, silent: true }), 'modernise the protection');
    assert.deepEqual(notes(), ['old-encryption']);
  });

  it('undoes and redoes, step by step, until there is nothing left', async () => {
    await fixture.generate('partner_a');
    await run('flowKeystore.renameEntry', { ...argument(), alias: 'partner_a', newAlias: 'partner_b' });
    await run('flowKeystore.deleteEntry', { ...argument(), alias: 'partner_b' });
    assert.equal(await run('flowKeystore.undo', argument()), 'delete "partner_b"');
    assert.deepEqual(fixture.aliases(), ['partner_b']);
    assert.equal(await run('flowKeystore.undo', argument()), 'rename "partner_a" to "partner_b"');
    assert.deepEqual(fixture.aliases(), ['partner_a']);
    assert.equal(await run('flowKeystore.redo', argument()), 'rename "partner_a" to "partner_b"');
    assert.deepEqual(fixture.aliases(), ['partner_b']);
    await run('flowKeystore.undo', argument());
    await run('flowKeystore.undo', argument());
    assert.equal(await run('flowKeystore.undo', argument()), undefined);
    assert.deepEqual((await readKeystore(readFileSync(fixture.file), password)).entries, []);
  });

  it('does not undo over what another program saved', async () => {
    await fixture.generate('partner_a');
    await fixture.generate('partner_b');
    const other = removeEntries(await readKeystore(readFileSync(fixture.file), password), ['partner_a']).keystore;
    const bytes = await writeKeystore(other, password);
    writeFileSync(fixture.file, bytes);
    // Refused where the change was not noticed yet; nothing to undo where it was.
    const undone = await run('flowKeystore.undo', argument()).catch(
      (error: unknown) => (error as { code: string }).code,
    );
    assert.ok(undone === 'changed-on-disk' || undone === undefined, undone);
    assert.deepEqual(readFileSync(fixture.file), Buffer.from(bytes));
    await fixture.session().reload();
    assert.equal(fixture.session().undoLabel, undefined);
    assert.deepEqual(fixture.aliases(), ['partner_b']);
  });

  it('restores a backup, with its own password, and undoes that', async () => {
    await fixture.generate('partner_a');
    await run('flowKeystore.changePassword', { ...argument(), newPassword: 'Changed-22' });
    await run('flowKeystore.deleteEntry', { ...argument(), alias: 'partner_a' });
    assert.deepEqual(fixture.aliases(), []);
    // .bak: before the deletion; .bak2: before the change of the password.
    const backup = backupOf(fixture.file, 2);
    await assert.rejects(run('flowKeystore.restoreBackup', { ...argument(), backup }), { code: 'wrong-password' });
    assert.equal(await run('flowKeystore.restoreBackup', { ...argument(), backup, password }), backup);
    assert.deepEqual(fixture.aliases(), ['partner_a']);
    assert.equal(fixture.session().passwordForUse(), password);
    await run('flowKeystore.undo', argument());
    assert.deepEqual(fixture.aliases(), []);
    assert.equal(fixture.session().passwordForUse(), 'Changed-22');
  });

  it('restores a backup over a file that is damaged', async () => {
    await fixture.generate('partner_a');
    const backup = backupOf(fixture.file);
    const whole = readFileSync(fixture.file);
    copyFileSync(fixture.file, backup);
    writeFileSync(fixture.file, whole.subarray(0, 300));
    await fixture.session().reload();
    assert.equal(fixture.session().state.kind, 'error');
    await run('flowKeystore.restoreBackup', { ...argument(), backup, password });
    assert.deepEqual(fixture.aliases(), ['partner_a']);
    assert.deepEqual(readFileSync(fixture.file), whole);
  });

  it('lists a locked JKS without asking, and modernises none: its format knows nothing better', async () => {
    await fixture.generate('partner_a');
    const file = path.join(fixture.folder, 'open.jks');
    const keystore = fixture.session().keystore;
    assert.ok(keystore);
    const made = await convertKeystore(keystore, { store: password }, { type: 'JKS', password });
    writeFileSync(file, await writeKeystore(made.keystore, password));
    const [added] = (await run('flowKeystore.addKeystore', { files: [file], silent: true })) ?? [];
    assert.ok(added);
    assert.equal(fixture.session(added).state.kind, 'locked');
    const root = (await fixture.host.tree.getChildren()).find(({ session }) => session.uri.toString() === added);
    const rows = await fixture.host.tree.getChildren(root);
    const labels = rows.map((row) => fixture.host.tree.getTreeItem(row).label);
    assert.deepEqual(labels.slice(0, 2), ['Enter the password to change it or to use its keys...', 'partner_a']);
    await run('flowKeystore.unlockKeystore', { keystore: added, password, silent: true });
    await assert.rejects(run('flowKeystore.modernise', { keystore: added, silent: true }), { code: 'unsupported' });
  });
});
