/** A file in an archive. */
export interface ArchivedPlace {
  /** Path of the archive. */
  readonly archive: string;
  /** Path in it, through archives inside it: `abc_content!/src/main/...`. */
  readonly inner: string;
}

/** Takes `project.zip!/src/main/...` apart; undefined for a file that lies in no archive. */
export function archivedPlace(file: string): ArchivedPlace | undefined {
  const found = /^(.+?\.zip)!\/(.+)$/is.exec(file);
  return found?.[1] === undefined || found[2] === undefined ? undefined : { archive: found[1], inner: found[2] };
}
