import { deflateSync } from 'fflate';
import { FlowKeystoreError } from '../errors';
import {
  broken,
  copyOf,
  crc32,
  dataOf,
  descriptorLength,
  localLength,
  localSignature,
  nested,
  readDirectory,
  readInArchive,
  recordSignature,
  requirePlain,
  type ZipDirectory,
  type ZipEntry,
} from './zipEntries';

/**
 * The archive with one entry's content changed. Every other byte of it stays, but for the places where sizes and offsets are written: other entries, their order,
 * names, times, comments and what lies between them.
 * @throws FlowKeystoreError as `readEntry`; `not-found` where it has no such entry, `damaged` where it has two
 */
export function replaceEntry(bytes: Uint8Array, path: string, content: Uint8Array): Uint8Array {
  const directory = readDirectory(bytes);
  const entry = onlyEntry(directory, path);
  requirePlain(entry);
  const data = dataOf(bytes, entry);
  const packed = entry.method === 0 ? content : deflateSync(content, { level: 6 });
  const crc = crc32(content);
  const head = copyOf(bytes.subarray(entry.offset, data.start));
  const view = new DataView(head.buffer);
  // Sizes stand in the header from now on: a descriptor behind the data would say the old ones.
  const flags = entry.flags & ~0x08;
  view.setUint16(6, flags, true);
  view.setUint32(14, crc, true);
  view.setUint32(18, packed.length, true);
  view.setUint32(22, content.length, true);
  const dataEnd = endOf(bytes, directory, entry, data.end);
  const shift = head.length + packed.length - (dataEnd - entry.offset);
  const tail = copyOf(bytes.subarray(directory.offset));
  const tailView = new DataView(tail.buffer);
  for (const each of directory.entries) {
    const at = each.record - directory.offset;
    if (each === entry) {
      tailView.setUint16(at + 8, flags, true);
      tailView.setUint32(at + 16, crc, true);
      tailView.setUint32(at + 20, packed.length, true);
      tailView.setUint32(at + 24, content.length, true);
    } else if (each.offset > entry.offset) tailView.setUint32(at + 42, each.offset + shift, true);
  }
  tailView.setUint32(directory.end - directory.offset + 16, directory.offset + shift, true);
  return concat([bytes.subarray(0, entry.offset), head, packed, bytes.subarray(dataEnd, directory.offset), tail]);
}

/** Entries that are counted in two bytes (section 4.4.21); all ones say that there are more. */
const maximumCount = 0xffff;

/**
 * The archive with an entry more, behind the others; of these every byte stays. Its name is written as theirs are, with slashes or backslashes.
 * @param changed its time in the archive
 * @throws FlowKeystoreError `unwritable` where the name is taken, `damaged`, `unsupported`
 */
export function addEntry(bytes: Uint8Array, path: string, content: Uint8Array, changed: Date): Uint8Array {
  const directory = readDirectory(bytes);
  const { entries, offset, length, end } = directory;
  if (entries.some((each) => each.path === path)) {
    throw new FlowKeystoreError('unwritable', `The archive has an entry ${path} already.`);
  }
  if (entries.length + 1 >= maximumCount) {
    throw new FlowKeystoreError('unsupported', 'The archive has as many entries as it can have.');
  }
  const slashes =
    !entries.some((each) => each.backslashes) || entries.some((each) => each.path.includes('/') && !each.backslashes);
  const name = new TextEncoder().encode(slashes ? path : path.replaceAll('/', '\\'));
  const packed = deflateSync(content, { level: 6 });
  // Sections 4.3.7 and 4.3.12: from the version needed to the lengths both are laid out alike. Bit 11: the name is UTF-8.
  const common = new DataView(new ArrayBuffer(26));
  const { date, time } = dosTimeOf(changed);
  [20, 0x800, 8, time, date].forEach((value, i) => common.setUint16(2 * i, value, true));
  [crc32(content), packed.length, content.length].forEach((value, i) => common.setUint32(10 + 4 * i, value, true));
  common.setUint16(22, name.length, true);
  const shared = new Uint8Array(common.buffer);
  const record = concat([uint32(recordSignature), uint16(20), shared, new Uint8Array(10), uint32(offset), name]);
  const local = concat([uint32(localSignature), shared, name, packed]);
  const tail = copyOf(bytes.subarray(offset + length));
  const view = new DataView(tail.buffer);
  const at = end - offset - length;
  for (const place of [8, 10]) view.setUint16(at + place, entries.length + 1, true);
  view.setUint32(at + 12, length + record.length, true);
  view.setUint32(at + 16, offset + local.length, true);
  return concat([bytes.subarray(0, offset), local, bytes.subarray(offset, offset + length), record, tail]);
}

