import { randomBytes } from 'node:crypto';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { ContentApi, type SimulatedPackage } from './tenant/contentApi';
import { KeystoreApi } from './tenant/keystoreApi';
import { SimulatedKeystore, type SimulatedEntry } from './tenant/keystore';
import { asAtom } from './tenant/atom';
import { batchReply } from './tenant/batch';
import { metadata } from './tenant/query';
import { errorReply, json, Refused, send, type Call, type Reply } from './tenant/replies';
import { localNames, makeCa, type TestIdentity } from './testCertificates';

export interface SimulatorOptions {
  readonly entries?: readonly SimulatedEntry[];
  readonly packages?: SimulatedPackage[];
  /** Of the token. Default: all that a keystore needs. */
  readonly roles?: readonly string[];
  /** Rows of a page before `__next`; SAP's 1,000 where absent. */
  readonly pageSize?: number;
  /** Whom a service key of the key type "Certificate" is for. */
  readonly client?: TestIdentity;
  /** Seconds that a token lasts. */
  readonly tokenSeconds?: number;
  /** Whether a change needs a token against forged requests. */
  readonly csrf?: boolean;
  /** Where the keystore is kept as a PKCS#12 file after each change, for other programs to look at. */
  readonly file?: { readonly path: string; readonly password: string };
  /** So many requests are answered in a second, as SAP publishes it. */
  readonly perSecond?: number;
  /** Issues the certificate of its server; one of its own where absent. */
  readonly authority?: TestIdentity;
  /** Answers in Atom, whatever the client asks for. */
  readonly atom?: boolean;
  /** A random one where absent. */
  readonly clientSecret?: string;
  /** Of 0, any free one. */
  readonly port?: number;
}

const entitySets = {
  KeystoreEntries: ['Hexalias'],
  HistoryKeystoreEntries: ['Hexalias'],
  Keystores: ['Name'],
  KeystoreResources: ['Name'],
  CertificateResources: ['Hexalias'],
  CertificateChainResources: ['Hexalias'],
  KeyPairResources: ['Hexalias'],
  KeyPairGenerationRequests: ['Hexalias'],
  IntegrationPackages: ['Id'],
  IntegrationDesigntimeArtifacts: ['Id', 'Version'],
  IntegrationRuntimeArtifacts: ['Id'],
  BuildAndDeployStatus: ['TaskId'],
};

const usualRoles = [
  'MonitoringDataRead',
  'SecurityMaterialEdit',
  'WorkspacePackagesRead',
  'WorkspacePackagesEdit',
  'WorkspacePackagesConfigure',
  'WorkspaceArtifactsDeploy',
];

/** What one request is answered with, instead of what would be. */
export interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Cuts the connection. */
  readonly cut?: true;
  /** Milliseconds before it is answered. */
  readonly after?: number;
}

/**
 * A tenant of SAP Cloud Integration as its documentation describes it: the OData V2 API of the security content over TLS on the loopback address, and a token end
 * point. Written from the documented API (`sap-api.md`), never seen beside a live tenant.
 */
export class TenantSimulator {
  readonly clientId = 'sb-simulator!b1';
  readonly clientSecret: string;
  readonly user = 'tester@example';
  readonly password = `p4ss-${randomBytes(9).toString('base64url')}`;
  /** Of each request: method and path with its query. */
  readonly requests: string[] = [];
  /** Taken one by one, before anything else is done. */
  readonly faults: Fault[] = [];
  readonly keystore: SimulatedKeystore;
  readonly content: ContentApi;
  tokensGiven = 0;
  lastToken = '';
  private readonly served: number[] = [];
  private port = 0;
  private readonly tokens = new Map<string, number>();
  private readonly keystoreApi: KeystoreApi;
  private readonly csrfToken = randomBytes(9).toString('base64url');

  private constructor(
    private readonly server: https.Server,
    /** That issued the certificate of its server. */
    readonly authority: TestIdentity,
    private readonly options: SimulatorOptions,
  ) {
    this.keystore = new SimulatedKeystore(options.entries ?? [], options.file);
    this.clientSecret = options.clientSecret ?? `s3cret-${randomBytes(9).toString('base64url')}`;
    this.content = new ContentApi(options.packages ?? [], options.pageSize ?? 1_000);
    this.keystoreApi = new KeystoreApi(this.keystore, options.pageSize ?? 1_000);
  }

