import { renameAlias, type AliasRename, type LeftUse } from '../core/checks/renameAlias';
import type { AliasUse } from '../core/checks/whereUsed';
import { describeError, FlowKeystoreError } from '../core/errors';
import { applyEdits } from '../core/flow/edit';
import { encodeText } from '../core/flow/encoding';
import { nodeFiles } from '../core/flow/nodeFiles';
import { loadFlows, type ProjectProblem } from '../core/flow/project';
import { replaceFile } from '../core/replaceFile';
import { visible } from '../core/visible';

/** What renaming an alias does in files; nothing is written yet. */
export interface FlowsRename extends AliasRename {
  readonly write: () => Promise<void>;
  /** Files that could not be read: an alias may be named there. */
  readonly problems: readonly ProjectProblem[];
}

/** @throws FlowKeystoreError where one of the paths cannot be read */
export async function planFlowsRename(
  paths: readonly string[],
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<FlowsRename> {
  const { flows, problems } = await loadFlows(paths, nodeFiles, signal);
  const plan = renameAlias(flows, from, to);
  const encodings = new Map(flows.flatMap(({ parametersFile: each }) => (each ? [[each.file, each.encoding]] : [])));
  return {
    ...plan,
    problems,
    write: async () => {
      const done: string[] = [];
      for (const { file, text, edits } of plan.files) {
        try {
          const bytes = encodeText(applyEdits(text, edits), encodings.get(file) ?? 'utf-8');
          await replaceFile(file, bytes, { what: 'The change' });
          done.push(file);
        } catch (error) {
          if (!(error instanceof FlowKeystoreError)) throw error;
          const rest = plan.files.length - done.length - 1;
          throw new FlowKeystoreError(
            error.code,
            `${error.message} The keystore has the new alias already${done.length ? `, and so have ${done.join(', ')}` : ''}${rest ? `; ${rest} more files still name the old one` : ''}.`,
            error.place,
            error.next,
            { cause: error },
          );
        }
      }
    },
  };
}

export function leftText({ file, part, why }: LeftUse): string {
  const reason =
    why === 'composed'
      ? 'the alias is put together from parameters: change them by hand'
      : why === 'archived'
        ? 'it lies in an archive, which is not written'
        : describeError(why);
  return `${file}, ${part.kind} ${visible(part.name || part.id)}: ${reason}`;
}

/** `channel` or `step`, as it is. */
export const partData = ({ kind, ...part }: AliasUse['part']): Record<string, unknown> => ({ [kind]: part });
