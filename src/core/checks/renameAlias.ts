import { FlowKeystoreError } from '../errors';
import { byOffset, difference, setProperty } from '../flow/edit';
import type { TextEdit } from '../flow/model';
import type { Part } from '../flow/partFields';
import { readTable, replaceCell } from '../flow/tables';
import { parameterOf, setParameter, wholeParameter } from '../flow/parameters';
import type { CheckedFlow } from './context';
import { aliasFieldsOf, useOf, type AliasField, type AliasUse } from './whereUsed';

/** What a new alias changes in flows and their parameters. */
export interface AliasRename {
  readonly files: readonly RenamedFile[];
  /** Uses that no edit reaches. */
  readonly left: readonly LeftUse[];
}

/** A flow, or a parameters.prop: named once, with all its edits. */
export interface RenamedFile {
  readonly file: string;
  readonly kind: 'flow' | 'parameters';
  /** What the edits speak of. */
  readonly text: string;
  /** Sorted. */
  readonly edits: readonly TextEdit[];
  /** The channels and steps that have the new alias then; of a shared parameter there are several. */
  readonly uses: readonly AliasUse[];
}

/**
 * `composed`: the alias is put together from parameters and text. Else the words of what is in the way.
 */
export interface LeftUse extends AliasUse {
  readonly file: string;
  readonly why: 'composed' | FlowKeystoreError;
}

/**
 * Plans a new alias wherever flows name the old one, left-over values too: in the flow, or in parameters.prop where the value is a whole parameter.
 * Without regard to case, as Java finds entries.
 */
export function renameAlias(sources: readonly CheckedFlow[], from: string, to: string): AliasRename {
  const files = new Map<string, FileInWork>();
  const left: LeftUse[] = [];
  for (const source of sources) {
    for (const { part, field } of aliasFieldsOf(source)) {
      if (field.resolved.toLowerCase() !== from.toLowerCase()) continue;
      const use = useOf(source, part, field);
      const leave = (why: LeftUse['why']): void => void left.push({ ...use, file: source.file, why });
      const owner = ownerOf(source, part, field, from);
      if (!owner) {
        leave('composed');
        continue;
      }
      const { file, kind, text } = owner;
      const known = files.get(file) ?? { kind, text, edits: new Map<string, TextEdit[]>(), uses: [] };
      try {
        if (!known.edits.has(owner.value)) known.edits.set(owner.value, owner.editsFor(to));
        known.uses.push(use);
        files.set(file, known);
      } catch (error) {
        if (!(error instanceof FlowKeystoreError)) throw error;
        leave(error);
      }
    }
  }
  return {
    files: [...files]
      .map(([file, each]) => ({ file, ...each, edits: [...each.edits.values()].flat().sort(byOffset) }))
      .filter(({ edits }) => edits.length),
    left,
  };
}

interface FileInWork {
  readonly kind: RenamedFile['kind'];
  readonly text: string;
  /** By the value that they are for: a parameter is changed once, whoever shares it. */
  readonly edits: Map<string, TextEdit[]>;
  readonly uses: AliasUse[];
}

/** Where a value lies. */
interface Owner {
  readonly file: string;
  readonly kind: RenamedFile['kind'];
  readonly text: string;
  /** Tells the values of a file apart. */
  readonly value: string;
  /** @throws FlowKeystoreError what is in the way */
  readonly editsFor: (alias: string) => TextEdit[];
}

/** Undefined where the value is made of several pieces. */
function ownerOf(
  { file, flow, parametersFile }: CheckedFlow,
  { part }: Part,
  field: AliasField['field'],
  from: string,
): Owner | undefined {
  const { parameter, key, property, cell } = field;
  const table = cell?.tableIn === 'parameter' ? wholeParameter(property.value) : undefined;
  const name = parameter ?? table;
  if (name !== undefined && parametersFile) {
    const { file: owner, parameters } = parametersFile;
    const editsFor = (alias: string): TextEdit[] => {
      const old = parameterOf(parameters, name)?.value ?? '';
      return setParameter(parameters, name, parameter === undefined ? renameInTable(old, from, alias) : alias);
    };
    return { file: owner, kind: 'parameters', text: parameters.text, value: name, editsFor };
  }
  if (field.parameters.length) return undefined;
  const editsFor = (alias: string): TextEdit[] =>
    setProperty(flow, part, key, cell ? renameInTable(property.value, from, alias) : alias).map((edit) =>
      trimEdit(flow.text, edit),
    );
  return { file, kind: 'flow', text: flow.text, value: String(property.span.offset), editsFor };
}

/** All cells of the alias at once: they share a value. */
function renameInTable(table: string, from: string, to: string): string {
  return readTable(table)
    .filter(({ value }) => value.toLowerCase() === from.toLowerCase())
    .reduceRight((text, cell) => replaceCell(text, cell, to), table);
}

/** The edit without what it leaves as it was, at both ends. */
function trimEdit(text: string, { offset, length, text: made }: TextEdit): TextEdit {
  const trimmed = difference(text.slice(offset, offset + length), made);
  return { ...trimmed, offset: offset + trimmed.offset };
}
