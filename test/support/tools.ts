import { execFileSync, spawnSync } from 'node:child_process';

/** Skips the test (mocha) where an outside tool is missing, and says so; in CI nothing may be skipped. */
export function requireTool(context: Mocha.Context, tool: string): void {
  if (hasTool(tool)) return;
  console.log(`      skipped: ${tool} is not installed`);
  context.skip();
}

const known = new Map<string, boolean>();

export function hasTool(tool: string): boolean {
  let found = known.get(tool);
  if (found === undefined) {
    const probe = spawnSync(tool, tool === 'openssl' ? ['version'] : ['-help'], { stdio: 'ignore', timeout: 20_000 });
    found = probe.error === undefined;
    known.set(tool, found);
  }
  return found;
}

/** Runs a tool and returns its standard output; a failure throws with its messages. */
export function runTool(
  tool: string,
  args: readonly string[],
  options: { cwd?: string; input?: string | Uint8Array } = {},
): string {
  return execFileSync(tool, args, {
    ...options,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  });
}
