import type { FieldDescription, FurtherField } from '../flow/adapterDescription';
import { adapters, steps } from '../flow/adapterTable';
import { guessesOf } from '../flow/guess';

const aliasRoles = ['keyPair', 'certificate'] as const;

/** Characters looked at in one go: short strings lie in memory that is at hand, one of a whole file in memory that must be fetched first. */
const pieceLength = 48 * 1024;
/** Of the next piece: many times as long as any key. */
const overlap = 2 * 1024;

/** The keys that hold an alias of the keystore: those of the table, and what names of unknown ones look like. */
function keyPatterns(): string[] {
  const known = new Set<string>();
  const add = ({ key, or }: FieldDescription): void => [key, ...(or ?? [])].forEach((each) => known.add(each));
  const addFurther = (fields: readonly FurtherField[] | undefined): void =>
    fields?.filter(({ role }) => aliasRoles.some((alias) => alias === role)).forEach(add);
  for (const { fields, further } of adapters) {
    if (fields.privateKeyAlias) add(fields.privateKeyAlias);
    addFurther(further);
  }
  for (const { further } of steps) addFurther(further);
  return [
    ...[...known].map((key) => key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    ...aliasRoles
      .flatMap((role) => guessesOf(role))
      .map(({ source }) => `[^<]*?(?:${source.replace(/[$^]/g, '')})[^<]*?`),
  ];
}

const patterns = keyPatterns().join('|');
/** Not plainly empty. */
const behind = '</[^<>\\s]*key\\s*>(?!\\s*<[^<>\\s]*value\\s*(?:/>|></))';

/**
 * A key of that kind whose value is not plainly empty, or one that may be written in another way: with a reference, with attributes (or the word in a text). All
 * begin with what every key has: looked for at once.
 */
const found = new RegExp(`key(?:\\s+[^>\\s]|\\s*>(?:[^<]*&|(?:${patterns})${behind}))`, 'i');
const filled = new RegExp(`key\\s*>(?:${patterns})${behind}`, 'i');
const reference = /key\s*>[^<]*&/;
const attribute = /<[^<>\s]*key\s+[^>\s]/;
const instruction = /<\?(?!xml\s)/;

function mayName(piece: string): boolean {
  // Comments, sections and instructions: in any of them a key may be, or not be.
  if (piece.includes('<!') || (piece.includes('<?') && instruction.test(piece))) return true;
  if (!found.test(piece)) return false;
  // A word in a text hides what comes behind it.
  return attribute.test(piece) || reference.test(piece) || filled.test(piece);
}

/**
 * Whether a flow may name an alias of the keystore in a channel or step: false only where it surely does not. Many times as fast as reading it; most flows of
 * a workspace name none.
 * @param bytes of the file
 */
export function mayNameAlias(bytes: Uint8Array): boolean {
  // UTF-16: whoever reads it will say so.
  if ((bytes[0] ?? 0) >= 0xfe) return true;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < buffer.length; at += pieceLength) {
    // Bytes of characters beyond ASCII are none of what is looked for.
    const piece = buffer.toString('latin1', at, Math.min(buffer.length, at + pieceLength + overlap));
    if (mayName(piece)) return true;
  }
  return false;
}
