import { FlowKeystoreError } from '../errors';
import { entityOf, textOf } from './odata';
import type { TenantSession } from './session';

/**
 * When the current keystore was last changed and how many entries it has, as one text to compare: cheaper than reading it.
 * @throws FlowKeystoreError as `TenantSession.send`
 */
export async function lastChangeOf(session: TenantSession, signal?: AbortSignal): Promise<string> {
  const path = "/Keystores('system')?$select=LastModifiedTime,Size";
  const entity = entityOf(await session.json(path, signal).catch(unlessUnknown));
  return `${textOf(entity, 'LastModifiedTime') ?? ''} ${textOf(entity, 'Size') ?? ''}`;
}

/** A tenant without this entity is read anew each time. */
function unlessUnknown(error: unknown): string {
  if (error instanceof FlowKeystoreError && error.code === 'not-found') return '{"d":{}}';
  throw error;
}
