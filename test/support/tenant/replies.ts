import type { IncomingMessage, ServerResponse } from 'node:http';

/** One call of the API, its path below the root. */
export interface Call {
  readonly method: string;
  /** Decoded: `/KeystoreEntries('61')`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  /** Who it is, as the tenant notes it. */
  readonly user: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a call throws to be refused. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const json = (status: number, body: object): Reply => ({
  status,
  body: JSON.stringify(body),
  type: 'application/json;charset=utf-8',
});

export const nothing: Reply = { status: 204 };

/** As the tenant says no, in OData. */
export const errorReply = ({ status, code, message }: Refused): Reply =>
  json(status, { error: { code, message: { lang: 'en', value: message } } });

/** Without the outer `error`, as the tenant does. */
export const forbidden = (): Reply => json(403, { code: 'Forbidden', message: { lang: 'en', value: null } });

export function send(response: ServerResponse, { status, body, type, headers }: Reply): void {
  response.writeHead(status, {
    dataserviceversion: '2.0',
    ...headers,
    ...(type !== undefined && { 'content-type': type }),
  });
  response.end(body);
}

/** The text in `Id='...'`, or the only key, of a path. */
export function keysIn(path: string): Readonly<Record<string, string>> {
  const inside = /\(([^)]*)\)/.exec(path)?.[1] ?? '';
  const named = [...inside.matchAll(/(\w+)='((?:[^']|'')*)'/g)].map(([, name, value]) => [name, value]);
  if (named.length) return Object.fromEntries(named) as Record<string, string>;
  return { '': inside.replace(/^'|'$/g, '').replaceAll("''", "'") };
}
