import type { Certificate } from '../../../src/core/certificates/certificate';
import { readCertificates } from '../../../src/core/certificates/import';
import { certificatesPem } from '../../../src/core/certificates/pem';
import { pkcs7Of } from '../../../src/core/certificates/pkcs7';
import { requestPem } from '../../../src/core/certificates/request';
import { writePem } from '../../../src/core/certificates/pem';
import { readKeystore } from '../../../src/core/keystore/store';
import { collection, selected } from './query';
import { publicContentOf, type SimulatedEntry, type SimulatedKeystore } from './keystore';
import { forbidden, json, keysIn, nothing, Refused, type Call, type Reply } from './replies';

/** The part of the API that is about the keystore. */
export class KeystoreApi {
  constructor(
    readonly keystore: SimulatedKeystore,
    private readonly pageSize: number,
  ) {}

  /** Undefined for a path that is not its own. */
  async answer(call: Call, roles: readonly string[]): Promise<Reply | undefined> {
    const set = /^\/(\w+)/.exec(call.path)?.[1] ?? '';
    if (!sets.has(set)) return undefined;
    const needed = call.method === 'GET' ? 'MonitoringDataRead' : 'SecurityMaterialEdit';
    if (!roles.includes(needed)) return forbidden();
    try {
      return call.method === 'GET' ? await this.read(call, set) : await this.write(call, set);
    } catch (error) {
      // A refusal without words is the one that the tenant gives no words for.
      if (error instanceof Refused && error.status === 403) return forbidden();
      throw error;
    }
  }

  private async read(call: Call, set: string): Promise<Reply> {
    const { path, query } = call;
    const key = keysIn(path)[''] ?? '';
    if (path === '/KeystoreEntries') return this.list(call, this.named(query.get('keystoreName') ?? 'system'));
    if (path === '/HistoryKeystoreEntries') return this.list(call, this.keystore.history);
    if (set === 'Keystores') {
      if (key !== 'system') throw new Refused(400, 'Bad Request', `Keystore name '${key}' is invalid.`);
      const size = this.keystore.entries.length;
      if (path.endsWith('/Size/$value')) return { status: 200, body: String(size), type: 'text/plain' };
      const ticks = `/Date(${this.keystore.lastModified.getTime()})/`;
      return json(200, {
        d: { Name: 'system', LastModifiedBy: this.keystore.lastModifiedBy, LastModifiedTime: ticks, Size: size },
      });
    }
    if (set === 'KeystoreResources') {
      if (key === 'backup_admin_system' && !this.keystore.backup) {
        throw new Refused(404, 'Not Found', 'There is no backup');
      }
      const resource = await publicContentOf(key === 'system' ? this.keystore.entries : (this.keystore.backup ?? []));
      return json(200, { d: { Name: key, Resource: resource, Password: null, Aliases: null } });
    }
    const alias = aliasOf(key);
    const entries = this.named(query.get('keystoreName') ?? 'system');
    const entry = entries.find((each) => each.alias === alias);
    if (!entry) throw new Refused(404, 'Not Found', `Alias '${alias}' not found in the keystore`);
    return this.partOf(entry, path, query, call.url.origin);
  }

