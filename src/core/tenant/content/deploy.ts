import { FlowKeystoreError } from '../../errors';
import { entityOf, textOf } from '../odata';
import { unlessMissing } from '../refusal';
import type { TenantSession } from '../session';
import { quoted, runningOf, type RunningFlow } from './catalogue';

export interface DeployOptions {
  /** `building`, then what the flow itself says: `STARTING` ... */
  readonly onStatus?: (status: string) => void;
  /** Milliseconds between two looks. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

export interface Deployed {
  readonly running: RunningFlow;
  /** What the tenant says of an error. */
  readonly error?: string;
}

const betweenLooks = 3_000;
/** As long as SAP's own pages would be looked at: five minutes. */
const mostLooks = 100;

/**
 * Deploys a flow and follows it until it runs or has failed ("Get Runtime Status of Deployed Integration Flow"). Flows with a timer or a polling sender begin to
 * work then.
 * @throws FlowKeystoreError as `TenantSession.send`; `tenant-refused` where it is not built; `tenant-busy` where there is no answer after minutes
 */
export async function deployFlow(session: TenantSession, id: string, options: DeployOptions): Promise<Deployed> {
  const { signal, onStatus, pause } = options;
  const path = `/DeployIntegrationDesigntimeArtifact?Id=${quoted(id)}&Version='active'`;
  const before = await running(session, id, signal);
  const { body } = await session.send({ method: 'POST', path, headers: { accept: 'application/json' }, signal });
  const task = Buffer.from(body).toString('utf8').trim();
  onStatus?.('building');
  if (task) await built(session, id, task, options);
  for (let look = 0; look < mostLooks; look++) {
    const now = await running(session, id, signal);
    // What ran before may be answered a while longer.
    const isNew = now?.deployedOn?.getTime() !== before?.deployedOn?.getTime() || !now?.deployedOn;
    if (now && isNew) {
      onStatus?.(now.status);
      if (now.status === 'STARTED') return { running: now };
      if (now.status === 'ERROR') return { running: now, error: await errorOf(session, id, options) };
    }
    await pause(betweenLooks, signal);
  }
  throw notYet(id);
}

async function built(session: TenantSession, id: string, task: string, options: DeployOptions): Promise<void> {
  const { signal, pause } = options;
  for (let look = 0; look < mostLooks; look++) {
    const status = await buildStatus(session, task, signal);
    if (status === 'SUCCESS' || status === undefined) return;
    if (status !== 'DEPLOYING') {
      throw new FlowKeystoreError(
        'tenant-refused',
        status === 'FAIL_ON_LICENSE_ERROR'
          ? `"${id}" is not deployed: the licence of the tenant does not cover an adapter of it.`
          : `"${id}" could not be built on the tenant (${status}).`,
        { detail: id },
        'Open it on the tenant: its editor says what is wrong.',
      );
    }
    await pause(betweenLooks, signal);
  }
  throw notYet(id);
}

/** Undefined where the tenant knows nothing of it. */
async function buildStatus(session: TenantSession, task: string, signal?: AbortSignal): Promise<string | undefined> {
  const answer = await unlessMissing(session.json(`/BuildAndDeployStatus(TaskId=${quoted(task)})`, signal));
  return answer === undefined ? undefined : textOf(entityOf(answer), 'Status');
}

/** How a flow runs; undefined where it is not deployed. @throws FlowKeystoreError as `TenantSession.send` */
export async function running(
  session: TenantSession,
  id: string,
  signal?: AbortSignal,
): Promise<RunningFlow | undefined> {
  const answer = await unlessMissing(session.json(`/IntegrationRuntimeArtifacts(${quoted(id)})`, signal));
  return answer === undefined ? undefined : runningOf(entityOf(answer));
}

/** The text may come a moment after the status. */
async function errorOf(session: TenantSession, id: string, { pause, signal }: DeployOptions): Promise<string> {
  for (let look = 0; look < 3; look++) {
    const path = `/IntegrationRuntimeArtifacts(${quoted(id)})/ErrorInformation/$value`;
    const { body } = await session.send({ path, signal });
    const text = errorText(Buffer.from(body).toString('utf8'));
    if (text) return text;
    await pause(betweenLooks, signal);
  }
  return '';
}

/** JSON with messages and their parameters, or plain text. */
function errorText(body: string): string {
  const texts = [...body.matchAll(/"(?:messageText|message|parameter)"\s*:\s*(\[[^\]]*\]|"(?:[^"\\]|\\.)*")/g)].map(
    ([, value]) => value ?? '',
  );
  const said = texts.flatMap((text) => [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inside]) => inside ?? ''));
  return (said.length ? said.join(' ') : body).replaceAll('\\"', '"').replaceAll('\\n', ' ').trim().slice(0, 2_000);
}

const notYet = (id: string): FlowKeystoreError =>
  new FlowKeystoreError(
    'tenant-busy',
    `"${id}" is not running after five minutes, and has not failed.`,
    { detail: id },
    'Look at it on the tenant.',
  );
