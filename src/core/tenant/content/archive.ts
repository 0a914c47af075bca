import { unzipSync, zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { FlowKeystoreError } from '../../errors';

/** The files of a project, by their paths with `/`. */
export type ProjectFiles = ReadonlyMap<string, Uint8Array>;

/** Octets, of all files together. */
const mostOctets = 256 * 1024 * 1024;

/**
 * Takes the archive of a flow apart.
 * @throws FlowKeystoreError `damaged`; `too-large`; `unsupported` for a path that leads out of the project
 */
export function unpackProject(archive: Uint8Array): ProjectFiles {
  let size = 0;
  let unpacked;
  try {
    unpacked = unzipSync(archive, {
      filter: ({ originalSize }) => {
        size += originalSize;
        if (size > mostOctets) throw new FlowKeystoreError('too-large', 'The flow has more than 256 MB.');
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof FlowKeystoreError) throw cause;
    throw new FlowKeystoreError('damaged', 'The tenant sent no archive of a flow.', {}, undefined, { cause });
  }
  const files = new Map<string, Uint8Array>();
  for (const [name, bytes] of Object.entries(unpacked)) {
    const path = name.replaceAll('\\', '/');
    if (path.endsWith('/')) continue;
    if (!isInside(path)) {
      throw new FlowKeystoreError('unsupported', `The archive has a file outside the project: "${path}".`);
    }
    files.set(path, bytes);
  }
  return files;
}

/** An archive of these files; the same files make the same archive. */
export function packProject(files: ProjectFiles): Uint8Array {
  // Zip has no earlier day.
  const mtime = new Date(1980, 0, 2);
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  // SAP's own exports begin with the manifest, as Java's archives do.
  sorted.sort(([a], [b]) => Number(isManifest(b)) - Number(isManifest(a)));
  return zipSync(Object.fromEntries(sorted.map(([path, bytes]) => [path, [bytes, { mtime }]])), { level: 6 });
}

const isManifest = (path: string): boolean => path === manifestPath;
export const manifestPath = 'META-INF/MANIFEST.MF';

/**
 * The id of the flow by its manifest (Bundle-SymbolicName, without what follows a semicolon; long lines go on with a blank, as in the JAR specification).
 * Undefined without a manifest.
 */
export function symbolicName(files: ProjectFiles): string | undefined {
  const manifest = files.get(manifestPath);
  if (!manifest) return undefined;
  const text = Buffer.from(manifest)
    .toString('utf8')
    .replace(/\r?\n /g, '');
  return /^Bundle-SymbolicName:\s*([^;\r\n]+)/m.exec(text)?.[1]?.trim();
}

/** SHA-256 of each file, lower-case hex. */
export function hashesOf(files: ProjectFiles): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, hash(bytes)]),
  );
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whether a path of a project stays in its folder. */
export function isInside(path: string): boolean {
  if (path === '' || path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '..' && part !== '.' && part !== '');
}
