import { FlowKeystoreError } from '../errors';
import { isObject } from '../jsonObject';
import type { HttpAnswer } from './transport';

export interface Token {
  readonly value: string;
  readonly scopes: readonly string[];
  /** By the clock. */
  readonly until: number;
}

/**
 * Reads the answer of a token end point (RFC 6749 section 5.1).
 * @param host of the end point, for errors
 * @param now by the clock that `until` is by
 * @throws FlowKeystoreError `tenant-answer`
 */
export function tokenOf({ status, body }: HttpAnswer, host: string, now: number): Token {
  let data: unknown;
  try {
    data = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    data = undefined;
  }
  const fields = isObject(data) ? data : {};
  const { access_token: value, expires_in: seconds, scope } = fields;
  if (status !== 200 || typeof value !== 'string' || value === '') {
    throw new FlowKeystoreError(
      'tenant-answer',
      `${host} answers with no token (HTTP ${status}).`,
      {},
      'Check "tokenurl" of the service key.',
    );
  }
  const lasts = typeof seconds === 'number' && seconds > 0 ? seconds : 3_600;
  return { value, scopes: scopesOf(scope, value), until: now + lasts * 1_000 };
}

/** Of the answer, else of the token's own `scope` (a JWT, RFC 7519); what stands before the first dot after `!b1` is the name of the application. */
function scopesOf(scope: unknown, token: string): string[] {
  const named = typeof scope === 'string' && scope !== '' ? scope.split(' ') : claimedIn(token);
  return [...new Set(named.map((each) => each.replace(/^[^.]*![a-z]\d+\./i, '')))];
}

function claimedIn(token: string): string[] {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const scope = isObject(claims) ? claims['scope'] : [];
    return Array.isArray(scope) ? scope.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