/** The archive without an entry; the others stay byte for byte. @throws FlowKeystoreError as `replaceEntry` */
export function removeEntry(bytes: Uint8Array, path: string): Uint8Array {
  const directory = readDirectory(bytes);
  const entry = onlyEntry(directory, path);
  const dataEnd = endOf(bytes, directory, entry, dataOf(bytes, entry).end);
  const shift = dataEnd - entry.offset;
  const tail = copyOf(bytes.subarray(directory.offset));
  const view = new DataView(tail.buffer);
  for (const { record, offset } of directory.entries) {
    if (offset > entry.offset) view.setUint32(record - directory.offset + 42, offset - shift, true);
  }
  const at = directory.end - directory.offset;
  for (const place of [8, 10]) view.setUint16(at + place, directory.entries.length - 1, true);
  view.setUint32(at + 12, directory.length - entry.recordLength, true);
  view.setUint32(at + 16, directory.offset - shift, true);
  const record = entry.record - directory.offset;
  return concat([
    bytes.subarray(0, entry.offset),
    bytes.subarray(dataEnd, directory.offset),
    tail.subarray(0, record),
    tail.subarray(record + entry.recordLength),
  ]);
}

/** The archive with a file in it changed, made or, for `undefined`, removed; in an archive inside it too. @throws FlowKeystoreError as `replaceEntry`, `addEntry` */
export function putInArchive(
  bytes: Uint8Array,
  path: string,
  content: Uint8Array | undefined,
  changed: Date,
): Uint8Array {
  const at = path.indexOf(nested);
  if (at >= 0) {
    const name = path.slice(0, at);
    const inner = putInArchive(readInArchive(bytes, name), path.slice(at + nested.length), content, changed);
    return replaceEntry(bytes, name, inner);
  }
  if (!content) return removeEntry(bytes, path);
  const isThere = readDirectory(bytes).entries.some((each) => each.path === path && !each.isFolder);
  return isThere ? replaceEntry(bytes, path, content) : addEntry(bytes, path, content, changed);
}

function onlyEntry({ entries }: ZipDirectory, path: string): ZipEntry {
  const [entry, ...more] = entries.filter((each) => each.path === path && !each.isFolder);
  if (!entry) throw new FlowKeystoreError('not-found', `The archive has no entry ${path}.`);
  if (more.length) throw broken(`The archive has two entries with the name ${path}.`);
  return entry;
}

/** Behind an entry's data and descriptor. @throws FlowKeystoreError `damaged` where another entry lies in it */
function endOf(bytes: Uint8Array, { entries, offset }: ZipDirectory, entry: ZipEntry, dataEnd: number): number {
  const end = dataEnd + descriptorLength(bytes, entry, dataEnd, offset);
  for (const other of entries) {
    const begins = other.offset >= entry.offset && other.offset < end;
    const reaches = other.offset < entry.offset && other.offset + localLength + other.packedSize > entry.offset;
    if (other !== entry && (begins || reaches)) throw broken(`The entries ${entry.path} and ${other.path} overlap.`);
  }
  return end;
}

/** Section 4.4.6: local time, two seconds exact, from 1980 on. */
function dosTimeOf(changed: Date): { readonly date: number; readonly time: number } {
  const year = Math.min(127, Math.max(0, changed.getFullYear() - 1980));
  return {
    date: (year << 9) | ((changed.getMonth() + 1) << 5) | changed.getDate(),
    time: (changed.getHours() << 11) | (changed.getMinutes() << 5) | (changed.getSeconds() >> 1),
  };
}

const uint16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);
const uint32 = (value: number): Uint8Array => concat([uint16(value & 0xffff), uint16(value >>> 16)]);

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
