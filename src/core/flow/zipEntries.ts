import { Inflate } from 'fflate';
import { FlowKeystoreError } from '../errors';

/** An entry of an archive: where it lies, as the central directory says (PKWARE APPNOTE 6.3.10, section 4.3.12). */
export interface ZipEntry {
  /** With slashes, however it is written. */
  readonly path: string;
  /** It is written with backslashes, as some exports have it. */
  readonly backslashes: boolean;
  readonly isFolder: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly flags: number;
  /** Bytes, unpacked, as claimed. */
  readonly size: number;
  readonly packedSize: number;
  readonly crc: number;
  /** Of its last change, in local time (section 4.4.6); undefined where it is none. */
  readonly changed: Date | undefined;
  /** Of its local header. */
  readonly offset: number;
  /** Of its record in the central directory. */
  readonly record: number;
  readonly recordLength: number;
}

/** The central directory (section 4.3.12). */
export interface ZipDirectory {
  readonly entries: readonly ZipEntry[];
  readonly offset: number;
  readonly length: number;
  /** Of the end record. */
  readonly end: number;
}

export const localSignature = 0x04034b50;
export const recordSignature = 0x02014b50;
const endSignature = 0x06054b50;
const end64Locator = 0x07064b50;
export const localLength = 30;
export const recordLength = 46;
const endLength = 22;
const maximumComment = 0xffff;
const maximumEntries = 100_000;
/** Bytes that an entry may have unpacked: a flow has 0.7 MB, the contents of a package some dozen. */
const maximumEntry = 64 * 1024 * 1024;

/** The entries of an archive, in the order of its directory. @throws FlowKeystoreError `damaged` */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  return readDirectory(bytes).entries;
}

/**
 * What an entry holds.
 * @throws FlowKeystoreError `damaged` where it is not what the directory says, `unsupported` where it is encrypted or packed in another way, `too-large`
 */
export function readEntry(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  requirePlain(entry);
  if (entry.size > maximumEntry) {
    throw new FlowKeystoreError('too-large', `The entry ${entry.path} has more than 64 MB; it is not read.`);
  }
  const { start, end } = dataOf(bytes, entry);
  const packed = bytes.subarray(start, end);
  let content: Uint8Array;
  try {
    content = entry.method === 0 ? copyOf(packed) : inflate(packed, entry.size);
  } catch {
    throw broken(`The entry ${entry.path} cannot be unpacked.`);
  }
  if (content.length !== entry.size || crc32(content) !== entry.crc) {
    throw broken(`The entry ${entry.path} is not what the directory of the archive says.`);
  }
  return content;
}

/** Packed bytes that are unpacked before their number is looked at. */
const inflateStep = 16 * 1024;

/** No more is unpacked than the directory claims: the rest of a bomb stays in it. */
function inflate(packed: Uint8Array, size: number): Uint8Array {
  const content = new Uint8Array(size);
  let length = 0;
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > size) throw new Error('longer than it says');
    content.set(chunk, length);
    length += chunk.length;
  });
  for (let at = 0; at < packed.length; at += inflateStep) {
    const next = at + inflateStep;
    stream.push(packed.subarray(at, next), next >= packed.length);
  }
  return content.subarray(0, length);
}

/** Where an archive lies in another one: `package.zip!/project_content!/src/main/...`. */
export const nested = '!/';

/** What a file in an archive, or in an archive inside it, holds. @param path as `FlowFile.file` has it behind the archive @throws FlowKeystoreError as `readEntry`, `not-found` */
export function readInArchive(bytes: Uint8Array, path: string): Uint8Array {
  const at = path.indexOf(nested);
  const name = at < 0 ? path : path.slice(0, at);
  const entry = zipEntries(bytes).find((each) => each.path === name && !each.isFolder);
  if (!entry) throw new FlowKeystoreError('not-found', `The archive has no entry ${name}.`);
  const content = readEntry(bytes, entry);
  return at < 0 ? content : readInArchive(content, path.slice(at + nested.length));
}

