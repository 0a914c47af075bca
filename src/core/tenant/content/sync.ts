import { FlowKeystoreError } from '../../errors';
import type { TenantSession } from '../session';
import { hashesOf, packProject, symbolicName, unpackProject, type ProjectFiles } from './archive';
import { flowPath, getFlow } from './catalogue';
import { differencesSince, type FlowOrigin } from './origin';

export interface PulledFlow {
  readonly origin: FlowOrigin;
  readonly files: ProjectFiles;
}

/**
 * Downloads a flow as a project.
 * @throws FlowKeystoreError as `TenantSession.send`; `unpackProject`; `not-found`
 */
export async function pullFlow(session: TenantSession, id: string, signal?: AbortSignal): Promise<PulledFlow> {
  const { name, packageId, version } = await getFlow(session, id, signal);
  const files = await downloadFlow(session, id, signal);
  return { origin: { host: session.host, id, name, packageId, version, files: hashesOf(files) }, files };
}

/** @throws as `pullFlow` */
export async function downloadFlow(session: TenantSession, id: string, signal?: AbortSignal): Promise<ProjectFiles> {
  const { body } = await session.send({ path: `${flowPath(id)}/$value`, signal });
  return unpackProject(body);
}

/**
 * Uploads a project in the place of the flow on the tenant, unless that changed since: it is downloaded and compared just before.
 * @returns as it is there now: the tenant may write some files anew
 * @throws FlowKeystoreError `tenant-changed`, naming the files; `value-invalid` for a manifest of another flow; as `TenantSession.send`
 */
export async function pushFlow(
  session: TenantSession,
  origin: FlowOrigin,
  files: ProjectFiles,
  signal?: AbortSignal,
): Promise<PulledFlow> {
  const { id } = origin;
  const named = symbolicName(files);
  if (named !== id) {
    throw new FlowKeystoreError(
      'value-invalid',
      `The manifest is that of ${named === undefined ? 'no flow' : `"${named}"`}; the tenant takes "${id}" in this place.`,
      {},
      'Set Bundle-SymbolicName in META-INF/MANIFEST.MF back.',
    );
  }
  const there = hashesOf(await downloadFlow(session, id, signal));
  const changed = differencesSince(origin.files, hashesOf(files), there).filter((each) => each.there !== 'same');
  if (changed.length) {
    const names = changed.slice(0, 4).map(({ path }) => path);
    throw new FlowKeystoreError(
      'tenant-changed',
      `"${origin.name}" was changed on the tenant since it was pulled: ${names.join(', ')}${changed.length > 4 ? ` and ${changed.length - 4} more` : ''}.`,
      {},
      'Compare it with the tenant, and pull it anew.',
    );
  }
  const content = Buffer.from(packProject(files)).toString('base64');
  await session.sendJson('PUT', flowPath(id), { Name: origin.name, ArtifactContent: content }, signal);
  return pullFlow(session, id, signal);
}
