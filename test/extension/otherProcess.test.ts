import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Certificate } from '../../src/core/certificates/certificate';
import type { FlowKeystoreError } from '../../src/core/errors';
import { backupsOf } from '../../src/core/keystore/backups';
import { addCertificates, renameEntry, type Edited } from '../../src/core/keystore/edit';
import { stampOf } from '../../src/core/keystore/file';
import type { Keystore } from '../../src/core/keystore/model';
import { readKeystore } from '../../src/core/keystore/store';
import type { KeystoreSession } from '../../src/host/services/keystoreSession';
import { Random } from '../fuzz/random';
import { makeCa } from '../support/testCertificates';
import { requireTool, runTool } from '../support/tools';
import { HostFixture, password, run } from './hostFixture';
import type { Told } from './otherProcess.program';
import { Recorder } from './recorder';

/** One version of the file made out of another. */
interface Save {
  readonly from: string;
  readonly to: string;
}

/** Another process and the extension write the same keystore file. */
describe('a keystore that another process writes while it is open', function () {
  this.timeout(180_000);
  let fixture: HostFixture;
  let recorder: Recorder;
  let certificate: Certificate;
  let child: ChildProcess | undefined;
  let told: Told[];
  let wake: () => void;

  before(async () => (certificate = (await makeCa('Guest')).certificate));
  beforeEach(async () => {
    fixture = await HostFixture.start();
    recorder = new Recorder();
    told = [];
    wake = () => undefined;
    writeFileSync(at('guest.der'), certificate.der);
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = undefined;
    recorder.dispose();
    await fixture.stop();
  });

  const at = (name: string): string => path.join(fixture.folder, name);
  const create = async (name: string): Promise<KeystoreSession> => {
    const argument = { file: at(name), password, remember: 'session', silent: true } as const;
    const keystore = await run('flowKeystore.createKeystore', argument);
    assert.ok(keystore);
    return fixture.session(keystore);
  };
  const start = ({ file }: KeystoreSession, how: 'often' | 'in-place'): ChildProcess => {
    const program = path.join(__dirname, 'otherProcess.program.js');
    const started = spawn(process.execPath, [program, file, password, at('guest.der'), how], {
      // In desktop VS Code this is Electron.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface(started.stdout).on('line', (line) => {
      told.push(JSON.parse(line) as Told);
      wake();
    });
    started.on('exit', () => {
      wake();
    });
    child = started;
    return started;
  };
  /** Waits until the program has told that many things. */
  const heard = async (count: number): Promise<Told> => {
    while (told.length < count) {
      assert.equal(child?.exitCode, null, 'the other process ended');
      await new Promise<void>((resolve) => (wake = resolve));
    }
    return told[count - 1]!;
  };
  const wholeFile = async (session: KeystoreSession): Promise<string[]> =>
    (await readKeystore(readFileSync(session.file), password)).entries.map(({ alias }) => alias);
  /** An edit, as a save of one version in place of another; undefined where it was refused for what the other process did. */
  const save = async (
    session: KeystoreSession,
    edit: (keystore: Keystore) => Edited,
    half = false,
  ): Promise<Save | undefined> => {
    let from = '';
    try {
      await session.edit((keystore) => {
        from = stampOfOpen(session);
        return edit(keystore);
      });
    } catch (error) {
      // The extension has a copy of the class of its own.
      const { code, message, place } = error as FlowKeystoreError;
      assert.equal(place.file, session.file);
      // The watch over files was faster, and found what no password opens.
      if (half && code === 'password-required') return undefined;
      assert.equal(code, 'changed-on-disk', String(error));
      assert.match(message, /changed by another program/);
      return undefined;
    }
    return { from, to: stampOfOpen(session) };
  };
  const stampOfOpen = ({ state }: KeystoreSession): string => {
    assert.ok(state.kind === 'open' && state.stamp !== undefined);
    return state.stamp;
  };
  /** @param half the other process is in the midst of writing */
  const add = (session: KeystoreSession, alias: string, half = false): Promise<Save | undefined> =>
    save(session, (keystore) => addCertificates(keystore, [{ alias, certificate }]), half);
  const rename = (session: KeystoreSession, from: string, to: string): Promise<Save | undefined> =>
    save(session, (keystore) => renameEntry(keystore, from, to));

  for (const [name, rounds] of [
    ['both.jks', 60],
    ['both.p12', 40],
  ] as const) {
    it(`${name}: each change of either is in the file, or was refused and said so`, async function () {
      const session = await create(name);
      const first = stampOf(readFileSync(session.file));
      const saves: Save[] = [];
      const mine = new Set<string>();
      const random = new Random(3);
      let refused = 0;
      const other = start(session, 'often');
      await heard(1);
      // On a machine with other work they meet seldom.
      const haveMet = (): boolean => refused > 0 && saves.length > 0 && told.some(({ kind }) => kind === 'saved');
      for (let round = 0; round < rounds || (!haveMet() && round < 20 * rounds); round++) {
        await pause(random.below(30));
        const wanted = `mine ${round}`;
        const before = [...mine].at(-1);
        const renames = before !== undefined && random.chance(3);
        const done = renames ? await rename(session, before, wanted) : await add(session, wanted);
        if (done) {
          saves.push(done);
          if (renames) mine.delete(before);
          mine.add(wanted);
        } else {
          refused++;
          // As the button of the notification does. Now and then nobody presses it, and the watch over files comes first.
          if (!random.chance(8)) await session.reload();
        }
        const aliases = await wholeFile(session);
        for (const alias of mine) assert.ok(aliases.includes(alias), `${alias} is lost after round ${round}`);
      }
      other.stdin?.end();
      await once(other, 'exit');
      assert.equal(other.exitCode, 0);
      await session.reload();

      const theirs = told.flatMap((each) => (each.kind === 'saved' ? [each] : []));
      const wanted = [...mine, ...theirs.map(({ alias }) => alias)].sort();
      assert.deepEqual((await wholeFile(session)).sort(), wanted);
      assert.deepEqual((session.keystore?.entries ?? []).map(({ alias }) => alias).sort(), wanted);
      // No version was replaced twice: who saves has seen all that was saved before.
      const versions = [first];
      const next = new Map([...saves, ...theirs].map(({ from, to }) => [from, to]));
      assert.equal(next.size, saves.length + theirs.length, 'two saves have replaced the same version');
      for (let to = next.get(first); to !== undefined; to = next.get(to)) versions.push(to);
      assert.equal(versions.length, next.size + 1);
      assert.equal(versions.at(-1), stampOf(readFileSync(session.file)));
      const kept = await backupsOf(session.file);
      assert.equal(kept.length, 3);
      for (const { file } of kept) assert.ok(versions.includes(stampOf(readFileSync(file))), file);
      assert.ok(kept.some(({ file }) => stampOf(readFileSync(file)) === versions.at(-2)));
      assert.deepEqual(
        readdirSync(fixture.folder).filter((each) => each.endsWith('.tmp')),
        [],
      );
      const theirRefusals = told.filter(({ kind }) => kind === 'refused').length;
      console.log(`${name}: saved ${saves.length} here, ${theirs.length} there; refused ${refused}, ${theirRefusals}`);
      assert.ok(haveMet(), 'they never met: this proves nothing');
    });
  }

  for (const name of ['half.jks', 'half.p12', 'half.jceks']) {
    it(`${name}: what another program has written by half is neither replaced nor the end of the session`, async () => {
      const session = await create(name);
      const other = start(session, 'in-place');
      const random = new Random(5);
      assert.ok(await add(session, 'mine'));
      let lines = 0;
      for (let round = 0; round < 6; round++) {
        other.stdin?.write(round % 2 ? 'over\n' : 'empty\n');
        await heard(++lines);
        const half = readFileSync(session.file);
        assert.equal(await add(session, 'too early', true), undefined);
        // The watch over files may come in the midst of it.
        if (random.chance(2)) await session.reload();
        assert.deepEqual(readFileSync(session.file), half);
        other.stdin?.write('on\n');
        const done = await heard(++lines);
        assert.ok(done.kind === 'saved');
        assert.equal(stampOf(readFileSync(session.file)), done.to);
        await session.reload();
        assert.equal(session.state.kind, 'open', `round ${round}`);
        const aliases = (session.keystore?.entries ?? []).map(({ alias }) => alias);
        assert.ok(aliases.includes(done.alias) && aliases.includes('mine'), aliases.join());
        assert.ok(await add(session, `mine after ${round}`));
      }
      assert.equal((await wholeFile(session)).length, 13);
    });
  }

  it('keytool changes it: the command says so and offers to read it again; then it works', async function () {
    requireTool(this, 'keytool');
    const { file } = fixture;
    const session = fixture.session();
    assert.ok(await add(session, 'mine'));
    const argument = { keystore: fixture.keystore, alias: 'mine', newAlias: 'other' };
    const theirAliases: string[] = [];
    let conflicts = 0;
    // The watch over files may tell of our own save only when keytool has been there: then it is read again before the command. The slower the
    // machine, the longer it takes to tell.
    while (conflicts < 2) {
      await pause(Math.min(300 * theirAliases.length, 3_000));
      const alias = `theirs ${theirAliases.length}`;
      theirAliases.push(alias);
      assert.ok(theirAliases.length < 20, 'no conflict came up');
      // Nothing else runs here meanwhile.
      runTool('keytool', [
        ...['-importcert', '-noprompt', '-alias', alias, '-file', at('guest.der')],
        ...['-keystore', file, '-storepass', password],
      ]);
      const theirs = readFileSync(file);
      const renamed = await run('flowKeystore.renameEntry', argument);
      if (renamed === undefined) {
        conflicts++;
        const said = (recorder.said.get('notifications') ?? []).at(-1) ?? '';
        assert.match(said, /changed by another program in the meantime; nothing was saved/);
        assert.match(said, /"Reload"/);
        assert.ok(said.includes(path.basename(file)), said);
        assert.deepEqual(readFileSync(file), theirs);
        await session.reload();
        assert.equal(await run('flowKeystore.renameEntry', { ...argument, silent: true }), 'other');
      }
      assert.ok(await rename(session, 'other', 'mine'));
      assert.ok((await wholeFile(session)).includes(alias));
    }
    assert.deepEqual((await wholeFile(session)).sort(), ['mine', ...theirAliases].sort());
  });

  it('another process deletes it: nothing is made in its place unasked', async () => {
    const session = await create('gone.p12');
    runTool(process.platform === 'win32' ? 'cmd' : 'rm', [
      ...(process.platform === 'win32' ? ['/c', 'del'] : []),
      session.file,
    ]);
    await assert.rejects(
      session.edit((keystore) => addCertificates(keystore, [{ alias: 'mine', certificate }])),
      { code: 'changed-on-disk', message: /deleted by another program/ },
    );
    assert.equal(existsSync(session.file), false);
  });
});