  private async partOf(entry: SimulatedEntry, path: string, query: URLSearchParams, origin: string): Promise<Reply> {
    const [leaf] = entry.chain;
    if (!leaf) throw new Refused(404, 'Not Found', 'No certificate');
    switch (/\)(\/.*)?$/.exec(path)?.[1] ?? '') {
      case '':
        return json(200, { d: selected(rowOf(entry, origin), query.get('$select')) });
      case '/Certificate/$value': {
        const shown = query.get('rootCA') === 'true' ? (entry.chain.at(-1) ?? leaf) : leaf;
        return { status: 200, body: certificatesPem([shown]), type: 'application/pkix-cert' };
      }
      case '/ChainResource/$value':
        return { status: 200, body: writePem('PKCS7', pkcs7Of(entry.chain)), type: 'application/pkcs7-mime' };
      case '/SigningRequest/$value': {
        const body = requestPem(await this.keystore.request(entry.alias));
        return { status: 200, body, type: 'application/pkcs10' };
      }
      default:
        throw new Refused(404, 'Not Found', `${path} is not there`);
    }
  }

  private async write(call: Call, set: string): Promise<Reply> {
    const { method, path, query, body, user } = call;
    const flag = (name: string): boolean => query.get(name) === 'true';
    const alias = aliasOf(keysIn(path)[''] ?? '');
    const fields = (): Readonly<Record<string, unknown>> => objectIn(body);
    const text = (name: string): string => {
      const value = fields()[name];
      return typeof value === 'string' ? value : '';
    };
    const verified = flag('fingerprintVerified');
    switch (`${method} ${set}`) {
      case 'PUT CertificateResources': {
        await this.keystore.putCertificate(alias, derIn(body), flag('update'), verified, user);
        return nothing;
      }
      case 'POST KeyPairResources': {
        const pkcs12 = Buffer.from(text('Resource'), 'base64');
        await this.keystore.putKeyPair(text('Alias'), pkcs12, text('Password'), flag('update'), verified, user);
        return nothing;
      }
      case 'PUT CertificateChainResources': {
        await this.keystore.putChain(alias, chainIn(body), verified, user);
        return nothing;
      }
      case 'PUT KeystoreEntries':
        await this.keystore.rename(alias, query.get('renameAlias') ?? '', user);
        return nothing;
      case 'DELETE KeystoreEntries':
        if (flag('activate')) await this.keystore.activate(alias);
        else {
          this.keystore.known(alias);
          await this.keystore.delete([alias], user);
        }
        return nothing;
      case 'POST KeyPairGenerationRequests':
        await this.keystore.generate(fields(), user);
        return nothing;
      case 'PUT HistoryKeystoreEntries':
        this.keystore.copyFromHistory(alias, query.get('destinationAlias'));
        return nothing;
      case 'PUT KeystoreResources':
        if (flag('deleteEntries')) await this.keystore.delete(aliasesIn(text('Aliases')), user);
        else await this.keystore.restore(query.get('importOption') ?? 'overwrite', user);
        return nothing;
      case 'POST KeystoreResources': {
        if (text('Name') === 'backup_admin_system') {
          this.keystore.backUp();
          return nothing;
        }
        return this.upload(call, text('Resource'), text('Password'));
      }
      default:
        throw new Refused(405, 'Method Not Allowed', `${method} ${path}`);
    }
  }

  private async upload({ query, user, url }: Call, resource: string, password: string): Promise<Reply> {
    const bytes = Buffer.from(resource, 'base64');
    if (bytes.length > 6_291_456) throw new Refused(413, 'Request Entity Too Large', 'More than 6 MB');
    let keystore;
    try {
      keystore = await readKeystore(bytes, password);
    } catch {
      throw new Refused(400, 'Bad Request', 'The keystore could not be read; the password may be wrong');
    }
    if (keystore.type !== 'JKS' && keystore.type !== 'JCEKS') {
      throw new Refused(415, 'Unsupported Media Type', 'The keystore is no JKS and no JCEKS');
    }
    const status = await this.keystore.import(keystore, password, query.get('importOption') ?? 'overwrite', user);
    const rows = this.keystore.entries.map((entry) => ({
      ...rowOf(entry, url.origin),
      Status: status.get(entry.alias) ?? 'unchanged',
    }));
    const refused = [...status]
      .filter(([alias]) => !this.keystore.get(alias))
      .map(([Alias, Status]) => ({ Alias, Status }));
    return json(200, { d: { results: [...rows, ...refused] } });
  }

  private list({ url }: Call, all: readonly SimulatedEntry[]): Reply {
    return collection(
      all.map((entry) => rowOf(entry, url.origin)),
      url,
      this.pageSize,
    );
  }

  private named(name: string): readonly SimulatedEntry[] {
    const { entries, renewal, history, backup } = this.keystore;
    const found = { system: entries, KeyRenewal: renewal, KeyHistory: history, backup_admin_system: backup ?? [] }[
      name
    ];
    if (!found) throw new Refused(400, 'Bad Request', `Keystore name '${name}' is invalid.`);
    return found;
  }
}

const sets: ReadonlySet<string> = new Set([
  'KeystoreEntries',
  'HistoryKeystoreEntries',
  'Keystores',
  'KeystoreResources',
  'CertificateResources',
  'CertificateChainResources',
  'KeyPairResources',
  'KeyPairGenerationRequests',
]);

function aliasOf(hex: string): string {
  if (hex.length % 2) throw new Refused(500, 'Internal Server Error', `hexBinary needs to be even-length: ${hex}`);
  return Buffer.from(hex, 'hex').toString('utf8');
}

/** DER, PEM, or base64 alone. */
function derIn(body: Buffer): Uint8Array {
  try {
    return readCertificates(body[0] === 0x30 ? body : body.toString('latin1')).certificates[0]?.der ?? body;
  } catch {
    throw new Refused(415, 'Unsupported Media Type', 'The certificate could not be read');
  }
}

function chainIn(body: Buffer): readonly Certificate[] {
  try {
    return readCertificates(body).certificates;
  } catch {
    throw new Refused(415, 'Unsupported Media Type', 'The chain could not be read');
  }
}

function objectIn(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new Refused(400, 'Bad Request', 'The body is no JSON');
  }
}

/** Separated by semicolons; a backslash takes the meaning of the one after it. */
const aliasesIn = (text: string): string[] =>
  [...text.matchAll(/(?:\\.|[^;\\])+/g)].map(([alias]) => alias.replace(/\\(.)/g, '$1'));

/** An entry as the API lists it. */
export function rowOf(entry: SimulatedEntry, origin: string): Readonly<Record<string, unknown>> {
  const { alias, chain, kind, owner, modifiedBy, modified, originalAlias } = entry;
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
    ...(originalAlias !== undefined && {
      ...{
        OriginalAlias: originalAlias,
        ActivatedBy: 'SAP',
        ActiveFrom: when,
        DeactivatedBy: 'SAP',
        ActiveUntil: when,
      },
      ActivationSequenceNumber: Number(/^\[(\d+)/.exec(alias)?.[1] ?? 0),
    }),
  };
}
