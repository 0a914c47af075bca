import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readCertificates } from '../../src/core/certificates/import';
import { addCertificates } from '../../src/core/keystore/edit';
import { readKeystoreFile, stampOf, writeKeystoreFile } from '../../src/core/keystore/file';
import { emptyKeystore, readKeystore, writeKeystore } from '../../src/core/keystore/store';
import { Random } from '../fuzz/random';
import { chainByOpenssl } from '../support/foreignKeystores';

const password = 'Torture-1a';
/** A child that saves without end is killed that often, in the midst of one save of about a thousand. */
const kills = 60;
const leastSaves = 1_000;

describe('a save that is killed', function () {
  this.timeout(600_000);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kill-'));
  const at = (name: string): string => path.join(folder, name);
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const type of ['PKCS12', 'JKS'] as const) {
    it(`${type}: leaves the old keystore or the new one, whole; backups too; leftovers go later`, async () => {
      const certificates = readCertificates(chainByOpenssl).certificates;
      writeFileSync(at('guest.der'), certificates[0]!.der);
      const file = at(`store.${type.toLowerCase()}`);
      const some = Array.from({ length: 300 }, (_, i) => ({ alias: `c${i}`, certificate: certificates[i % 3]! }));
      const without = addCertificates(emptyKeystore(type), some).keystore;
      await writeKeystoreFile(file, await writeKeystore(without, password), null);
      const saver = path.join(__dirname, 'saver.program.js');
      const random = new Random(7);
      /** Versions that were found whole: what was read once by its password need not be opened again. */
      const known = new Map<string, number>();
      const checkWhole = async (name: string): Promise<void> => {
        const bytes = readFileSync(name);
        const stamp = stampOf(bytes);
        if (known.has(stamp)) return;
        const { entries } = await readKeystore(bytes, password);
        assert.ok(entries.length === 300 || entries.length === 301, `${name} has ${entries.length} entries`);
        known.set(stamp, entries.length);
      };
      let saves = 0;
      let leftovers = 0;
      let rounds = 0;
      for (; rounds < kills || saves < leastSaves || !leftovers; rounds++) {
        assert.ok(rounds < 10 * kills, 'the child never came to save');
        const child = spawn(process.execPath, [saver, file, password, at('guest.der')], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const ended = new Promise<string | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
        let seen = 0;
        const wanted = 1 + random.below(30);
        await new Promise<void>((resolve) => {
          child.stdout.on('data', (dots: Buffer) => {
            seen += dots.length;
            if (seen >= wanted) resolve();
          });
          child.on('exit', () => resolve());
        });
        // Somewhere within the next save or two.
        const until = performance.now() + random.below(20_000) / 1_000;
        while (performance.now() < until);
        child.kill('SIGKILL');
        assert.equal(await ended, 'SIGKILL');
        saves += seen;
        await checkWhole(file);
        for (const name of readdirSync(folder)) {
          if (name.startsWith(path.basename(file)) && name.includes('.bak')) await checkWhole(at(name));
          if (name.endsWith('.tmp')) leftovers++;
        }
        for (const name of readdirSync(folder)) if (name.endsWith('.tmp') && random.chance(2)) rmSync(at(name));
      }
      console.log(`      ${type}: ${saves} saves, ${rounds} killed, ${leftovers} times something was left behind`);
      assert.ok(leftovers > 0, 'no save was killed in its midst: this proves nothing');
      // The last one may have been killed when it had moved the younger backup up, and not yet put its own in that place.
      assert.ok(existsSync(`${file}.bak2`));

      // The next save takes away what killed ones left ten minutes ago and more.
      writeFileSync(at(`.${path.basename(file)}.0123456789ab.tmp`), 'left');
      for (const name of readdirSync(folder)) {
        if (name.endsWith('.tmp')) utimesSync(at(name), new Date(), new Date(Date.now() - 11 * 60_000));
      }
      writeFileSync(at(`.${path.basename(file)}.ffffffffffff.tmp`), 'of a save that goes on');
      const { bytes, stamp } = await readKeystoreFile(file);
      await writeKeystoreFile(file, bytes, stamp);
      assert.ok(existsSync(`${file}.bak`));
      const left = readdirSync(folder).filter((name) => name.endsWith('.tmp'));
      assert.deepEqual(left, [`.${path.basename(file)}.ffffffffffff.tmp`]);
      rmSync(at(left[0]!));
      assert.equal(statSync(file).size, bytes.length);
    });
  }
});
