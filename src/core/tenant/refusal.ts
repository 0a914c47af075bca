import { FlowKeystoreError, type ErrorCode } from '../errors';
import { errorTextOf } from './odata';
import { roleFor, type TenantTask } from './roles';
import type { HttpAnswer } from './transport';

/** What was asked for. */
interface Refusable {
  readonly method: string;
  /** Below the root of the API. */
  readonly path: string;
}

/** Waits for an answer; undefined where the tenant does not have what was asked for (HTTP 404). @throws whatever else stands in the way */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FlowKeystoreError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/**
 * What an answer that refuses means, in words; what the tenant itself says is quoted.
 * @param host of the tenant's API
 */
export function refusalOf({ status, body }: HttpAnswer, request: Refusable, host: string): FlowKeystoreError {
  const said = errorTextOf(Buffer.from(body).toString('utf8'));
  const error = (code: ErrorCode, message: string, next?: string): FlowKeystoreError =>
    new FlowKeystoreError(code, message + (said === undefined ? '' : ` It says: ${said}`), { detail: host }, next);
  switch (status) {
    case 401:
      return error(
        'tenant-unauthorized',
        'The tenant lets nobody in with these credentials (HTTP 401).',
        'Check user and password, or create a new service key.',
      );
    case 403:
      return error(
        'tenant-forbidden',
        request.method === 'GET'
          ? 'The tenant does not show this (HTTP 403).'
          : 'The tenant does not allow this (HTTP 403).',
        adviceFor(taskOf(request)),
      );
    case 404:
      return error('not-found', 'The tenant does not have this (HTTP 404).');
    case 409:
      return error(
        'tenant-untrusted',
        'The tenant does not know the issuer of a certificate, and asks whether it is to be trusted (HTTP 409).',
        'Compare its fingerprint with its owner, and confirm it.',
      );
    case 413:
      return error('too-large', 'This is too large for the tenant (HTTP 413).');
    case 423:
    case 503:
      return error(
        'tenant-locked',
        `What is on the tenant is being changed by somebody else (HTTP ${status}).`,
        'Try again in a moment.',
      );
    case 429:
      return error('tenant-busy', 'The tenant takes no more requests just now (HTTP 429).', 'Try again in a minute.');
    default:
      return error('tenant-refused', `The tenant refuses (HTTP ${status}).`);
  }
}

function taskOf({ method, path }: Refusable): TenantTask {
  const reads = method === 'GET';
  if (path.startsWith('/DeployIntegration')) return 'deploy';
  if (path.includes('/$links/Configurations(')) return 'setParameters';
  if (/^\/Integration(Packages|Designtime)/.test(path)) return reads ? 'readFlows' : 'changeFlows';
  return reads ? 'readKeystore' : 'changeKeystore';
}

function adviceFor(task: TenantTask): string {
  const role = roleFor(task);
  return task === 'changeKeystore'
    ? `The client needs the role ${role}, and an alias must not be one of SAP (sap_...).`
    : `The client needs the role ${role}; a change of roles takes up to an hour.`;
}
