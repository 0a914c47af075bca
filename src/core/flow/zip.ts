import { unzipSync, type Unzipped } from 'fflate';

export interface ArchivedFile {
  /** With slashes; inside a nested archive `content!/src/main/...`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface FlowArchive {
  readonly flows: readonly ArchivedFile[];
  readonly parameters: readonly ArchivedFile[];
  /** What could not be read; `path` is empty for the archive itself. */
  readonly broken: readonly { readonly path: string; readonly message: string }[];
}

/** Parts of archives that we read are at most this large when unpacked: a flow has 0.7 MB, the contents of a package some dozen. */
const maximumEntry = 64 * 1024 * 1024;
const maximumTotal = 512 * 1024 * 1024;
/** A package export holds projects, a backup may hold exports. */
export const maximumNesting = 2;

/** By the name of its entry. */
export const isNestedArchive = (base: string): boolean => /(_content|\.zip)$/i.test(base);

/** What macOS adds to archives (AppleDouble) is no file of the project. @param path with slashes */
export const isPassedOver = (path: string): boolean =>
  path.startsWith('__MACOSX/') || path.slice(path.lastIndexOf('/') + 1).startsWith('._');

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 0x03 || bytes[2] === 0x05);
}

/**
 * The flows and parameter files of a project's archive, or of a package export (whose `<id>_content` entries are archives themselves).
 * Entry names may use backslashes; AppleDouble files (`._x`) are left out. Only what is needed is unpacked, within limits.
 */
export function unzipFlows(bytes: Uint8Array): FlowArchive {
  const reader = new ArchiveReader();
  reader.read(bytes, '', 0);
  return reader;
}

class ArchiveReader implements FlowArchive {
  readonly flows: ArchivedFile[] = [];
  readonly parameters: ArchivedFile[] = [];
  readonly broken: { path: string; message: string }[] = [];
  private total = 0;

  read(bytes: Uint8Array, prefix: string, nesting: number): void {
    let entries: Unzipped;
    try {
      entries = unzipSync(bytes, {
        filter: ({ name, originalSize }) => this.wants(normalised(name), prefix, originalSize, nesting),
      });
    } catch (error) {
      const message = `The archive cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
      this.broken.push({ path: prefix.replace(/!\/$/, ''), message });
      return;
    }
    for (const [name, content] of Object.entries(entries)) {
      const path = normalised(name);
      if (/\.iflw$/i.test(path)) this.flows.push({ path: prefix + path, bytes: content });
      else if (/(^|\/)parameters\.prop$/.test(path)) this.parameters.push({ path: prefix + path, bytes: content });
      else if (isZip(content)) this.read(content, `${prefix}${path}!/`, nesting + 1);
    }
  }

  private wants(path: string, prefix: string, size: number, nesting: number): boolean {
    const base = path.slice(path.lastIndexOf('/') + 1);
    if (isPassedOver(path)) return false;
    const isContent = nesting < maximumNesting && isNestedArchive(base);
    if (!isContent && !/\.iflw$/i.test(base) && base !== 'parameters.prop') return false;
    this.total += size;
    if (size <= maximumEntry && this.total <= maximumTotal) return true;
    this.broken.push({ path: prefix + path, message: 'The entry is too large; it is not read.' });
    return false;
  }
}

const normalised = (name: string): string => name.replaceAll('\\', '/');
