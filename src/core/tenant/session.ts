import { setTimeout as pause } from 'node:timers/promises';
import { FlowKeystoreError } from '../errors';
import { errorTextOf, pageOf, type Entity } from './odata';
import { refusalOf } from './refusal';
import type { TenantAccess } from './serviceKey';
import { tokenOf, type Token } from './token';
import type { HttpAnswer, HttpRequest, Transport } from './transport';

/** What a session needs of the world. */
export interface SessionPorts {
  readonly transport: Transport;
  /** Milliseconds of a clock that does not go backwards. */
  readonly clock: () => number;
  /** Settles after so many milliseconds. @throws the signal's reason */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Renewed this long before it ends: an answer may take as long. Milliseconds. */
const tokenMargin = 60_000;
/** SAP admits 10 requests a second of one user for security content; others may work with the same user: half of that, in bursts. */
const requests = { most: 10, within: 2_000 } as const;
/** Of a request that changes nothing. */
const attempts = 4;
const longestWait = 30_000;

export interface SessionRequest {
  readonly method?: HttpRequest['method'];
  /** Below the root of the API, with its query: `/KeystoreEntries?keystoreName=system`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Talks to the API of a tenant: gets in (OAuth client credentials, RFC 6749 section 4.4, or basic authentication), keeps to the published rate, repeats what
 * changes nothing where the tenant is busy, and says in words what it refuses.
 */
export class TenantSession {
  private token: Promise<Token> | undefined;
  private csrf: Readonly<Record<string, string>> | undefined;
  private readonly sent: number[] = [];

  constructor(
    readonly access: TenantAccess,
    private readonly ports: SessionPorts,
  ) {}

  get host(): string {
    return new URL(this.access.api).host;
  }

  /** What the client may do, by the token; undefined with basic authentication, which does not say. @throws as `send` */
  async scopes(signal?: AbortSignal): Promise<readonly string[] | undefined> {
    return this.access.auth.kind === 'basic' ? undefined : (await this.currentToken(signal)).scopes;
  }

  /** All pages of a collection. @throws as `send`; FlowKeystoreError `tenant-answer` */
  async collection(path: string, signal?: AbortSignal): Promise<Entity[]> {
    const found: Entity[] = [];
    const seen = new Set<string>();
    for (let at: string | undefined = path; at !== undefined;) {
      seen.add(at);
      const page = pageOf(await this.json(at, signal));
      found.push(...page.results);
      at = page.next === undefined ? undefined : this.pathOf(page.next);
      if (at !== undefined && seen.has(at)) {
        throw new FlowKeystoreError('tenant-answer', 'The tenant goes round in circles with the pages of a list.');
      }
    }
    return found;
  }

  /** The text of an answer in JSON. @throws as `send` */
  async json(path: string, signal?: AbortSignal): Promise<string> {
    const { body } = await this.send({ path, headers: { accept: 'application/json' }, signal });
    return Buffer.from(body).toString('utf8');
  }

  /** Sends a body in JSON. @throws as `send` */
  sendJson(
    method: 'POST' | 'PUT',
    path: string,
    body: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    return this.send({ method, path, headers, body: JSON.stringify(body), signal });
  }

  /**
   * Sends a request. What changes something is sent once, but for a refusal that says that nothing was done (a token that ended, CSRF).
   * @throws FlowKeystoreError `tenant-unreachable`, `tenant-unauthorized`, `tenant-forbidden`, `tenant-locked`, `tenant-busy`, `tenant-untrusted`, `not-found`, `too-large`, `tenant-refused`;
   * the signal's reason
   */
  async send(request: SessionRequest): Promise<HttpAnswer> {
    const { method = 'GET', signal } = request;
    let renewed = false;
    let protectedOnce = false;
    for (let attempt = 1; ; attempt++) {
      let answer: HttpAnswer;
      try {
        answer = await this.once(request);
      } catch (error) {
        signal?.throwIfAborted();
        if (method !== 'GET' || attempt >= attempts) throw error;
        if (!(error instanceof FlowKeystoreError && error.code === 'tenant-unreachable')) throw error;
        await this.pause(attempt, undefined, signal);
        continue;
      }
      const { status, headers } = answer;
      if (status < 300) return answer;
      if (status === 401 && !renewed && this.access.auth.kind !== 'basic') {
        renewed = true;
        this.token = undefined;
        continue;
      }
      if (status === 403 && !protectedOnce && /^required$/i.test(textOfHeader(headers['x-csrf-token']))) {
        protectedOnce = true;
        await this.fetchCsrf(signal);
        continue;
      }
      if (attempt < attempts && mayBeRepeated(method, answer)) {
        await this.pause(attempt, textOfHeader(headers['retry-after']), signal);
        continue;
      }
      throw refusalOf(answer, { method, path: request.path }, this.host);
    }
  }

