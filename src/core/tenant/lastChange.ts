import { entityOf, textOf } from './odata';
import { unlessMissing } from './refusal';
import type { TenantSession } from './session';

/**
 * When the current keystore was last changed and how many entries it has, as one text to compare: cheaper than reading it.
 * @throws FlowKeystoreError as `TenantSession.send`
 */
export async function lastChangeOf(session: TenantSession, signal?: AbortSignal): Promise<string> {
  const path = "/Keystores('system')?$select=LastModifiedTime,Size";
  const answer = await unlessMissing(session.json(path, signal));
  // A tenant without this entity is read anew each time.
  const entity = answer === undefined ? {} : entityOf(answer);
  return `${textOf(entity, 'LastModifiedTime') ?? ''} ${textOf(entity, 'Size') ?? ''}`;
}
