import { FlowKeystoreError } from '../../errors';
import { damagedAt, type JavaReader } from './javaStream';

/**
 * Finds where a serialized Java object ends. JCEKS puts a secret key into the file as one, without its length: what comes after would be lost
 * otherwise. Nothing is instantiated; the grammar is walked (Java Object Serialization Specification, chapter 6).
 */
export function skipSerializedObject(reader: JavaReader): void {
  new Walker(reader).stream();
}

const magic = 0xaced;
const version = 5;

const Type = {
  null: 0x70,
  reference: 0x71,
  classDescription: 0x72,
  object: 0x73,
  string: 0x74,
  array: 0x75,
  class: 0x76,
  blockData: 0x77,
  endBlockData: 0x78,
  reset: 0x79,
  blockDataLong: 0x7a,
  exception: 0x7b,
  longString: 0x7c,
  proxyClassDescription: 0x7d,
  enum: 0x7e,
} as const;

const Flag = {
  writeMethod: 0x01,
  serializable: 0x02,
  externalizable: 0x04,
  blockData: 0x08,
} as const;

interface ClassDescription {
  readonly name: string;
  readonly flags: number;
  /** Type codes of the fields, in order. */
  readonly fields: readonly string[];
  readonly parent: ClassDescription | undefined;
}

const firstHandle = 0x7e0000;
const maxDepth = 64;
const maxElements = 100_000;
const primitiveSizes: Readonly<Record<string, number>> = { B: 1, Z: 1, C: 2, S: 2, I: 4, F: 4, J: 8, D: 8 };

class Walker {
  /** By handle: class descriptions, and a place for everything else that has one. */
  private readonly handles: (ClassDescription | undefined)[] = [];
  private elements = 0;

  constructor(private readonly reader: JavaReader) {}

  stream(): void {
    const start = this.reader.at;
    if (this.reader.short() !== magic || this.reader.short() !== version) {
      throw damagedAt(start, 'a secret key is no serialized object');
    }
    this.content(0);
  }

  private content(depth: number, type = this.reader.byte()): void {
    if (depth > maxDepth || ++this.elements > maxElements) {
      throw new FlowKeystoreError('limit-exceeded', 'A secret key of the keystore is nested too deeply or too large.');
    }
    switch (type) {
      case Type.null:
      case Type.reset:
        return;
      case Type.reference:
        this.reader.skip(4);
        return;
      case Type.object: {
        const description = this.classDescription(depth + 1);
        this.handles.push(undefined);
        if (description) this.classData(description, depth + 1);
        return;
      }
      case Type.class:
        this.classDescription(depth + 1);
        this.handles.push(undefined);
        return;
      case Type.array: {
        const description = this.classDescription(depth + 1);
        this.handles.push(undefined);
        this.values(description?.name.charAt(1) ?? '', this.reader.int(), depth + 1);
        return;
      }
      case Type.string:
        this.handles.push(undefined);
        this.reader.skip(this.reader.short());
        return;
      case Type.longString: {
        this.handles.push(undefined);
        this.reader.skip(Number(this.reader.long()));
        return;
      }
      case Type.enum:
        this.classDescription(depth + 1);
        this.handles.push(undefined);
        this.content(depth + 1);
        return;
      case Type.classDescription:
      case Type.proxyClassDescription:
        this.classDescription(depth + 1, type);
        return;
      case Type.blockData:
        this.reader.skip(this.reader.byte());
        return;
      case Type.blockDataLong:
        this.reader.skip(this.reader.int());
        return;
      default:
        throw damagedAt(this.reader.at - 1, 'a secret key has something unknown in it');
    }
  }

  private classDescription(depth: number, type = this.reader.byte()): ClassDescription | undefined {
    const at = this.reader.at - 1;
    if (depth > maxDepth) throw damagedAt(at, 'classes are nested too deeply');
    switch (type) {
      case Type.null:
        return undefined;
      case Type.reference: {
        const known = this.handles[this.reader.int() - firstHandle];
        if (!known) throw damagedAt(at, 'a reference leads nowhere');
        return known;
      }
      case Type.classDescription: {
        const name = this.reader.utf();
        this.reader.skip(8);
        const handle = this.handles.push(undefined) - 1;
        const flags = this.reader.byte();
        const fields: string[] = [];
        for (let n = this.reader.short(); n > 0; n--) {
          const code = String.fromCharCode(this.reader.byte());
          this.reader.skip(this.reader.short());
          if (code === '[' || code === 'L') this.content(depth + 1);
          fields.push(code);
        }
        this.annotation(depth + 1);
        const description = { name, flags, fields, parent: this.classDescription(depth + 1) };
        this.handles[handle] = description;
        return description;
      }
      case Type.proxyClassDescription: {
        const handle = this.handles.push(undefined) - 1;
        for (let n = this.reader.int(); n > 0; n--) this.reader.skip(this.reader.short());
        this.annotation(depth + 1);
        const parent = this.classDescription(depth + 1);
        const description = { name: '', flags: Flag.serializable, fields: [], parent };
        this.handles[handle] = description;
        return description;
      }
      default:
        throw damagedAt(at, 'a class was expected');
    }
  }

  /** The superclass's data comes first. */
  private classData(description: ClassDescription, depth: number): void {
    if (depth > maxDepth) throw damagedAt(this.reader.at, 'classes are nested too deeply');
    if (description.parent) this.classData(description.parent, depth + 1);
    const { flags, fields } = description;
    if (flags & Flag.serializable) {
      for (const code of fields) this.values(code, 1, depth);
      if (flags & Flag.writeMethod) this.annotation(depth);
    } else if (flags & Flag.externalizable) {
      if (!(flags & Flag.blockData)) throw damagedAt(this.reader.at, 'an object of the oldest protocol');
      this.annotation(depth);
    }
  }

  private values(code: string, count: number, depth: number): void {
    const size = primitiveSizes[code];
    if (size !== undefined) {
      this.reader.skip(count * size);
      return;
    }
    if (code !== '[' && code !== 'L') throw damagedAt(this.reader.at, 'a value of an unknown type');
    if (count < 0) throw damagedAt(this.reader.at);
    for (let i = 0; i < count; i++) this.content(depth + 1);
  }

  private annotation(depth: number): void {
    for (;;) {
      const type = this.reader.byte();
      if (type === Type.endBlockData) return;
      this.content(depth, type);
    }
  }
}
