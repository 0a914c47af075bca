import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Certificate } from '../../src/core/certificates/certificate';
import { parseFilter } from '../../src/core/keystore/filter';
import type { Entry } from '../../src/core/keystore/model';
import { emptyKeystore, sealFor, writeKeystore } from '../../src/core/keystore/store';
import type { TreeNode } from '../../src/host/tree/nodes';
import { rowOf } from '../../src/host/tree/rows';
import { makeCa, makeSelfSigned } from '../support/testCertificates';
import { HostFixture, password, run } from './hostFixture';

describe('the chain of a key pair in the tree', () => {
  let fixture: HostFixture;
  const rows = new Map<string, string>();
  const icons = new Map<string, string>();
  const under = new Map<string, string[]>();

  const look = {
    now: new Date(),
    warnFrom: { days: 30, percent: 0 },
    filter: parseFilter(''),
    usesOf: () => undefined,
    requestOut: () => undefined,
    unfolded: () => false,
  };
  const told = (node: TreeNode): [label: string, text: string, icon: string] => {
    const { label, description, iconPath } = rowOf(node, look);
    const name = typeof label === 'string' ? label : (label?.label ?? '');
    const text = typeof description === 'string' ? description : '';
    return [name, text, iconPath instanceof vscode.ThemeIcon ? iconPath.id : ''];
  };

  before(async function () {
    this.timeout(60_000);
    fixture = await HostFixture.start();
    const root = await makeCa('Example Root');
    const issuing = await root.issue('Example Issuing CA', { ca: {} });
    const narrow = await root.issue('Narrow CA', { ca: { pathLength: 0 } });
    const below = await narrow.issue('Below CA', { ca: {} });
    const leaf = await issuing.issue('Leaf');
    const deep = await below.issue('Deep');
    const stranger = await makeSelfSigned('Stranger');
    const sameName = await (await makeCa('Example Root')).issue('Other');
    const missing = await (await makeCa('Absent Root')).issue('Missing');
    // JKS keeps chains as they were put there.
    const pair = async (
      alias: string,
      identity: { privateKeyInfo: Uint8Array },
      ...chain: Certificate[]
    ): Promise<Entry> => ({
      ...{ kind: 'keyPair', alias, chain, created: new Date() },
      key: await sealFor('JKS', identity.privateKeyInfo, password),
    });
    const entries: Entry[] = [
      await pair('whole', leaf, leaf.certificate, issuing.certificate),
      await pair('torn', leaf, leaf.certificate, stranger.certificate),
      await pair('forged', sameName, sameName.certificate, root.certificate),
      await pair('refused', deep, deep.certificate, below.certificate, narrow.certificate, root.certificate),
      await pair('short', missing, missing.certificate),
      { kind: 'certificate', alias: 'our root', certificate: root.certificate },
    ];
    const file = path.join(fixture.folder, 'chains.jks');
    writeFileSync(file, await writeKeystore({ ...emptyKeystore('JKS'), entries }, password));
    await run('flowKeystore.openAsKeystore', { files: [file], silent: true });
    await run('flowKeystore.unlockKeystore', { keystore: file, password, remember: 'session', silent: true });
    const { tree } = fixture.host;
    const keystore = (await tree.getChildren()).find(({ session }) => session.file === file);
    assert.ok(keystore);
    for (const node of await tree.getChildren(keystore)) {
      if (node.kind !== 'entry') continue;
      const [label, text, icon] = told(node);
      rows.set(label, text);
      icons.set(label, icon);
      under.set(
        label,
        (await tree.getChildren(node)).map((child) => told(child).join(' | ')),
      );
    }
  });
  after(() => fixture.stop());

  it('says of an issuer that is an entry of the keystore where it is', () => {
    assert.equal(under.get('whole')?.at(-1), 'Example Root | in the keystore as "our root" | verified');
    assert.equal(under.get('short')?.at(-1), 'Absent Root | not in the chain | warning');
  });

  it('marks a broken chain at the entry and where it breaks', () => {
    assert.match(rows.get('torn') ?? '', /^chain broken/);
    assert.equal(icons.get('torn'), 'error');
    assert.match(under.get('torn')?.[0] ?? '', /^Leaf \| the next one is not its issuer · .* \| error$/);
    for (const alias of ['whole', 'short']) {
      assert.doesNotMatch(rows.get(alias) ?? '', /broken/);
      assert.ok(!under.get(alias)?.some((text) => text.endsWith('error')), alias);
    }
  });

  it('looks at signatures and at the rules of paths once the entry is unfolded', () => {
    assert.match(
      under.get('forged')?.[0] ?? '',
      /^Other \| (not signed by the next one|the next one is not its issuer)/,
    );
    assert.match(under.get('refused')?.join('\n') ?? '', /^Narrow CA \| refused in this chain · .* \| error$/m);
  });
});
