import { archivedPlace } from '../core/flow/archivedPlace';
import { writeArchived } from '../core/flow/archiveFile';
import { replaceFile } from '../core/replaceFile';

/** What is replaced at once: a file, or an archive with all that changes in it. */
export interface Writing {
  readonly files: readonly string[];
  readonly write: () => Promise<void>;
}

/** How to write files, some of which may lie in archives, in the order of the first file of each. @param files by their path, as `FlowFile.file` */
export function writingsFor(files: ReadonlyMap<string, Uint8Array>): Writing[] {
  const targets = new Map<string, string[]>();
  for (const file of files.keys()) {
    const target = archivedPlace(file)?.archive ?? file;
    targets.set(target, [...(targets.get(target) ?? []), file]);
  }
  return [...targets].map(([target, changed]) => ({
    files: changed,
    write: () => writeTarget(target, changed, files),
  }));
}

async function writeTarget(
  target: string,
  changed: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const inside = new Map<string, Uint8Array>();
  for (const file of changed) {
    const bytes = files.get(file) ?? new Uint8Array();
    const place = archivedPlace(file);
    if (!place) return replaceFile(target, bytes, { what: 'The change' });
    inside.set(place.inner, bytes);
  }
  await writeArchived(target, inside);
}

/** Writes them, one target after the other. @throws FlowKeystoreError as `replaceFile`, `writeArchived` */
export async function writeFiles(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const { write } of writingsFor(files)) await write();
}
