// A real VS Code from npm packages alone: code-server on a loopback port with a profile of its own, and a headless Chromium to show it.
import { spawn, spawnSync } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { codeServer, hostNode, installHost } from './install.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

/** What makes a workbench quiet and drivable: no tips, no look-ups on the net, dialogs that are part of the page. */
const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'security.workspace.trust.enabled': false,
  'git.enabled': false,
  'window.dialogStyle': 'custom',
  'window.autoDetectColorScheme': false,
  'files.simpleDialog.enable': true,
  // In a browser VS Code saves by itself after a second; on the desktop it does not.
  'files.autoSave': 'off',
};

/**
 * Starts code-server with an empty profile in a temporary folder.
 * `settings` are user settings, `env` reaches the extension host, `extensions` is a folder as `installVsix` fills it (default: none),
 * `smokeTestDriver` lets the page run extension tests.
 */
export async function startHost({ settings = {}, env = {}, extensions, smokeTestDriver = false } = {}) {
  installHost();
  const home = profile();
  const workspace = path.join(home, 'ws');
  mkdirSync(path.join(home, 'data/User'), { recursive: true });
  mkdirSync(workspace);
  writeFileSync(path.join(home, 'data/User/settings.json'), JSON.stringify({ ...quiet, ...settings }));
  const child = spawn(
    hostNode,
    [
      codeServer,
      ...profileArguments(home, extensions),
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-workspace-trust', '--disable-telemetry'],
      ...['--disable-update-check', '--disable-getting-started-override', '--disable-proxy'],
      ...(smokeTestDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    // A group of its own: the extension hosts are to end with it.
    { env: { ...environment(home), ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const log = createWriteStream(path.join(home, 'server.log'));
  child.stderr.pipe(log, { end: false });
  const exited = new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal)));
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const killAtExit = () => kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async () => {
    kill('SIGTERM');
    const late = setTimeout(() => kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(late);
    kill('SIGKILL');
    process.removeListener('exit', killAtExit);
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const url = await listening(child, log);
    return { url, authority: new URL(url).host, workspace, exited, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a VSIX into an extensions folder, as `startHost` takes it. */
export function installVsix(vsix, extensions) {
  installHost();
  const home = profile();
  try {
    const { status, stdout, stderr } = spawnSync(
      hostNode,
      [codeServer, ...profileArguments(home, extensions), '--install-extension', vsix],
      { env: environment(home), encoding: 'utf8' },
    );
    if (status !== 0 || !/successfully installed/.test(stdout)) {
      throw new Error(`The VSIX could not be installed:\n${stdout}\n${stderr}`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

let running;

/** The headless browser of this process, started when first asked for. It reaches the loopback addresses alone. */
export function browser() {
  running ??= launch();
  return running;
}

/** Ends the browser, if there is one. */
export async function closeBrowser() {
  const closing = running;
  running = undefined;
  await (await closing)?.close();
}

async function launch() {
  const { executablePath, env } = chromiumBinary();
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

/**
 * CHROME_PATH, else the Chromium of @sparticuz/chromium, unpacked once per version, with that package's font and, where the
 * machine lacks NSS, its shared libraries: the browser then needs nothing of the system but libc.
 */
function chromiumBinary() {
  if (process.env.CHROME_PATH) return { executablePath: process.env.CHROME_PATH, env: {} };
  const { version } = JSON.parse(
    readFileSync(path.join(root, 'node_modules/@sparticuz/chromium/package.json'), 'utf8'),
  );
  const folder = path.join(root, `.host/chromium-${version}`);
  if (!existsSync(folder)) {
    // Unpacked aside and renamed: the package takes any file that it finds for a whole one.
    const aside = `${folder}-${process.pid}`;
    mkdirSync(aside, { recursive: true });
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', "await (await import('@sparticuz/chromium')).default.executablePath()"],
      // The package unpacks its libraries where it believes itself to be on AWS Lambda.
      {
        cwd: root,
        env: { ...process.env, TMPDIR: aside, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`Chromium could not be unpacked:\n${stderr}`);
    writeFileSync(
      path.join(aside, 'fonts.conf'),
      `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>/usr/share/fonts</dir>
  <dir>${path.join(folder, 'fonts')}</dir>
  <cachedir>${path.join(folder, 'fontcache')}</cachedir>
</fontconfig>
`,
    );
    try {
      renameSync(aside, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
      rmSync(aside, { recursive: true, force: true });
    }
  }
  const env = { FONTCONFIG_FILE: path.join(folder, 'fonts.conf') };
  const hasNss = /libnss3\.so/.test(spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '');
  if (!hasNss) env.LD_LIBRARY_PATH = path.join(folder, 'al2023/lib');
  return { executablePath: path.join(folder, 'chromium'), env };
}

/** Short, because unix sockets lie in it: their paths end after some hundred characters. */
function profile() {
  const home = mkdtempSync(path.join(os.tmpdir(), 'fk-'));
  writeFileSync(path.join(home, 'config.yaml'), '');
  return home;
}

function profileArguments(home, extensions = path.join(home, 'extensions')) {
  return [
    ...['--config', path.join(home, 'config.yaml'), '--user-data-dir', path.join(home, 'data')],
    ...['--extensions-dir', extensions],
  ];
}

function environment(home) {
  // An outer npm or VS Code is not to be mistaken for the one started here; '{}' is no gallery at all.
  const outer = Object.entries(process.env).filter(([name]) => !/^(npm|VSCODE|ELECTRON)_/.test(name));
  return { ...Object.fromEntries(outer), HOME: home, TMPDIR: home, XDG_RUNTIME_DIR: home, EXTENSIONS_GALLERY: '{}' };
}

function listening(child, log) {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why) => reject(new Error(`code-server ${why}\n${said}`));
    const late = setTimeout(() => fail('did not start within 60 s'), 60_000);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended (${code})`));
    child.stdout.on('data', (data) => {
      log.write(data);
      said += data;
      const url = /listening on (http:\/\/127\.0\.0\.1:\d+)\//.exec(said)?.[1];
      if (!url) return;
      clearTimeout(late);
      resolve(url);
    });
  });
}
