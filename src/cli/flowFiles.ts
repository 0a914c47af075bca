import { loadNamedFlows } from '../core/checks/namedFlows';
import { FlowKeystoreError } from '../core/errors';
import { nodeFiles } from '../core/flow/nodeFiles';
import type { FlowFile, FlowProjects } from '../core/flow/project';

/** The flows of files, folders and archives, and what is wrong with them. @throws FlowKeystoreError as `loadNamedFlows` */
export function flowsIn(paths: readonly string[], signal: AbortSignal): Promise<FlowProjects> {
  return loadNamedFlows(paths, nodeFiles, signal);
}

/** The flows of a file. @throws FlowKeystoreError `flow-broken` where there is none */
export async function requireFlows(file: string, signal: AbortSignal): Promise<readonly [FlowFile, ...FlowFile[]]> {
  const { flows, problems } = await flowsIn([file], signal);
  const [first, ...others] = flows;
  if (first) return [first, ...others];
  const [problem] = problems;
  const place = {
    file,
    ...(problem?.line !== undefined && { line: problem.line }),
    ...(problem?.column !== undefined && { column: problem.column }),
  };
  throw new FlowKeystoreError(
    'flow-broken',
    problem?.message ?? 'There is no flow in it.',
    place,
    'Name the .iflw file of a flow.',
  );
}
