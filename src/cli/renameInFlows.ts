import { renameAlias, type AliasRename, type LeftUse } from '../core/checks/renameAlias';
import type { AliasUse } from '../core/checks/whereUsed';
import { describeError, FlowKeystoreError } from '../core/errors';
import { applyEdits } from '../core/flow/edit';
import { encodeText } from '../core/flow/encoding';
import type { ProjectProblem } from '../core/flow/project';
import { visible } from '../core/visible';
import { flowsIn } from './flowFiles';
import { writingsFor } from './writeFiles';

/** What renaming an alias does in files; nothing is written yet. */
export interface FlowsRename extends AliasRename {
  readonly write: () => Promise<void>;
  /** Files that could not be read: an alias may be named there. */
  readonly problems: readonly ProjectProblem[];
}

/**
 * @param before what has the new alias already when the flows are written: said where that fails
 * @throws FlowKeystoreError where one of the paths cannot be read, or has no flow
 */
export async function planFlowsRename(
  paths: readonly string[],
  { from, to, before }: { readonly from: string; readonly to: string; readonly before?: string },
  signal: AbortSignal,
): Promise<FlowsRename> {
  const { flows, problems } = await flowsIn(paths, signal);
  const plan = renameAlias(flows, from, to);
  const encodings = new Map(flows.flatMap(({ parametersFile: each }) => (each ? [[each.file, each.encoding]] : [])));
  return {
    ...plan,
    problems,
    write: async () => {
      const done: string[] = [];
      const bytes = plan.files.map(
        ({ file, text, edits }) => [file, encodeText(applyEdits(text, edits), encodings.get(file) ?? 'utf-8')] as const,
      );
      for (const { files, write } of writingsFor(new Map(bytes))) {
        try {
          await write();
          done.push(...files);
        } catch (error) {
          if (!(error instanceof FlowKeystoreError)) throw error;
          const rest = plan.files.length - done.length - files.length;
          const changed = [...(before === undefined ? [] : [before]), ...done];
          const sentences = [
            error.message,
            ...(changed.length ? [`The new alias is already in: ${changed.join(', ')}.`] : []),
            ...(rest ? [`${rest} more files still name the old one.`] : []),
          ];
          throw new FlowKeystoreError(error.code, sentences.join(' '), error.place, error.next, { cause: error });
        }
      }
    },
  };
}

export function leftText({ file, part, why }: LeftUse): string {
  const reason =
    why === 'composed' ? 'the alias is put together from parameters: change them by hand' : describeError(why);
  return `${file}, ${part.kind} ${visible(part.name || part.id)}: ${reason}`;
}

/** `channel` or `step`, as it is. */
export const partData = ({ kind, ...part }: AliasUse['part']): Record<string, unknown> => ({ [kind]: part });

/** For programs: the files with their uses, and what is left. */
export function flowsData({ files, left }: FlowsRename): Record<string, unknown> {
  const useData = ({ flow, part, place }: AliasUse): unknown => ({
    flow,
    ...partData(part),
    ...place,
    span: undefined,
  });
  return {
    files: files.map(({ file, kind, uses }) => ({ file, kind, uses: uses.map(useData) })),
    left: left.map((use) => ({ file: use.file, ...partData(use.part), message: leftText(use) })),
  };
}

/** For people: a line for each file and for what is left. */
export function flowLines({ files, left }: FlowsRename): string[] {
  if (!files.length && !left.length) return ['No flow names the old alias.'];
  return [
    ...files.map(({ file, uses }) => `${file}: ${uses.map(({ part }) => visible(part.name || part.id)).join(', ')}`),
    ...left.map((use) => `Not changed: ${leftText(use)}`),
  ];
}
