import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { internalCommands } from '../../src/host/commands/commandMap';

const root = process.env['PROJECT_ROOT']!;
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly keybindings: readonly MenuItem[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly markdownDescription?: string; readonly default?: unknown }>
      >;
    };
    readonly customEditors?: readonly { readonly viewType: string; readonly priority: string }[];
  };
}

const manifestText = read('package.json');
const manifest = JSON.parse(manifestText) as Manifest;
const strings = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);
/** The ids of the command map, which the compiler holds against what is registered. */
const mapped = [...read('src/host/commands/commandMap.ts').matchAll(/^ {2}'(flowKeystore\.\w+)'\(/gm)].map(
  ([, id]) => id!,
);
const hostSources = readdirSync(path.join(root, 'src/host'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: read(path.join('src/host', file)) }));

describe('the manifest', () => {
  it('declares every command of the map, and no other', () => {
    assert.ok(mapped.length > 15, 'the map was not read');
    const wanted = mapped.filter((id) => !(internalCommands as readonly string[]).includes(id));
    assert.deepEqual([...declared].sort(), wanted.sort());
  });

  it('gives every command a title and the category', () => {
    for (const { command, title, category } of contributes.commands) {
      assert.equal(category, 'Flow Keystore', command);
      assert.match(title, /^%command\./, command);
    }
    const titles = contributes.commands.map(({ title }) => strings[title.slice(1, -1)]);
    assert.equal(new Set(titles).size, titles.length, 'two commands have the same title');
  });

  it('has a string for each key it names, and names each string', () => {
    const named = new Set([...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key!));
    assert.deepEqual([...named].sort(), Object.keys(strings).sort());
    for (const [key, text] of Object.entries(strings)) assert.notEqual(text.trim(), '', key);
  });

  it('names only commands that there are, in menus, keys, welcome views and sources', () => {
    const known = new Set([...mapped, 'flowKeystore.keystores.focus', 'flowKeystore.receivers.focus']);
    const inMenus = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(
      ({ command }) => command,
    );
    const inWelcome = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...(strings[contents.slice(1, -1)] ?? '').matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id!),
    );
    assert.ok(inWelcome.length);
    for (const id of [...inMenus, ...inWelcome]) assert.ok(known.has(id), id);
    for (const { file, text } of hostSources) {
      for (const [, id] of text.matchAll(/(?:executeCommand\(|command: )'(flowKeystore\.[\w.]+)'/g)) {
        assert.ok(known.has(id!), `${file}: ${id!}`);
      }
    }
  });

  it('shows tree commands only on rows that there are', () => {
    const contexts = new Set(
      hostSources.flatMap(({ text }) =>
        [...text.matchAll(/context(?:Value =|:) '([\w.]+)'/g)].map(([, value]) => value!),
      ),
    );
    for (const kind of ['keyPair', 'certificate', 'secretKey', 'unknown']) {
      contexts.add(`entry.${kind}`);
      for (const more of ['locked', 'tenant', 'sap', 'readOnly', 'KeyRenewal', 'KeyHistory']) {
        contexts.add(`entry.${kind}.${more}`);
      }
    }
    contexts
      .add('keystore.open')
      .add('tenant.open')
      .add('tenant.readOnly')
      .add('tenantFlow')
      .add('tenantFlowConfigured');
    contexts.add('receiver').add('receiverTestable').add('receiverTestableTested');
    for (const { command, when = '' } of contributes.menus['view/item/context'] ?? []) {
      const exact = /viewItem == ([\w.]+)/.exec(when)?.[1];
      const pattern = /viewItem =~ \/(.+)\/$/.exec(when)?.[1];
      assert.ok(exact ?? pattern, `${command} is shown on every row`);
      const matching = [...contexts].filter((value) =>
        exact === undefined ? new RegExp(pattern!).test(value) : value === exact,
      );
      assert.ok(matching.length, `${command}: ${when}`);
    }
  });

  it('has pictures that are there and follow the theme', () => {
    for (const { icon } of contributes.viewsContainers.activitybar) {
      assert.ok(existsSync(path.join(root, icon)), icon);
      assert.match(read(icon), /currentColor/);
    }
  });

  it('describes every setting, with a default, and the sources ask for no other', () => {
    const settings = Object.entries(contributes.configuration.properties);
    for (const [id, { markdownDescription, default: value }] of settings) {
      assert.match(id, /^flowKeystore\./);
      assert.match(markdownDescription ?? '', /^%setting\./, id);
      assert.notEqual(value, undefined, id);
    }
    const asked = hostSources.flatMap(({ text }) =>
      // Those of VS Code itself are not ours to describe.
      [...text.matchAll(/\.get<\w+>\('(?!http\.)([\w.]+)'/g)].map(([, id]) => `flowKeystore.${id!}`),
    );
    assert.deepEqual([...new Set(asked)].sort(), settings.map(([id]) => id).sort());
  });

  it('keeps settings that name paths out of untrusted workspaces', () => {
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ['flowKeystore.keystore']);
  });

  it('starts by what it contributes or where there are flows, and never takes a file type over', () => {
    // Without them no lens would show over a flow that is opened as text before anything else of ours is, in a workspace or alone.
    // An editor with a file of an archive may be there when VS Code starts.
    assert.deepEqual(manifest.activationEvents, [
      'workspaceContains:**/*.iflw',
      'onLanguage:xml',
      'onFileSystem:flow-archive',
    ]);
    for (const { priority } of contributes.customEditors ?? []) assert.equal(priority, 'option');
  });

  it('is compiled against the oldest VS Code that it admits', () => {
    assert.equal(`^${manifest.devDependencies['@types/vscode'] ?? ''}`, manifest.engines.vscode);
  });
});
