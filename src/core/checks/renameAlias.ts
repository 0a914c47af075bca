import { FlowKeystoreError } from '../errors';
import { setProperty } from '../flow/edit';
import type { Field, Property, TextEdit } from '../flow/model';
import { setParameter } from '../flow/parameters';
import type { CheckedFlow } from './context';
import { aliasFieldsOf, useOf, type AliasUse } from './whereUsed';

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
  /** The channels that have the new alias then; of a shared parameter there are several. */
  readonly uses: readonly AliasUse[];
}

/**
 * `composed`: the alias is put together from parameters and text. `archived`: it lies in an archive, which is not written. Else the words of what
 * is in the way.
 */
export interface LeftUse extends AliasUse {
  readonly file: string;
  readonly why: 'composed' | 'archived' | FlowKeystoreError;
}

/** A flow that may lie in an archive. */
export type RenameSource = CheckedFlow & { readonly archived?: boolean };

/**
 * Plans a new alias wherever flows name the old one, left-over values too: in the flow, or in parameters.prop where the value is a whole parameter.
 * Without regard to case, as Java finds entries.
 */
export function renameAlias(sources: readonly RenameSource[], from: string, to: string): AliasRename {
  const files = new Map<string, { kind: RenamedFile['kind']; text: string; edits: TextEdit[]; uses: AliasUse[] }>();
  const parametersDone = new Set<string>();
  const left: LeftUse[] = [];
  for (const source of sources) {
    for (const { channel, field } of aliasFieldsOf(source)) {
      if (field.resolved.toLowerCase() !== from.toLowerCase()) continue;
      const use = useOf(source, channel, field);
      const leave = (why: LeftUse['why']): void => void left.push({ ...use, file: source.file, why });
      if (source.archived) {
        leave('archived');
        continue;
      }
      const owner = ownerOf(source, field);
      if (!owner) {
        leave('composed');
        continue;
      }
      const known = files.get(owner.file) ?? { kind: owner.kind, text: owner.text, edits: [], uses: [] };
      const isDone = owner.parameter !== undefined && parametersDone.has(`${owner.file}\0${owner.parameter}`);
      try {
        const edits = isDone
          ? []
          : owner.parameter === undefined
            ? setProperty(source.flow, channel, field.key, to)
            : setParameter(owner.parameters, owner.parameter, to);
        known.edits.push(...edits);
        known.uses.push(use);
        if (owner.parameter !== undefined) parametersDone.add(`${owner.file}\0${owner.parameter}`);
        files.set(owner.file, known);
      } catch (error) {
        if (!(error instanceof FlowKeystoreError)) throw error;
        leave(error);
      }
    }
  }
  return {
    files: [...files]
      .filter(([, { edits }]) => edits.length)
      .map(([file, each]) => ({ file, ...each, edits: each.edits.sort((a, b) => a.offset - b.offset) })),
    left,
  };
}

type Owner =
  | { readonly kind: 'flow'; readonly file: string; readonly text: string; readonly parameter?: undefined }
  | {
      readonly kind: 'parameters';
      readonly file: string;
      readonly text: string;
      readonly parameter: string;
      readonly parameters: NonNullable<CheckedFlow['parametersFile']>['parameters'];
    };

/** The file that has the value; undefined where the value is made of several pieces. */
function ownerOf(
  { file, flow, parametersFile }: RenameSource,
  { parameter, parameters }: Field & { readonly property: Property },
): Owner | undefined {
  if (parameter !== undefined && parametersFile) {
    const { file: owner, parameters: all } = parametersFile;
    return { kind: 'parameters', file: owner, text: all.text, parameter, parameters: all };
  }
  return parameters.length ? undefined : { kind: 'flow', file, text: flow.text };
}
