import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { areKeysAlone, piecesInText } from '../../src/core/keystore/import/pieces';
import { recognise } from '../../src/core/keystore/import/recognise';
import { requireTool, runTool } from '../support/tools';

const passphrase = 'Passphrase-1';

/** What other programs write, pasted into a box of one line: the ends of the lines become blanks there, or are gone. */
describe('keys of other programs, pasted', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const pastes = (text: string): [string, string][] => [
    ['as it is', text],
    ['blanks for ends of lines', text.replaceAll('\n', ' ')],
    ['no ends of lines', text.replaceAll('\n', '')],
  ];
  const bytesOf = (text: string): { name: string; bytes: Uint8Array } => ({ name: 'text', bytes: Buffer.from(text) });

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'pasted-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const cipher of ['aes256', 'aes128', 'des3']) {
    it(`an RSA key under ${cipher} with the headers of old, and its certificate`, async function () {
      requireTool(this, 'openssl');
      runTool('openssl', [
        ...'req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=a -keyout'.split(' '),
        ...[at('key.pem'), '-out', at('cert.pem')],
      ]);
      const old = ['-traditional', `-${cipher}`, '-passout', `pass:${passphrase}`];
      runTool('openssl', ['rsa', ...old, '-in', at('key.pem'), '-out', at('old.pem')]);
      const key = readFileSync(at('old.pem'), 'utf8');
      assert.match(key, /Proc-Type: 4,ENCRYPTED/);
      const certificate = readFileSync(at('cert.pem'), 'utf8');
      for (const [how, text] of pastes(key + certificate)) {
        assert.deepEqual(piecesInText(text), { certificates: 1, keys: 1, sshKeys: 0 }, how);
        const { items } = await recognise([bytesOf(text)], () => Promise.resolve(passphrase));
        assert.deepEqual(
          items.map(({ kind }) => kind),
          ['keyPair'],
          how,
        );
        assert.equal(areKeysAlone([bytesOf(text)]), false, how);
      }
      for (const [how, text] of pastes(key)) {
        assert.deepEqual(piecesInText(text), { certificates: 0, keys: 1, sshKeys: 0 }, how);
        assert.equal(areKeysAlone([bytesOf(text)]), true, how);
        const { items } = await recognise([bytesOf(text)], () => Promise.resolve(passphrase), { certifyAll: true });
        assert.deepEqual(
          items.map(({ kind, alias }) => [kind, alias]),
          [['keyPair', 'id_rsa']],
          how,
        );
        const both = [bytesOf(text), { name: 'cert.pem', bytes: readFileSync(at('cert.pem')) }];
        assert.equal(areKeysAlone(both), false);
        assert.equal((await recognise(both, () => Promise.resolve(passphrase))).items[0]?.kind, 'keyPair');
      }
    });
  }

  for (const secret of ['', passphrase]) {
    it(`an SSH key of ssh-keygen${secret && ' with a passphrase'}`, async function () {
      requireTool(this, 'ssh-keygen');
      const name = `id${secret.length}`;
      runTool('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', secret, '-f', at(name)]);
      for (const [how, text] of pastes(readFileSync(at(name), 'utf8'))) {
        assert.deepEqual(piecesInText(text), { certificates: 0, keys: 0, sshKeys: 1 }, how);
        const { items } = await recognise([bytesOf(text)], () => Promise.resolve(passphrase));
        assert.deepEqual(
          items.map(({ kind, alias }) => [kind, alias]),
          [['keyPair', 'id_ecdsa']],
          how,
        );
      }
    });
  }
});
