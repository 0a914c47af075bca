import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { certificatesPem } from '../../src/core/certificates/pem';
import { sealKey } from '../../src/core/keys/sealedKey';
import { parseFilter } from '../../src/core/keystore/filter';
import type { Entry } from '../../src/core/keystore/model';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import type { TreeNode } from '../../src/host/tree/nodes';
import type { Look } from '../../src/host/tree/rowParts';
import { rowOf } from '../../src/host/tree/rows';
import { tooltipOf } from '../../src/host/tree/tooltips';
import { oldPkcs12ByOpenssl } from '../support/foreignKeystores';
import { makeCa, makeSelfSigned } from '../support/testCertificates';
import { HostFixture, password, run } from './hostFixture';

/** What each icon with a meaning has to be called in the words that a screen reader says. */
const words: Readonly<Record<string, RegExp>> = {
  error: /expired|problem|cannot be opened|not supported|broken|not its issuer|not signed|refused/i,
  warning: /expires?\b|expire soon|not in the chain|without a certificate/,
  watch: /not valid (before|yet)/i,
  lock: /locked|password/i,
  info: /^Note/,
  question: /unknown/,
  key: /key pair/,
  'symbol-string': /secret key/,
};

interface Row {
  readonly node: TreeNode;
  readonly item: vscode.TreeItem;
  readonly icon: string;
  readonly spoken: string;
}

