import { readNode, type Node } from '../../src/core/asn1/der';
import type { Random } from './random';

const telling = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x84, 0xff, 0x30, 0x31, 0xa0, 0x24, 0x04, 0x02, 0x06];

/** Some octets of the input changed, moved, doubled or left out; sometimes with a part of another input. */
export function mutate(input: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(input);
  for (let n = 1 + random.below(4); n > 0; n--) bytes = once(bytes, random, others);
  return bytes;
}

function once(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const at = random.below(bytes.length);
  const length = 1 + random.below(random.chance(4) ? Math.max(bytes.length - at, 1) : 16);
  const part = bytes.subarray(at, at + length);
  switch (random.below(11)) {
    case 0:
      return changed(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
    case 1:
      return changed(bytes, at, random.below(256));
    case 2:
      return changed(bytes, at, random.pick(telling));
    case 3:
      return bytes.slice(0, at);
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 5:
      return joined(
        bytes.subarray(0, at),
        part,
        ...Array<Uint8Array>(1 + random.below(3)).fill(part),
        bytes.subarray(at),
      );
    case 6: {
      const other = random.pick(others);
      const from = random.below(other.length);
      return joined(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at + length));
    }
    case 7: {
      // A big-endian number of four octets, as JKS has its lengths.
      const number = random.pick([0, 1, -1, 0x7fffffff, -0x80000000, 0xffff, bytes.length, random.next()]);
      const made = Buffer.from(bytes);
      if (at + 4 <= made.length) made.writeInt32BE(number | 0, at);
      return made;
    }
    default:
      return elementChanged(bytes, random);
  }
}

/** An ASN.1 element left out, doubled, emptied, of another tag, another's place or within itself; the lengths around it follow. */
function elementChanged(bytes: Uint8Array, random: Random): Uint8Array {
  const path = somewhere(bytes, random);
  const [node] = path.slice(-1);
  if (!node) return bytes;
  const raw = bytes.subarray(node.start, node.end);
  const replacement = ((): Uint8Array => {
    switch (random.below(6)) {
      case 0:
        return new Uint8Array();
      case 1:
        return joined(raw, raw);
      case 2:
        return encoded(node.tag, new Uint8Array());
      case 3:
        return encoded(
          random.pick([2, 3, 4, 5, 6, 0x0c, 0x13, 0x17, 0x1e, 0x24, 0x30, 0x31, 0xa0, 0x80]),
          contents(node),
        );
      case 4:
        return encoded(node.tag, raw);
      default: {
        const [other] = somewhere(bytes, random).slice(-1);
        return other ? bytes.slice(other.start, other.end) : raw;
      }
    }
  })();
  let inner = replacement;
  let child = node;
  for (const parent of path.slice(0, -1).reverse()) {
    inner = encoded(
      parent.tag,
      joined(bytes.subarray(parent.contents, child.start), inner, bytes.subarray(child.end, parent.contentsEnd)),
    );
    child = parent;
  }
  return joined(bytes.subarray(0, child.start), inner, bytes.subarray(child.end));
}

/** The way from the outermost element to any one inside it, through octet strings that hold elements too. */
function somewhere(bytes: Uint8Array, random: Random): Node[] {
  const path: Node[] = [];
  try {
    let node = readNode(bytes);
    path.push(node);
    while (path.length < 30 && !random.chance(8)) {
      const inside = insideOf(node);
      if (!inside.length) break;
      node = random.pick(inside);
      path.push(node);
    }
  } catch {
    // No element, or not to its end: what was found so far will do.
  }
  return path;
}

function insideOf(node: Node): Node[] {
  if (!(node.tag & 0x20) && node.tag !== 4) return [];
  const found: Node[] = [];
  try {
    for (let at = node.contents; at < node.contentsEnd && found.length < 1_000;) {
      const child = readNode(node.source, at, node.contentsEnd);
      found.push(child);
      at = child.end;
    }
  } catch {
    return node.tag === 4 ? [] : found;
  }
  return found;
}

const contents = (node: Node): Uint8Array => node.source.slice(node.contents, node.contentsEnd);

function encoded(tag: number, value: Uint8Array): Uint8Array {
  const { length } = value;
  const head =
    length < 128
      ? [tag, length]
      : length < 65_536
        ? [tag, 0x82, length >> 8, length & 255]
        : [tag, 0x83, length >> 16, (length >> 8) & 255, length & 255];
  return joined(Uint8Array.from(head), value);
}

function changed(bytes: Uint8Array, at: number, octet: number): Uint8Array {
  const made = Uint8Array.from(bytes);
  if (at < made.length) made[at] = octet;
  return made;
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
