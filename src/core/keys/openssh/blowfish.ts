import type { Pace } from '../slices';

/**
 * Blowfish with bcrypt's key schedule: what OpenSSH's key derivation is made of. Its tables are the first digits of pi, worked out here when
 * they are first needed (100 ms or two, in slices) rather than written down.
 */

const words = 18 + 4 * 256;
let digitsOfPi: Uint32Array | undefined;

/** The fraction of pi in words of 32 bits, by Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239). */
async function pi(pace: Pace): Promise<Uint32Array> {
  if (digitsOfPi) return digitsOfPi;
  // The last digits of a sum of thousands of rounded terms are wrong.
  const guard = 64n;
  const one = 1n << (BigInt(words * 32) + guard);
  const arctan = async (x: bigint): Promise<bigint> => {
    let power = one / x;
    let sum = power;
    for (let n = 3n; power !== 0n; n += 2n) {
      power /= -x * x;
      sum += power / n;
      if (pace.over) await pace.rest();
    }
    return sum;
  };
  const fraction = (16n * (await arctan(5n)) - 4n * (await arctan(239n)) - 3n * one) >> guard;
  const hex = fraction.toString(16).padStart(words * 8, '0');
  digitsOfPi = Uint32Array.from({ length: words }, (_, i) => Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16));
  return digitsOfPi;
}

export class Blowfish {
  private readonly p: Uint32Array;
  private readonly s: Uint32Array;
  private left = 0;
  private right = 0;

  private constructor(tables: Uint32Array) {
    this.p = tables.slice(0, 18);
    this.s = tables.slice(18);
  }

  static async create(pace: Pace): Promise<Blowfish> {
    return new Blowfish(await pi(pace));
  }

  /** @param salt absent: the plain key schedule of Blowfish */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const { p, s } = this;
    const keyWords = new Words(key);
    const saltWords = salt && new Words(salt);
    for (let i = 0; i < 18; i++) p[i] = (p[i] ?? 0) ^ keyWords.next();
    this.left = 0;
    this.right = 0;
    for (const table of [p, s]) {
      for (let i = 0; i < table.length; i += 2) {
        if (saltWords) {
          this.left ^= saltWords.next();
          this.right ^= saltWords.next();
        }
        this.encrypt();
        table[i] = this.left;
        table[i + 1] = this.right;
      }
    }
  }

  /** @param block pairs of words, changed in place */
  encryptWords(block: Uint32Array): void {
    for (let i = 0; i < block.length; i += 2) {
      this.left = block[i] ?? 0;
      this.right = block[i + 1] ?? 0;
      this.encrypt();
      block[i] = this.left;
      block[i + 1] = this.right;
    }
  }

  private encrypt(): void {
    const p = this.p;
    const s = this.s;
    let l = this.left;
    let r = this.right;
    for (let i = 0; i < 16; i += 2) {
      l ^= p[i] ?? 0;
      r ^=
        (((((s[l >>> 24] ?? 0) + (s[256 + ((l >>> 16) & 0xff)] ?? 0)) ^ (s[512 + ((l >>> 8) & 0xff)] ?? 0)) >>> 0) +
          (s[768 + (l & 0xff)] ?? 0)) |
        0;
      r ^= p[i + 1] ?? 0;
      l ^=
        (((((s[r >>> 24] ?? 0) + (s[256 + ((r >>> 16) & 0xff)] ?? 0)) ^ (s[512 + ((r >>> 8) & 0xff)] ?? 0)) >>> 0) +
          (s[768 + (r & 0xff)] ?? 0)) |
        0;
    }
    this.left = r ^ (p[17] ?? 0);
    this.right = l ^ (p[16] ?? 0);
  }
}

/** Octets as an endless row of big-endian words. */
class Words {
  private at = 0;

  constructor(private readonly octets: Uint8Array) {}

  next(): number {
    let word = 0;
    for (let i = 0; i < 4; i++) {
      word = (word << 8) | (this.octets[this.at] ?? 0);
      this.at = (this.at + 1) % this.octets.length;
    }
    return word;
  }
}
