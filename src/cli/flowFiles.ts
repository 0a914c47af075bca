import { FlowKeystoreError } from '../core/errors';
import { nodeFiles } from '../core/flow/nodeFiles';
import { loadFlows, type FlowFile } from '../core/flow/project';

/** The flows of a file. @throws FlowKeystoreError `flow-broken` where there is none */
export async function requireFlows(file: string, signal: AbortSignal): Promise<readonly [FlowFile, ...FlowFile[]]> {
  const { flows, problems } = await loadFlows([file], nodeFiles, signal);
  const [first, ...others] = flows;
  if (first) return [first, ...others];
  const [problem] = problems;
  throw new FlowKeystoreError('flow-broken', problem?.message ?? 'This is no flow.', {
    file,
    ...(problem?.line !== undefined && { line: problem.line }),
    ...(problem?.column !== undefined && { column: problem.column }),
  });
}
