import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FlowKeystoreError } from '../../src/core/errors';
import { readKeystoreFile, stampOf, writeKeystoreFile } from '../../src/core/keystore/file';

export interface Outcome {
  readonly error?: { readonly code: string; readonly message: string; readonly next?: string; readonly file?: string };
  /** SHA-256. */
  readonly before: string;
  readonly after: string;
  /** All that lies in the folder afterwards. */
  readonly names: readonly string[];
}

/** Replaces a keystore with another version, once, and tells how it went. */
async function main(): Promise<void> {
  const [file = '', version = ''] = process.argv.slice(2);
  const { stamp } = await readKeystoreFile(file);
  let error: Outcome['error'];
  try {
    await writeKeystoreFile(file, readFileSync(version), stamp);
  } catch (cause) {
    if (!(cause instanceof FlowKeystoreError)) throw cause;
    const { code, message, next, place } = cause;
    error = {
      code,
      message,
      ...(next !== undefined && { next }),
      ...(place.file !== undefined && { file: place.file }),
    };
  }
  const outcome: Outcome = {
    ...(error && { error }),
    before: stamp,
    after: stampOf(readFileSync(file)),
    names: readdirSync(path.dirname(file)).sort(),
  };
  console.log(JSON.stringify(outcome));
}

void main();
