import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const source = path.join(process.env['PROJECT_ROOT'] ?? '.', 'src');

/** The modules of `src` that a module imports, for their values: types are gone at run time and make no circle. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)'/gm)].flatMap(([, target = '']) => {
    const module = `${path.join(path.dirname(file), target)}.ts`;
    return existsSync(module) ? [module] : [];
  });
}

describe('architecture', () => {
  it('has no import circles', function () {
    if (!existsSync(source)) return this.skip();
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.join(source, name));
    assert.ok(files.length > 50);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      const at = trail.indexOf(file);
      if (at >= 0) {
        circles.push([...trail.slice(at), file].map((each) => path.relative(source, each)).join(' -> '));
        return;
      }
      if (done.has(file)) return;
      done.add(file);
      for (const imported of importsOf(file)) visit(imported, [...trail, file]);
    };
    for (const file of files) visit(file, []);
    assert.deepEqual(circles, []);
  });
});
