import { randomBytes } from 'node:crypto';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import type { Certificate } from '../../src/core/certificates/certificate';
import { emptyKeystore, writeKeystore } from '../../src/core/keystore/store';
import { addCertificates } from '../../src/core/keystore/edit';
import { localNames, makeCa, type TestIdentity } from './testCertificates';

/** An entry of the tenant's keystore. Private keys are of no use to anybody: the API never hands one out. */
export interface SimulatedEntry {
  readonly alias: string;
  /** Leaf first; a certificate alone for a certificate entry. */
  readonly chain: readonly Certificate[];
  readonly kind: 'keyPair' | 'certificate';
  readonly owner?: 'SAP' | 'Tenant Administrator';
  readonly modifiedBy?: string;
  readonly modified?: Date;
}

export interface SimulatorOptions {
  readonly entries?: readonly SimulatedEntry[];
  /** Of the token. Default: all that a keystore needs. */
  readonly roles?: readonly string[];
  /** Rows of a page before `__next`; SAP's 1,000 where absent. */
  readonly pageSize?: number;
  /** Whom a service key of the key type "Certificate" is for. */
  readonly client?: TestIdentity;
  /** Seconds that a token lasts. */
  readonly tokenSeconds?: number;
}

/** What one request is answered with, instead of what would be. */
export interface Fault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Cuts the connection. */
  readonly cut?: true;
}

/**
 * A tenant of SAP Cloud Integration as its documentation describes it: the OData V2 API of the security content over TLS on the loopback address, and a token end
 * point. Written from the documented API (`sap-api.md`), never seen beside a live tenant.
 */
export class TenantSimulator {
  readonly clientId = 'sb-simulator!b1';
  readonly clientSecret = `s3cret-${randomBytes(9).toString('base64url')}`;
  readonly user = 'tester@example';
  readonly password = `p4ss-${randomBytes(9).toString('base64url')}`;
  /** Of each request: method and path with its query. */
  readonly requests: string[] = [];
  /** Taken one by one, before anything else is done. */
  readonly faults: Fault[] = [];
  entries: SimulatedEntry[];
  tokensGiven = 0;
  private readonly tokens = new Map<string, number>();

  private constructor(
    private readonly server: https.Server,
    /** PEM, to be trusted by the client. */
    readonly ca: string,
    private readonly options: SimulatorOptions,
  ) {
    this.entries = [...(options.entries ?? [])];
  }