/** @throws FlowKeystoreError `damaged`, `unsupported` */
export function readDirectory(bytes: Uint8Array): ZipDirectory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const length = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  const isLarge = end >= 20 && view.getUint32(end - 20, true) === end64Locator;
  if (isLarge || count === 0xffff || offset === 0xffffffff) {
    throw new FlowKeystoreError('unsupported', 'The archive is of the ZIP64 kind, which is not edited here.');
  }
  if (view.getUint16(end + 4, true) || view.getUint16(end + 8, true) !== count) {
    throw new FlowKeystoreError('unsupported', 'The archive is one of several parts, which are not edited here.');
  }
  if (offset + length > end || count > maximumEntries) throw broken('The directory of the archive is broken.');
  const entries: ZipEntry[] = [];
  let at = offset;
  for (let i = 0; i < count; i++) {
    if (at + recordLength > offset + length || view.getUint32(at, true) !== recordSignature) {
      throw broken('The directory of the archive is broken.');
    }
    const entry = readRecord(bytes, view, at);
    if (entry.offset + localLength > offset || at + entry.recordLength > offset + length) {
      throw broken('The directory of the archive is broken.');
    }
    entries.push(entry);
    at += entry.recordLength;
  }
  return { entries, offset, length, end };
}

function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - endLength - maximumComment);
  for (let at = view.byteLength - endLength; at >= first; at--) {
    if (
      view.getUint32(at, true) === endSignature &&
      at + endLength + view.getUint16(at + 20, true) === view.byteLength
    ) {
      return at;
    }
  }
  throw broken('The file is no ZIP archive, or its end is missing.');
}

function readRecord(bytes: Uint8Array, view: DataView, at: number): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const nameLength = view.getUint16(at + 28, true);
  const length = recordLength + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  const name = bytes.subarray(at + recordLength, at + recordLength + nameLength);
  // Bit 11: UTF-8 (section 4.4.4); else as fflate, which reads them elsewhere, takes them.
  const written = flags & 0x800 ? new TextDecoder().decode(name) : String.fromCharCode(...name);
  const path = written.replaceAll('\\', '/');
  return {
    path: path.replace(/\/$/, ''),
    backslashes: written.includes('\\'),
    isFolder: path.endsWith('/'),
    method: view.getUint16(at + 10, true),
    flags,
    changed: dosTime(view.getUint16(at + 14, true), view.getUint16(at + 12, true)),
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
    record: at,
    recordLength: length,
  };
}

function dosTime(date: number, time: number): Date | undefined {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 0x0f, date & 0x1f];
  if (month < 1 || month > 12 || day < 1) return undefined;
  return new Date(year, month - 1, day, time >> 11, (time >> 5) & 0x3f, (time & 0x1f) * 2);
}

export function requirePlain({ path, flags, method }: ZipEntry): void {
  if (flags & 0x2041) throw new FlowKeystoreError('unsupported', `The entry ${path} is encrypted.`);
  if (method !== 0 && method !== 8) {
    throw new FlowKeystoreError(
      'unsupported',
      `The entry ${path} is packed in a way that is not read here (${method}).`,
    );
  }
}

/** Where the packed content lies, behind the local header. */
export function dataOf(
  bytes: Uint8Array,
  { path, offset, packedSize }: ZipEntry,
): { readonly start: number; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(offset, true) !== localSignature) {
    throw broken(`The entry ${path} is not where the directory says.`);
  }
  const start = offset + localLength + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const end = start + packedSize;
  if (end > bytes.length) throw broken(`The entry ${path} ends behind the archive.`);
  return { start, end };
}

/** Behind the data, where bit 3 says so: with or without a signature (section 4.3.9). */
export function descriptorLength(bytes: Uint8Array, { flags, crc }: ZipEntry, at: number, limit: number): number {
  if (!(flags & 0x08)) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 16 <= limit && view.getUint32(at, true) === 0x08074b50 && view.getUint32(at + 4, true) === crc) return 16;
  return at + 12 <= limit && view.getUint32(at, true) === crc ? 12 : 0;
}

/** A Buffer's own `slice` makes no copy. */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 as ZIP has it (section 4.4.7). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export const broken = (message: string): FlowKeystoreError => new FlowKeystoreError('damaged', message);
