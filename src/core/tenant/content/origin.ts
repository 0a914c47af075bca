import { FlowKeystoreError } from '../../errors';
import { isObject } from '../../jsonObject';
import { isInside } from './archive';

/** The file in the folder of a project that says where it was pulled from. It has no secret, and may be shared. */
export const originFile = '.flow-origin.json';

export interface FlowOrigin {
  /** Of the tenant's API. */
  readonly host: string;
  readonly id: string;
  readonly name: string;
  readonly packageId: string;
  readonly version: string;
  /** SHA-256 of each file as it was on the tenant, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** @throws FlowKeystoreError `damaged` */
export function readOrigin(text: string): FlowOrigin {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const record = isObject(value) ? value : {};
  const { host, id, name, packageId, version, files } = record;
  const texts = [host, id, name, packageId, version];
  const hashes = isObject(files) ? Object.entries(files) : [];
  if (!texts.every((each) => typeof each === 'string') || !isObject(files)) {
    throw new FlowKeystoreError(
      'damaged',
      `${originFile} is not understood.`,
      {},
      'Pull the flow into a folder of its own again.',
    );
  }
  // Whoever wrote the file names what may be deleted: nothing outside the project.
  const known = hashes.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && isInside(entry[0]));
  return { host, id, name, packageId, version, files: Object.fromEntries(known) } as FlowOrigin;
}

export const originText = (origin: FlowOrigin): string => `${JSON.stringify(origin, undefined, 2)}\n`;

export interface FileDifference {
  readonly path: string;
  readonly here: 'same' | 'changed' | 'added' | 'removed';
  readonly there: 'same' | 'changed' | 'added' | 'removed';
}

/**
 * What changed since a project was pulled, on either side; files that are alike on both sides by now are left out.
 * @param base as it was pulled; all three by path
 */
export function differencesSince(
  base: Readonly<Record<string, string>>,
  here: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>>,
): readonly FileDifference[] {
  const paths = new Set([...Object.keys(base), ...Object.keys(here), ...Object.keys(there)]);
  return [...paths].sort().flatMap((path) => {
    const [before, mine, theirs] = [base[path], here[path], there[path]];
    if (mine === theirs) return [];
    return [{ path, here: kind(before, mine), there: kind(before, theirs) }];
  });
}

function kind(before: string | undefined, now: string | undefined): FileDifference['here'] {
  if (before === now) return 'same';
  return before === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
}
