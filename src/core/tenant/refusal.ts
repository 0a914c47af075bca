import { FlowKeystoreError, type ErrorCode } from '../errors';
import { errorTextOf } from './odata';
import type { HttpAnswer } from './transport';

/**
 * What an answer that refuses means, in words; what the tenant itself says is quoted.
 * @param host of the tenant's API
 */
export function refusalOf({ status, body }: HttpAnswer, method: string, host: string): FlowKeystoreError {
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
        method === 'GET' ? 'The tenant does not show this (HTTP 403).' : 'The tenant does not allow this (HTTP 403).',
        method === 'GET'
          ? 'The client needs the role MonitoringDataRead; a change of roles takes up to an hour.'
          : 'The client needs the role SecurityMaterialEdit, and an alias must not be one of SAP (sap_...).',
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
        `The keystore of the tenant is being changed by somebody else (HTTP ${status}).`,
        'Try again in a moment.',
      );
    case 429:
      return error('tenant-busy', 'The tenant takes no more requests just now (HTTP 429).', 'Try again in a minute.');
    default:
      return error('tenant-refused', `The tenant refuses (HTTP ${status}).`);
  }
}
