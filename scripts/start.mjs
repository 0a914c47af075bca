// Opens examples/workspace in VS Code with the extension in it, and starts the practice receiver that its flows point to and a demo tenant.
// In an installed desktop VS Code where there is one (VSCODE_PATH names it; VSCODE_HOST=web forces the other way), else in Code-OSS in the browser.
import { build } from 'esbuild';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const workspace = path.join(root, 'examples/workspace');
const port = 8443;
const tenantPort = 8444;

run('esbuild.mjs');
const practice = await bundled('practice');
const demo = await bundled('demoTenant');
const receiver = await practice.startPractice(workspace, port).catch((error) => {
  if (error.code !== 'EADDRINUSE') throw error;
  console.error(
    `Port ${port} is taken: is this running already? The example flows point to https://localhost:${port}.`,
  );
  process.exit(2);
});
const demoFolder = path.join(workspace, '../.practice/demo-tenant');
const tenant = await demo
  .startDemoTenant(demoFolder, workspace, receiver.authorities, tenantPort)
  .catch(async (error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    console.error(`Port ${tenantPort}, where the demo tenant was connected before, is taken.`);
    await receiver.stop();
    process.exit(2);
  });

console.log(`
Practice receiver  ${receiver.url}  (demands a client certificate of its own throw-away CA)
  SHA-256 of its root: ${receiver.rootFingerprint}
Example keystore   ${path.relative(process.cwd(), receiver.keystore) || receiver.keystore}  password: ${practice.examplePassword}
Demo tenant        ${tenant.url}  (a simulation by SAP's documentation; nothing is kept when it ends)
  Connect Tenant..., Service key in a file: ${path.relative(process.cwd(), tenant.serviceKey)}
Example workspace  ${path.relative(process.cwd(), workspace) || workspace}  (its README.md guides through it)`);

const desktop = desktopVsCode();
let stopHost;
if (desktop) {
  console.log(`Opening            ${desktop}\n`);
  spawn(desktop, ['--new-window', `--extensionDevelopmentPath=${root}`, workspace], {
    // The demo tenant has an authority of its own. A VS Code that runs already keeps its environment.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: tenant.authority },
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
} else {
  console.log(
    'No desktop VS Code was found: starting Code-OSS for the browser (installed on first use, about a minute).',
  );
  const { startHost, installVsix } = await import('../test/support/host/host.mjs');
  const vsix = path.join(root, 'out/flow-keystore.vsix');
  run(
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--no-rewrite-relative-links',
    '--allow-missing-repository',
    '--out',
    vsix,
  );
  const extensions = path.join(root, 'out/start-extensions');
  await installVsix(vsix, extensions);
  const host = await startHost({
    extensions,
    settings: { 'files.simpleDialog.enable': true },
    env: { NODE_EXTRA_CA_CERTS: tenant.authority },
  });
  stopHost = host.stop;
  console.log(`\nOpen this in a browser:  ${host.url}/?folder=${encodeURI(workspace)}\n`);
}
console.log(
  'Try first: the key icon in the activity bar, then "Test Outbound Connectivity" above "SOAP to Partner A" in "Orders to Partner A.iflw". Ctrl+C ends everything.',
);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    await Promise.allSettled([receiver.stop(), tenant.stop(), stopHost?.()]);
    process.exit(0);
  });
}

/** A script in TypeScript. */
async function bundled(name) {
  const outfile = path.join(root, `out/scripts/${name}.cjs`);
  await build({
    entryPoints: [path.join(root, `scripts/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
  });
  return (await import(pathToFileURL(outfile).href)).default;
}

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}

function desktopVsCode() {
  if (process.env.VSCODE_HOST === 'web') return undefined;
  if (process.env.VSCODE_PATH) return process.env.VSCODE_PATH;
  const names = process.platform === 'win32' ? ['code.cmd', 'code-insiders.cmd'] : ['code', 'code-insiders', 'codium'];
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/Applications/Visual Studio Code.app/Contents/Resources/app/bin',
    '/usr/share/code/bin',
    '/snap/bin',
    path.join(process.env.LOCALAPPDATA ?? '', 'Programs/Microsoft VS Code/bin'),
  ];
  // A shell inside a remote or browser VS Code has a `code` of its own that cannot open a development window.
  if (process.env.VSCODE_IPC_HOOK_CLI) return undefined;
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}
