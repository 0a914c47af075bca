import { FlowKeystoreError } from '../../errors';
import { dateOf, entityOf, textOf, type Entity } from '../odata';
import type { TenantSession } from '../session';

/** A package of integration content. */
export interface TenantPackage {
  readonly id: string;
  readonly name: string;
  /** Taken over from SAP and only to be configured: its flows are not handed out. */
  readonly configureOnly: boolean;
}

/** A flow as it is designed on a tenant. */
export interface TenantFlow {
  readonly id: string;
  readonly name: string;
  /** `1.0.5`; of a draft `Active`. */
  readonly version: string;
  readonly packageId: string;
}

/** A flow as it runs. */
export interface RunningFlow {
  readonly id: string;
  readonly version: string;
  /** `STARTED`, `STARTING`, `ERROR`, `STOPPING`. */
  readonly status: string;
  readonly deployedBy?: string;
  readonly deployedOn?: Date;
}

/** By name. @throws FlowKeystoreError as `TenantSession.send`, `tenant-answer` */
export async function listPackages(session: TenantSession, signal?: AbortSignal): Promise<readonly TenantPackage[]> {
  const entities = await session.collection('/IntegrationPackages', signal);
  return byName(
    entities.map((entity) => ({
      id: needed(entity, 'Id'),
      name: textOf(entity, 'Name') ?? needed(entity, 'Id'),
      configureOnly: textOf(entity, 'Mode') === 'READ_ONLY',
    })),
  );
}

/** By name. There is no list over all packages. @throws as `listPackages`; `not-found` */
export async function listFlows(
  session: TenantSession,
  packageId: string,
  signal?: AbortSignal,
): Promise<readonly TenantFlow[]> {
  const path = `/IntegrationPackages(${quoted(packageId)})/IntegrationDesigntimeArtifacts`;
  const entities = await session.collection(path, signal);
  return byName(entities.map((entity) => flowOf(entity, packageId)));
}

/** @throws as `listPackages`; `not-found` */
export async function getFlow(session: TenantSession, id: string, signal?: AbortSignal): Promise<TenantFlow> {
  return flowOf(entityOf(await session.json(flowPath(id), signal)), '');
}

/** All that is deployed, by the id of the flow. @throws as `listPackages` */
export async function listRunning(
  session: TenantSession,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, RunningFlow>> {
  const entities = await session.collection('/IntegrationRuntimeArtifacts', signal);
  return new Map(entities.map((entity) => [needed(entity, 'Id'), runningOf(entity)]));
}

export function runningOf(entity: Entity): RunningFlow {
  const deployedBy = textOf(entity, 'DeployedBy');
  const deployedOn = dateOf(entity, 'DeployedOn');
  return {
    id: needed(entity, 'Id'),
    version: textOf(entity, 'Version') ?? '',
    status: textOf(entity, 'Status') ?? '',
    ...(deployedBy !== undefined && { deployedBy }),
    ...(deployedOn && { deployedOn }),
  };
}

/** The draft or version that is worked on. */
export const flowPath = (id: string): string => `/IntegrationDesigntimeArtifacts(Id=${quoted(id)},Version='active')`;

/** A text in a path of OData: in quotation marks, its own doubled, and encoded. */
export const quoted = (text: string): string => `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;

function flowOf(entity: Entity, packageId: string): TenantFlow {
  const id = needed(entity, 'Id');
  return {
    id,
    name: textOf(entity, 'Name') ?? id,
    version: textOf(entity, 'Version') ?? '',
    packageId: textOf(entity, 'PackageId') ?? packageId,
  };
}

function needed(entity: Entity, name: string): string {
  const text = textOf(entity, name);
  if (text !== undefined) return text;
  throw new FlowKeystoreError('tenant-answer', `The tenant lists something without "${name}".`);
}

const byName = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
  [...items].sort((a, b) => a.name.localeCompare(b.name));
