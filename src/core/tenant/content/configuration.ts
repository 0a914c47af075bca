import { textOf } from '../odata';
import type { TenantSession } from '../session';
import { flowPath, quoted } from './catalogue';

/** An externalized parameter of a flow, as the tenant has it. */
export interface TenantParameter {
  readonly key: string;
  readonly value: string;
  /** `xsd:string`, `xsd:integer` ...: what it is set with has to be the same. */
  readonly type: string;
}

/** By key. @throws FlowKeystoreError as `TenantSession.send` */
export async function listParameters(
  session: TenantSession,
  id: string,
  signal?: AbortSignal,
): Promise<readonly TenantParameter[]> {
  const entities = await session.collection(`${flowPath(id)}/Configurations`, signal);
  return entities
    .map((entity) => ({
      key: textOf(entity, 'ParameterKey') ?? '',
      value: textOf(entity, 'ParameterValue') ?? '',
      type: textOf(entity, 'DataType') ?? 'xsd:string',
    }))
    .sort((a, b) => a.key.localeCompare(b.key));
}

/** A running flow has the old value until it is deployed again. @throws FlowKeystoreError as `TenantSession.send` */
export async function setParameter(
  session: TenantSession,
  id: string,
  { key, type }: Pick<TenantParameter, 'key' | 'type'>,
  value: string,
  signal?: AbortSignal,
): Promise<void> {
  await session.sendJson(
    'PUT',
    `${flowPath(id)}/$links/Configurations(${quoted(key)})`,
    { ParameterValue: value, DataType: type },
    signal,
  );
}
