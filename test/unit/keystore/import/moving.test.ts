import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { addCertificates, addKeyPair } from '../../../../src/core/keystore/edit';
import { selectedCertificates } from '../../../../src/core/keystore/export';
import { itemsOfKeystore } from '../../../../src/core/keystore/import/fromKeystore';
import type { CertificateItem } from '../../../../src/core/keystore/import/items';
import { applyMerge, sealItems } from '../../../../src/core/keystore/import/merge';
import { piecesInText } from '../../../../src/core/keystore/import/pieces';
import { planMerge, proposeAuthorities, withActions, type MergePlan } from '../../../../src/core/keystore/import/plan';
import type { Keystore } from '../../../../src/core/keystore/model';
import { emptyKeystore, sealFor } from '../../../../src/core/keystore/store';
import { makeCa, type TestIdentity } from '../../../support/testCertificates';

const ours = 'Our-pass12';
const created = new Date('2026-01-02T03:04:05Z');

const nobody = (): Promise<never> => Promise.reject(new Error('nobody is to be asked'));

const rows = ({ rows: all }: MergePlan): string[] => all.map(({ action, alias }) => `${action} ${alias}`);

describe('what the editor does with an import', () => {
  let root: TestIdentity;
  let intermediate: TestIdentity;
  let leaf: TestIdentity;
  let stranger: TestIdentity;

  before(async () => {
    root = await makeCa('Root');
    intermediate = await root.issue('Intermediate', { ca: {} });
    leaf = await intermediate.issue('leaf');
    stranger = await makeCa('Stranger');
  });

  const item = (identity: TestIdentity, alias?: string): CertificateItem => ({
    kind: 'certificate',
    from: 'a file',
    certificate: identity.certificate,
    ...(alias !== undefined && { alias }),
  });

  async function keystoreWithPair(): Promise<Keystore> {
    const key = await sealFor('PKCS12', leaf.privateKeyInfo, ours);
    const { keystore } = addKeyPair(emptyKeystore(), { alias: 'pair', key, chain: leaf.chain, created });
    return addCertificates(keystore, [{ alias: 'root', certificate: root.certificate }]).keystore;
  }

  it('changes many rows at once, with no alias twice', () => {
    const keystore = addCertificates(emptyKeystore(), [
      { alias: 'a', certificate: stranger.certificate },
      { alias: 'b', certificate: leaf.certificate },
    ]).keystore;
    const proposed = planMerge(keystore, [item(root, 'a'), item(intermediate, 'b'), item(leaf, 'c')]);
    assert.deepEqual(rows(proposed), ['add a 2', 'add b 2', 'skip b']);
    const overwriting = withActions(keystore, proposed, () => 'overwrite');
    assert.deepEqual(rows(overwriting), ['overwrite a', 'overwrite b', 'skip b']);
    const none = withActions(keystore, overwriting, () => 'skip');
    assert.deepEqual(rows(none), ['skip a', 'skip b', 'skip b']);
    assert.deepEqual(rows(withActions(keystore, none, () => 'add')), ['add a 2', 'add b 2', 'skip b']);
    // A row that keeps its alias keeps it from one that comes back.
    const twins = planMerge(keystore, [item(root, 'a'), item(intermediate, 'a')]);
    assert.deepEqual(rows(twins), ['add a 2', 'add a 3']);
    const second = withActions(keystore, twins, (_, index) => (index === 0 ? 'skip' : undefined));
    assert.deepEqual(rows(withActions(keystore, second, () => 'add')), ['add a 2', 'add a 3']);
  });

  it('proposes the authorities above a server, and the server where there is nothing else', () => {
    const keystore = emptyKeystore();
    const plan = (...identities: TestIdentity[]): string[] =>
      rows(
        proposeAuthorities(
          keystore,
          planMerge(
            keystore,
            identities.map((each) => item(each)),
          ),
        ),
      );
    assert.deepEqual(plan(leaf, intermediate), ['skip leaf', 'add Intermediate']);
    assert.deepEqual(plan(leaf), ['add leaf']);
  });

  it('takes entries out of a keystore, with the passwords that are known', async () => {
    const keystore = await keystoreWithPair();
    const { items } = itemsOfKeystore(keystore, 'ours', { store: ours, keys: new Map([['pair', 'own']]) }, ['PAIR']);
    assert.deepEqual(
      items.map((each) => [each.kind, each.alias, each.kind === 'keyPair' && each.password]),
      [['keyPair', 'pair', 'own']],
    );
    assert.deepEqual(
      itemsOfKeystore(keystore, 'ours', { store: ours }).items.map(({ alias }) => alias),
      ['pair', 'root'],
    );
    assert.throws(() => itemsOfKeystore(keystore, 'ours', { store: ours }, ['gone']), /no entry "gone"/);
  });

  it('says what a text holds without opening anything', () => {
    assert.deepEqual(piecesInText(leaf.pem + root.pem + leaf.privateKeyPem), { certificates: 2, keys: 1, sshKeys: 0 });
    // As a box of one line has it: the ends of the lines are gone.
    assert.deepEqual(piecesInText(leaf.pem.replaceAll('\n', ' ')), { certificates: 1, keys: 0, sshKeys: 0 });
    for (const text of ['', 'no certificate']) assert.equal(piecesInText(text), undefined, text);
  });

  it('gives the certificates of a selection, each once', async () => {
    const keystore = await keystoreWithPair();
    const names = (
      ...selection: Parameters<typeof selectedCertificates> extends [unknown, ...infer R] ? R : never
    ): string[] => selectedCertificates(keystore, ...selection).map(({ subject }) => subject.short);
    assert.deepEqual(names({ aliases: ['pair', 'root'] }, 'chain'), ['leaf', 'Intermediate', 'Root']);
    assert.deepEqual(names({ aliases: ['pair', 'root'] }, 'root'), ['Root']);
    const members = [{ alias: 'pair', chainIndex: 1 }];
    assert.deepEqual(names({ aliases: ['root'], members }, 'certificate'), ['Root', 'Intermediate']);
    assert.throws(() => names({ aliases: [], members: [{ alias: 'pair', chainIndex: 9 }] }, 'chain'), /shorter now/);
    assert.throws(() => names({ aliases: ['gone'] }, 'chain'), /no entry "gone"/);
    assert.throws(() => names({ aliases: [] }, 'chain'), /None of the entries/);
  });

  it('refuses a plan that no longer fits the keystore', async () => {
    const plan = planMerge(emptyKeystore(), [item(root, 'a')]);
    const sealed = await sealItems(plan, { type: 'PKCS12', password: ours }, nobody);
    const meanwhile = addCertificates(emptyKeystore(), [{ alias: 'A', certificate: stranger.certificate }]).keystore;
    assert.throws(() => applyMerge(meanwhile, plan, sealed, created), /"a" cannot be the alias.*already/);
    const overwrite = withActions(meanwhile, planMerge(meanwhile, [item(root, 'a')]), () => 'overwrite');
    assert.throws(() => applyMerge(emptyKeystore(), overwrite, sealed, created), /no entry "A"/);
    const done = applyMerge(meanwhile, overwrite, sealed, created);
    assert.deepEqual(done.changes, [{ kind: 'replaced', alias: 'A' }]);
  });

  it('applies thousands of rows in time that grows with their number, not with its square', async () => {
    const time = async (count: number): Promise<number> => {
      const many = Array.from({ length: count }, (_, i) => item(root, `entry ${i}`));
      const keystore = {
        ...emptyKeystore(),
        entries: many.map(({ alias = '' }) => ({
          kind: 'certificate' as const,
          alias,
          certificate: stranger.certificate,
        })),
      };
      const start = performance.now();
      const plan = withActions(keystore, planMerge(keystore, many), (row, i) => (i % 2 ? 'overwrite' : row.action));
      const sealed = await sealItems(plan, { type: 'PKCS12', password: ours }, nobody);
      const { changes } = applyMerge(keystore, plan, sealed, created);
      assert.equal(changes.length, count);
      return performance.now() - start;
    };
    await time(500);
    const few = await time(1_000);
    const many = await time(8_000);
    // Eight times as many: with a search for each row it was 64 times and more.
    assert.ok(many < few * 24 + 50, `1,000: ${few.toFixed(0)} ms, 8,000: ${many.toFixed(0)} ms`);
  });
});