  private async once({ method = 'GET', path, headers, body, signal }: SessionRequest): Promise<HttpAnswer> {
    const authorization = await this.authorization(signal);
    await this.keepRate(signal);
    return this.ports.transport({
      method,
      url: this.access.api + path,
      headers: { authorization, ...(method === 'GET' ? {} : this.csrf), ...headers },
      ...(body !== undefined && { body }),
      signal,
    });
  }

  private async authorization(signal?: AbortSignal): Promise<string> {
    const { auth } = this.access;
    if (auth.kind === 'basic') return basic(auth.user, auth.password);
    return `Bearer ${(await this.currentToken(signal)).value}`;
  }

  /** Whoever asks while another does waits for its token; where that gets none, for one of its own. */
  private currentToken(signal?: AbortSignal): Promise<Token> {
    const asked = this.token;
    const token = (async (): Promise<Token> => {
      const before = await asked?.catch(() => undefined);
      return before && before.until - tokenMargin > this.ports.clock() ? before : this.fetchToken(signal);
    })();
    this.token = token;
    token.catch(() => {
      if (this.token === token) this.token = undefined;
    });
    return token;
  }

  private async fetchToken(signal?: AbortSignal): Promise<Token> {
    const { auth } = this.access;
    if (auth.kind === 'basic') throw new Error('Basic authentication has no token.');
    const withSecret = auth.kind === 'clientSecret';
    const fields = { grant_type: 'client_credentials', ...(withSecret ? {} : { client_id: auth.clientId }) };
    const answer = await this.ports.transport({
      method: 'POST',
      url: auth.tokenUrl,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(withSecret && { authorization: basic(auth.clientId, auth.clientSecret) }),
      },
      body: new URLSearchParams(fields).toString(),
      ...(auth.kind === 'clientCertificate' && { client: auth }),
      signal,
    });
    const { host } = new URL(auth.tokenUrl);
    if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
      throw new FlowKeystoreError(
        'tenant-unauthorized',
        `${host} gives no token (HTTP ${answer.status}): the client id, or its secret or certificate, is not valid.`,
        {},
        'Create a new service key: a secret that was rotated, or a certificate that expired, lets nobody in.',
      );
    }
    return tokenOf(answer, host, this.ports.clock());
  }

  /** The token comes with cookies that it goes with; HEAD is not served everywhere. */
  private async fetchCsrf(signal?: AbortSignal): Promise<void> {
    const { headers } = await this.once({ path: '/', headers: { 'x-csrf-token': 'Fetch' }, signal });
    const cookies = [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';', 1)[0] ?? '');
    this.csrf = {
      'x-csrf-token': textOfHeader(headers['x-csrf-token']),
      ...(cookies.length && { cookie: cookies.join('; ') }),
    };
  }

  private async keepRate(signal?: AbortSignal): Promise<void> {
    const { clock, wait } = this.ports;
    for (;;) {
      const now = clock();
      while (this.sent.length && (this.sent[0] ?? 0) <= now - requests.within) this.sent.shift();
      if (this.sent.length < requests.most) break;
      await wait(Math.max(1, (this.sent[0] ?? now) + requests.within - now), signal);
    }
    this.sent.push(clock());
  }

  /** @param after seconds, as Retry-After has them (RFC 9110 section 10.2.3) */
  private pause(attempt: number, after: string | undefined, signal?: AbortSignal): Promise<void> {
    const asked = /^\d+$/.test(after ?? '') ? Number(after) * 1_000 : 0;
    return this.ports.wait(Math.min(longestWait, Math.max(asked, 500 * 2 ** (attempt - 1))), signal);
  }

  /** Only what is below the root of the API: a token is shown to nobody else. */
  private pathOf(address: string): string {
    const { api } = this.access;
    const at = new URL(address, `${api}/`).href;
    if (!at.startsWith(`${api}/`)) {
      throw new FlowKeystoreError('tenant-answer', `The tenant names ${new URL(at).host} for the next page of a list.`);
    }
    return at.slice(api.length);
  }
}

/**
 * Of a refusal that passes. What changes something is repeated only where the tenant itself said that it did nothing: the rate (429), or a keystore that
 * somebody else is changing (423, 503; a gateway answers 503 too, and not in OData).
 */
function mayBeRepeated(method: string, { status, body }: HttpAnswer): boolean {
  if (status === 429 || status === 423) return true;
  if (status === 503 && method !== 'GET') return errorTextOf(Buffer.from(body).toString('utf8')) !== undefined;
  return method === 'GET' && (status === 502 || status === 503 || status === 504);
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

function textOfHeader(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

/** The ports of this process. */
export function nodePorts(transport: Transport): SessionPorts {
  return {
    transport,
    clock: () => performance.now(),
    wait: async (ms, signal) => {
      try {
        await pause(ms, undefined, { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
  };
}
