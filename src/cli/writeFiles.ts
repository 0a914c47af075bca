import { archivedPlace, writeArchived } from '../core/flow/archiveFile';
import { replaceFile } from '../core/replaceFile';

/** What is replaced at once: a file, or an archive with all that changes in it. */
export interface Writing {
  /** The file or archive. */
  readonly target: string;
  readonly files: readonly string[];
  readonly write: () => Promise<void>;
}

/** How to write files, some of which may lie in archives, in the order of the first file of each. @param files by their path, as `FlowFile.file` */
export function writingsFor(files: ReadonlyMap<string, Uint8Array>): Writing[] {
  const archives = new Map<string, Map<string, Uint8Array>>();
  const writings: Writing[] = [];
  for (const [file, bytes] of files) {
    const place = archivedPlace(file);
    if (!place) {
      writings.push({ target: file, files: [file], write: () => replaceFile(file, bytes, { what: 'The change' }) });
      continue;
    }
    const { archive, inner } = place;
    const known = archives.get(archive);
    if (known) known.set(inner, bytes);
    else {
      const all = new Map([[inner, bytes]]);
      archives.set(archive, all);
      writings.push({
        target: archive,
        get files() {
          return [...all.keys()].map((each) => `${archive}!/${each}`);
        },
        write: () => writeArchived(archive, all),
      });
    }
  }
  return writings;
}

/** Writes them, one target after the other. @throws FlowKeystoreError as `replaceFile`, `writeArchived` */
export async function writeFiles(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const { write } of writingsFor(files)) await write();
}
