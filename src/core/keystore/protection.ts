import { children, expectNode, readNode, Tag, type Node } from '../asn1/der';
import { encryptionName, encryptionRounds, isOldMethod, writtenIterations } from '../keys/encryptionSchemes';
import type { EncryptionMethod, Keystore, KeystoreNote, Protection } from './model';

/**
 * How one part of a keystore is protected. `weakness`: by a method that no program of today writes; with fewer rounds of key derivation than Java
 * and this program write; not at all.
 */
export interface ProtectionPart {
  readonly part: 'integrity' | 'certificates' | 'others' | 'keys';
  /** Absent where there is no protection. */
  readonly method?: string;
  readonly rounds?: number;
  /** Of private keys: how many. */
  readonly count?: number;
  readonly weakness?: 'old' | 'few-rounds' | 'none';
}

/** Encryption methods, each once, with the fewest rounds that were met. */
export class Methods {
  private readonly byName = new Map<string, EncryptionMethod>();

  add(each: EncryptionMethod): void {
    const known = this.byName.get(each.method);
    if (!known || (each.rounds ?? Infinity) < (known.rounds ?? Infinity)) this.byName.set(each.method, each);
  }

  get list(): readonly EncryptionMethod[] {
    return [...this.byName.values()];
  }
}

/** @param algorithm the AlgorithmIdentifier */
export function methodOf(algorithm: Node): EncryptionMethod {
  const rounds = encryptionRounds(algorithm);
  return { method: encryptionName(algorithm), ...(rounds !== undefined && { rounds }) };
}

/** What is weak about the methods of a file, as its notes say it. */
export class Weaknesses {
  private readonly old = new Methods();
  private readonly fewRounds = new Methods();

  add(each: EncryptionMethod): void {
    const { weakness } = weaknessOf(each);
    if (weakness === 'old') this.old.add(each);
    if (weakness === 'few-rounds') this.fewRounds.add(each);
  }

  notes(): KeystoreNote[] {
    const [old, few] = [this.old.list, this.fewRounds.list];
    return [
      ...(old.length
        ? [{ code: 'old-encryption', algorithms: old.map(({ method }) => method), methods: old } as const]
        : []),
      ...(few.length ? [{ code: 'few-rounds', methods: few } as const] : []),
    ];
  }
}

/** `PBEWithSHA1And40BitRC2 (2,048 rounds)`. */
export function describeMethod({ method, rounds }: EncryptionMethod): string {
  return rounds === undefined
    ? method
    : `${method} (${rounds.toLocaleString('en')} ${rounds === 1 ? 'round' : 'rounds'})`;
}

/** How a keystore is protected, part by part; private keys of one kind of protection together. */
export function protectionOf(keystore: Keystore): readonly ProtectionPart[] {
  return [...integrityOf(keystore), ...safesOf(keystore), ...keysOf(keystore)];
}

/** What is old or missing, and what `modernise` would do better. JKS and JCEKS know but the one method. */
export function weaknessesOf(keystore: Keystore): readonly ProtectionPart[] {
  return protectionOf(keystore).filter(({ weakness }) => weakness !== undefined);
}

function integrityOf({ type, protection }: Keystore): ProtectionPart[] {
  if (type === 'JKS' || type === 'JCEKS') {
    return [{ part: 'integrity', method: 'keyed SHA-1 digest', rounds: 1, weakness: 'old' }];
  }
  if (type === 'PEM' || !protection) return [];
  if (protection.mac === 'none') return [{ part: 'integrity', weakness: 'none' }];
  const method = integrityMethod(protection);
  return [{ part: 'integrity', ...method, ...weaknessOf(method) }];
}

/** `HMAC-SHA256`; `PBMAC1 with HMAC-SHA512, PBKDF2-HMAC-SHA256`. */
export function integrityMethod({
  mac,
  macRounds,
  pbmac1,
}: Pick<Protection, 'mac' | 'macRounds' | 'pbmac1'>): EncryptionMethod {
  const hmac = mac === 'unknown' ? 'of a kind that is not known here' : `HMAC-${mac.toUpperCase()}`;
  return {
    method: pbmac1 ? `PBMAC1 with ${hmac}, PBKDF2-HMAC-${pbmac1.prf.toUpperCase()}` : hmac,
    ...(macRounds !== undefined && { rounds: macRounds }),
  };
}

function safesOf({ protection }: Keystore): ProtectionPart[] {
  if (!protection) return [];
  const { certificates, safes = [], otherSafes = [] } = protection;
  const open: ProtectionPart[] = certificates === 'plain' ? [{ part: 'certificates' }] : [];
  const parts = (part: ProtectionPart['part'], methods: readonly EncryptionMethod[]): ProtectionPart[] =>
    methods.map((each) => ({ part, ...each, ...weaknessOf(each) }));
  return [...open, ...parts('certificates', safes), ...parts('others', otherSafes)];
}

function keysOf({ entries }: Keystore): ProtectionPart[] {
  const kinds = new Map<string, ProtectionPart & { readonly count: number }>();
  for (const entry of entries) {
    if (entry.kind !== 'keyPair') continue;
    const { key } = entry;
    // What is not in the file is not protected by it.
    if (key.form === 'elsewhere') continue;
    let part: ProtectionPart;
    if (key.form === 'plain') part = { part: 'keys', weakness: 'none' };
    else if (key.form === 'legacyPem') {
      part = { part: 'keys', method: key.dekInfo.split(',')[0] ?? '', rounds: 1, weakness: 'old' };
    } else {
      const [algorithm] = children(expectNode(readNode(key.der), Tag.sequence, 'an encrypted private key'));
      const method = algorithm ? methodOf(algorithm) : { method: '?' };
      part = { part: 'keys', ...method, ...(algorithm && weaknessOf(method)) };
    }
    const name = JSON.stringify(part);
    kinds.set(name, { ...part, count: (kinds.get(name)?.count ?? 0) + 1 });
  }
  return [...kinds.values()];
}

function weaknessOf({ method, rounds }: EncryptionMethod): Pick<ProtectionPart, 'weakness'> {
  if (isOldMethod(method)) return { weakness: 'old' };
  return rounds !== undefined && rounds < writtenIterations ? { weakness: 'few-rounds' } : {};
}

/** In one line: `2 private keys: PBEWithSHA1And3-KeyTripleDES (2,048 rounds)`. */
export function describeProtection({ part, method, rounds, count = 0, weakness }: ProtectionPart): string {
  const what = {
    integrity: 'Integrity check',
    certificates: 'Certificates',
    others: 'Other encrypted parts',
    keys: count === 1 ? '1 private key' : `${count.toLocaleString('en')} private keys`,
  }[part];
  const none = part === 'integrity' ? 'none: a change by others would go unnoticed' : 'not encrypted';
  if (method === undefined) return `${what}: ${none}`;
  const how = describeMethod({ method, ...(rounds !== undefined && { rounds }) });
  const why = weakness === 'few-rounds' ? `; today at least ${writtenIterations.toLocaleString('en')}` : '';
  return `${what}: ${how}${why}`;
}

/** The same with its verdict: `..., old`. */
export function protectionLine(part: ProtectionPart): string {
  return `${describeProtection(part)}${part.weakness === 'old' ? ', old' : ''}`;
}