describe('what a screen reader says of the rows of keystores', () => {
  let fixture: HostFixture;
  const rows: Row[] = [];

  const look = (more: Partial<Look> = {}): Look => ({
    now: new Date(),
    warnFrom: { days: 30, percent: 0 },
    filter: parseFilter(''),
    usesOf: () => undefined,
    requestOut: () => undefined,
    unfolded: () => false,
    ...more,
  });
  const rowFor = (node: TreeNode, more: Partial<Look> = {}): Row => {
    const item = rowOf(node, look(more));
    const icon = item.iconPath instanceof vscode.ThemeIcon ? item.iconPath.id : '';
    return { node, item, icon, spoken: item.accessibilityInformation?.label ?? '' };
  };
  const walk = async (node: TreeNode): Promise<TreeNode[]> => {
    const children = await fixture.host.tree.getChildren(node);
    return [node, ...(await Promise.all(children.map(walk))).flat()];
  };
  const ours = async (): Promise<TreeNode[]> =>
    (await fixture.host.tree.getChildren()).filter(({ session }) => session.file.startsWith(fixture.folder));
  const labelled = (text: RegExp): Row => {
    const found = rows.find(({ spoken }) => text.test(spoken));
    assert.ok(found, `${text.source} among\n${rows.map(({ spoken }) => spoken).join('\n')}`);
    return found;
  };

  before(async function () {
    this.timeout(60_000);
    fixture = await HostFixture.start();
    const at = (name: string): string => path.join(fixture.folder, name);
    const root = await makeCa('Example Root');
    const issuing = await root.issue('Example Issuing CA', { ca: {} });
    const good = await issuing.issue('Good');
    const ending = await root.issue('Ending', { toDays: 12 });
    const over = await makeSelfSigned('Over', { fromDays: -100, toDays: -3 });
    const early = await makeSelfSigned('Early', { fromDays: 10, toDays: 300 });
    const key = await sealKey(good.privateKeyInfo, password);
    const created = new Date();
    const entries: Entry[] = [
      { kind: 'keyPair', alias: 'good', chain: [good.certificate, issuing.certificate], key, created },
      { kind: 'keyPair', alias: 'ending', chain: ending.chain, key, created },
      { kind: 'certificate', alias: 'over', certificate: over.certificate },
      { kind: 'certificate', alias: 'early', certificate: early.certificate },
      { kind: 'certificate', alias: 'root', certificate: root.certificate },
    ];
    writeFileSync(at('open.p12'), await writeKeystore({ ...emptyKeystore(), entries }, password));
    writeFileSync(at('locked.p12'), await writeKeystore({ ...emptyKeystore(), entries }, 'Another-1'));
    const jksKey = await sealFor('JKS', good.privateKeyInfo, 'Another-1');
    const jks = entries.map((entry) => (entry.kind === 'keyPair' ? { ...entry, key: jksKey } : entry));
    writeFileSync(at('seen.jks'), await writeKeystore({ ...emptyKeystore('JKS'), entries: jks }, 'Another-1'));
    writeFileSync(at('broken.p12'), Buffer.from('<html>not a keystore</html>'));
    writeFileSync(at('old.p12'), oldPkcs12ByOpenssl);
    writeFileSync(at('keys.pem'), good.privateKeyPem + certificatesPem([root.certificate, early.certificate]));
    const files = ['open.p12', 'locked.p12', 'seen.jks', 'broken.p12', 'old.p12', 'keys.pem'].map(at);
    const added = await run('flowKeystore.openAsKeystore', { files, silent: true });
    assert.equal(added?.length, files.length);
    await run('flowKeystore.unlockKeystore', { keystore: at('open.p12'), password, remember: 'session', silent: true });
    for (const by of ['none', 'kind', 'expiry', 'issuer'] as const) {
      await run('flowKeystore.groupBy', { by, silent: true });
      rows.push(...(await Promise.all((await ours()).map(walk))).flat().map((node) => rowFor(node)));
    }
  });

  after(async () => {
    await run('flowKeystore.groupBy', { by: 'none', order: 'file', silent: true });
    await fixture.stop();
  });

  it('has met every kind of row, and every state of a keystore', () => {
    const kinds = new Set(rows.map(({ node }) => node.kind));
    for (const kind of ['keystore', 'group', 'entry', 'chain', 'missingIssuer', 'note', 'error', 'unlock'] as const) {
      assert.ok(kinds.has(kind), kind);
    }
    const states = new Set(rows.map(({ node }) => node.session.state.kind));
    assert.deepEqual([...states].sort(), ['error', 'locked', 'open']);
    const icons = new Set(rows.map(({ icon }) => icon));
    for (const icon of ['error', 'warning', 'watch', 'lock', 'info', 'key']) assert.ok(icons.has(icon), icon);
  });

  it('says in words what the icon says, and what stands in the row', () => {
    for (const { icon, spoken, item, node } of rows) {
      assert.ok(spoken, node.id);
      const wanted = words[icon];
      if (wanted) assert.match(spoken, wanted, `${icon} of ${node.id}`);
      const label = typeof item.label === 'object' ? item.label.label : item.label;
      assert.ok(label && spoken.includes(label), spoken);
      // What is bad is on the screen in words too: colours and shapes are not all that tells it.
      const seen = `${label} ${typeof item.description === 'string' ? item.description : ''}`;
      if (icon === 'error' || icon === 'watch' || icon === 'warning') {
        const onScreen = words[icon]!;
        assert.ok(onScreen.test(seen) || node.kind === 'error', `${icon}: ${seen}`);
      }
    }
  });

  it('says it in these words', () => {
    assert.equal(labelled(/^good,/).spoken, 'good, key pair, EC P-256, 364 days');
    assert.equal(labelled(/^ending,/).spoken, 'ending, key pair, expires in 11 days, EC P-256');
    assert.match(labelled(/^over,/).spoken, /^over, certificate, expired \d days ago, self-signed$/);
    assert.match(labelled(/^early,/).spoken, /^early, certificate, not valid before \d{4}-\d\d-\d\d, self-signed$/);
    assert.equal(
      labelled(/^Issuer, not in the chain/).spoken,
      'Issuer, not in the chain: Example Root, in the keystore as "root"',
    );
    assert.match(
      labelled(/^Keystore open.p12/).spoken,
      /PKCS12 \u00b7 5 entries \u00b7 1 expired \u00b7 1 expires soon \u00b7 1 not valid yet$/,
    );
    assert.equal(labelled(/^Keystore locked.p12/).spoken, 'Keystore locked.p12, locked');
    assert.equal(labelled(/^Keystore seen.jks/).spoken, 'Keystore seen.jks, JKS \u00b7 5 entries \u00b7 locked');
    assert.equal(labelled(/^Keystore broken.p12/).spoken, 'Keystore broken.p12, cannot be opened');
    assert.match(labelled(/^Problem: This is not a keystore/).spoken, /web page/);
    assert.match(
      labelled(/^Group Certificates, 1 expired/).spoken,
      /1 expired \u00b7 1 not valid yet \u00b7 3 entries$/,
    );
  });

  it('says in the tooltip of a keystore how it is protected', () => {
    const tooltips = rows
      .filter(({ node }) => node.kind === 'keystore')
      .map(({ node }) => tooltipOf(node, look())?.value.replaceAll('&nbsp;', ' ').replaceAll('\\', '') ?? '');
    const told = tooltips.filter((text) => text.includes('2 private keys: PBES2 aes-256-cbc (10,000 rounds)'));
    assert.ok(told.length, tooltips.join('\n'));
  });

  it('says of a key pair that a request is out: first in the row, with its day in words and in the tooltip', () => {
    const { node } = labelled(/^good,/);
    const since = new Date(Date.now() - 3 * 86_400_000);
    const { item, spoken } = rowFor(node, { requestOut: () => since });
    const day = since.toISOString().slice(0, 10);
    assert.equal(item.description, 'request out \u00b7 EC P-256 \u00b7 364 days');
    const tooltip = tooltipOf(node, look({ requestOut: () => since }))?.value ?? '';
    assert.match(tooltip, /Certification request/);
    assert.match(tooltip, /3&nbsp;days&nbsp;ago/);
    assert.equal(spoken, `good, key pair, request out since ${day}, EC P-256, 364 days`);
  });

  it('says that a locked keystore is locked where a filter shows its matches', async () => {
    await run('flowKeystore.filter', { text: 'root', silent: true });
    try {
      const spoken = (await ours()).map((node) => rowFor(node).spoken);
      assert.ok(spoken.includes('Keystore seen.jks, 3 of 5 match, locked'), spoken.join('\n'));
      assert.ok(spoken.includes('Keystore locked.p12, locked: not searched'), spoken.join('\n'));
    } finally {
      await run('flowKeystore.clearFilter');
    }
  });
});