  static async start(options: SimulatorOptions = {}): Promise<TenantSimulator> {
    const root = await makeCa('Tenant Simulator Root');
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
    const simulator = new TenantSimulator(server, root.pem, options);
    server.on('request', (request, response) => {
      simulator.answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return simulator;
  }

  get origin(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port}`;
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
    await this.serve(url, response);
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
    const roles = this.options.roles ?? ['MonitoringDataRead', 'SecurityMaterialEdit'];
    const scope = roles.map((role) => `it-rt-simulator!b1.${role}`);
    const claims = Buffer.from(JSON.stringify({ scope, client_id: this.clientId })).toString('base64url');
    const token = `e30.${claims}.${randomBytes(12).toString('base64url')}`;
    const seconds = this.options.tokenSeconds ?? 43_200;
    this.tokens.set(token, Date.now() + seconds * 1_000);
    this.tokensGiven++;
    const given = { access_token: token, token_type: 'bearer', expires_in: seconds, scope: scope.join(' ') };
    response.end(JSON.stringify(given));
  }

  private isKnown(authorization: string): boolean {
    const token = /^Bearer (.+)$/.exec(authorization)?.[1];
    if (token !== undefined) return (this.tokens.get(token) ?? 0) > Date.now();
    return authorization === `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`;
  }

  private async serve(url: URL, response: ServerResponse): Promise<void> {
    const roles = this.options.roles ?? ['MonitoringDataRead'];
    if (!roles.includes('MonitoringDataRead')) {
      // Without the outer `error`, as the tenant does.
      reply(response, 403, { code: 'Forbidden', message: { lang: 'en', value: null } });
      return;
    }
    const path = url.pathname.slice('/api/v1'.length);
    if (path === '/KeystoreEntries') this.list(url, response);
    else if (path === "/KeystoreResources('system')") await this.publicContent(response);
    else refuse(response, 404, 'Not Found', `Could not find an entity set or function import for '${path.slice(1)}'.`);
  }

  private list(url: URL, response: ServerResponse): void {
    const name = url.searchParams.get('keystoreName') ?? 'system';
    if (!['system', 'backup_admin_system', 'KeyRenewal'].includes(name)) {
      refuse(response, 400, 'Bad Request', `Keystore name '${name}' is invalid.`);
      return;
    }
    const all = name === 'system' ? this.entries : [];
    const size = this.options.pageSize ?? 1_000;
    const from = Number(url.searchParams.get('$skiptoken') ?? 0);
    const results = all.slice(from, from + size).map((entry) => rowOf(entry, this.origin));
    const next = new URL(url);
    next.searchParams.set('$skiptoken', String(from + size));
    reply(response, 200, { d: { results, ...(from + size < all.length && { __next: next.href }) } });
  }

  /** JCEKS without a password; the chain of a key pair flattened behind its alias. */
  private async publicContent(response: ServerResponse): Promise<void> {
    const taken = new Set(this.entries.map(({ alias }) => alias));
    const flat: { alias: string; certificate: Certificate }[] = [];
    for (const { alias, chain } of this.entries) {
      chain.forEach((certificate, at) => {
        let name = at ? `${alias}_${at}` : alias;
        while (at && taken.has(name)) name += '_';
        taken.add(name);
        flat.push({ alias: name, certificate });
      });
    }
    const { keystore } = addCertificates(emptyKeystore('JCEKS'), flat);
    const resource = Buffer.from(await writeKeystore(keystore, 'unknown')).toString('base64');
    reply(response, 200, { d: { Name: 'system', Resource: resource, Password: null, Aliases: null } });
  }
}

/** An entry as the API lists it. */
export function rowOf({ alias, chain, kind, owner, modifiedBy, modified }: SimulatedEntry, origin: string): object {
  const [certificate] = chain;
  if (!certificate) throw new Error(`${alias} has no certificate`);
  const hex = Buffer.from(alias, 'utf8').toString('hex').toUpperCase();
  const when = `/Date(${(modified ?? new Date('2026-11-01T08:00:00Z')).getTime()})/`;
  const by = owner === 'SAP' ? 'SAP' : (modifiedBy ?? 'Tester');
  const uri = `${origin}/api/v1/KeystoreEntries('${hex}')`;
  return {
    __metadata: { id: uri, uri, type: 'com.sap.hci.api.KeystoreEntry' },
    Hexalias: hex,
    Alias: alias,
    KeyType: certificate.publicKey.algorithm,
    KeySize: certificate.publicKey.size ?? null,
    ValidNotBefore: `/Date(${certificate.notBefore.getTime()})/`,
    ValidNotAfter: `/Date(${certificate.notAfter.getTime()})/`,
    SerialNumber: `0x${certificate.serialNumber.toUpperCase()}`,
    SignatureAlgorithm: 'SHA256withRSA',
    EllipticCurve: null,
    Validity: null,
    SubjectDN: certificate.subject.toString(),
    IssuerDN: certificate.issuer.toString(),
    Version: 3,
    FingerprintSha256: certificate.sha256.toUpperCase().match(/../g)?.join(':') ?? '',
    Type: kind === 'keyPair' ? 'Key Pair' : 'Certificate',
    Owner: owner ?? 'Tenant Administrator',
    LastModifiedBy: by,
    LastModifiedTime: when,
    CreatedBy: by,
    CreatedTime: when,
    Status: 'unchanged',
  };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', dataserviceversion: '2.0' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string, value: string): void {
  reply(response, status, { error: { code, message: { lang: 'en', value } } });
}