  static async start(options: SimulatorOptions = {}): Promise<TenantSimulator> {
    const root = options.authority ?? (await makeCa('Tenant Simulator Root'));
    const identity: TestIdentity = await root.issue('localhost', {
      alternativeNames: localNames,
      extendedKeyUsage: ['serverAuth'],
    });
    const server = https.createServer({
      key: identity.privateKeyPem,
      cert: identity.chainPem,
      // Looked at where a token is asked for.
      requestCert: true,
      rejectUnauthorized: false,
    });
    const simulator = new TenantSimulator(server, root, options);
    server.on('request', (request, response) => {
      simulator.answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return simulator;
  }

  /** `https://localhost:...`, also once it is stopped: a request may still be under way. */
  get origin(): string {
    const address = this.server.address() as AddressInfo | null;
    this.port = address?.port ?? this.port;
    return `https://localhost:${this.port}`;
  }

  /** As SAP BTP issues it. */
  get serviceKey(): string {
    const { clientId: clientid, clientSecret: clientsecret, origin: url } = this;
    const oauth = {
      clientid,
      clientsecret,
      url,
      tokenurl: `${url}/oauth/token`,
      createdate: '2026-11-30T00:00:00.000Z',
    };
    return JSON.stringify({ oauth }, undefined, 2);
  }

  /** The same with a certificate instead of a secret, its line ends spelt out. */
  get certificateKey(): string {
    const { clientId: clientid, origin: url } = this;
    const { client } = this.options;
    if (!client) throw new Error('The simulator has no client.');
    const spelt = (pem: string): string => pem.replaceAll('\n', '\\n');
    const oauth = {
      ...{ clientid, certificate: spelt(client.pem), key: spelt(client.privateKeyPem) },
      ...{ url, tokenurl: `${url}/oauth/token` },
    };
    return JSON.stringify({ oauth });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** PEM, to be trusted by the client. */
  get ca(): string {
    return this.authority.pem;
  }

  /** All tokens end now. */
  endTokens(): void {
    this.tokens.clear();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const piece of request) body.push(piece as Buffer);
    const url = new URL(request.url ?? '/', this.origin);
    this.requests.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    const fault = url.pathname.startsWith('/api/') ? this.faults.shift() : undefined;
    if (fault?.after !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.after));
    if (fault?.cut) {
      request.socket.destroy();
      return;
    }
    if (fault) {
      response.writeHead(fault.status, fault.headers);
      response.end(fault.body);
      return;
    }
    if (url.pathname === '/oauth/token') {
      this.giveToken(request, url, Buffer.concat(body).toString(), response);
      return;
    }
    if (!url.pathname.startsWith('/api/v1/')) {
      response.writeHead(404, { 'content-type': 'text/html' });
      response.end('<html><body>Not found</body></html>');
      return;
    }
    const known = this.isKnown(request.headers.authorization ?? '');
    if (!known) {
      response.writeHead(401, { 'content-type': 'text/plain', 'www-authenticate': 'Bearer realm="it"' });
      response.end();
      return;
    }
    const method = request.method ?? '';
    if (this.options.csrf && method !== 'GET' && request.headers['x-csrf-token'] !== this.csrfToken) {
      response.writeHead(403, { 'x-csrf-token': 'Required' });
      response.end();
      return;
    }
    if (request.headers['x-csrf-token'] === 'Fetch') {
      response.setHeader('x-csrf-token', this.csrfToken);
      response.setHeader('set-cookie', ['JSESSIONID=simulated; Path=/; Secure']);
    }
    const path = decodeURIComponent(url.pathname.slice('/api/v1'.length));
    const call = { method, path, query: url.searchParams, url, request, body: Buffer.concat(body), user: known };
    const answer = await this.serve(call);
    send(response, this.options.atom && method === 'GET' ? asAtom(answer) : answer);
  }

  private giveToken(request: IncomingMessage, url: URL, body: string, response: ServerResponse): void {
    const fields = new URLSearchParams(body);
    const grant = fields.get('grant_type') ?? url.searchParams.get('grant_type');
    const expected = `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')}`;
    response.setHeader('content-type', 'application/json');
    const { socket } = request;
    const shown = socket instanceof TLSSocket ? (socket.getPeerCertificate() as Partial<PeerCertificate>) : {};
    const byCertificate =
      this.options.client !== undefined &&
      fields.get('client_id') === this.clientId &&
      shown.raw?.equals(this.options.client.certificate.der) === true;
    if ((request.headers.authorization !== expected && !byCertificate) || grant !== 'client_credentials') {
      response.statusCode = 401;
      response.end(JSON.stringify({ error: 'unauthorized', error_description: 'Bad credentials' }));
      return;
    }
    const scope = this.roles.map((role) => `it-rt-simulator!b1.${role}`);
    const claims = Buffer.from(JSON.stringify({ scope, client_id: this.clientId })).toString('base64url');
    const token = `e30.${claims}.${randomBytes(12).toString('base64url')}`;
    const seconds = this.options.tokenSeconds ?? 43_200;
    this.tokens.set(token, Date.now() + seconds * 1_000);
    this.tokensGiven++;
    this.lastToken = token;
    const given = { access_token: token, token_type: 'bearer', expires_in: seconds, scope: scope.join(' ') };
    response.end(JSON.stringify(given));
  }

  /** The name of who it is; undefined for nobody. */
  private isKnown(authorization: string): string | undefined {
    const token = /^Bearer (.+)$/.exec(authorization)?.[1];
    if (token !== undefined) return (this.tokens.get(token) ?? 0) > Date.now() ? this.clientId : undefined;
    const expected = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`;
    return authorization === expected ? this.user : undefined;
  }

  private batch(call: Call): Promise<Reply> {
    return batchReply(call.request.headers['content-type'] ?? '', call.body, ({ method, path, body }) => {
      const url = new URL(`${this.origin}/api/v1${path}`);
      const at = decodeURIComponent(url.pathname.slice('/api/v1'.length));
      return this.serve({ ...call, method, path: at, query: url.searchParams, url, body });
    });
  }

  private tooMany(): boolean {
    const now = performance.now();
    while ((this.served[0] ?? now) < now - 1_000) this.served.shift();
    this.served.push(now);
    return this.served.length > (this.options.perSecond ?? Infinity);
  }

  private get roles(): readonly string[] {
    return this.options.roles ?? usualRoles;
  }

  private async serve(call: Call): Promise<Reply> {
    if (call.path === '/$metadata') return metadata(entitySets);
    if (call.path === '/$batch') return this.batch(call);
    if (this.tooMany()) return { status: 429, headers: { 'retry-after': '1' } };
    try {
      return (
        (await this.keystoreApi.answer(call, this.roles)) ??
        this.content.answer(call, this.roles) ??
        json(404, {
          error: {
            code: 'Not Found',
            message: {
              lang: 'en',
              value: `Could not find an entity set or function import for '${call.path.slice(1)}'.`,
            },
          },
        })
      );
    } catch (error) {
      if (error instanceof Refused) return errorReply(error);
      throw error;
    }
  }
}
