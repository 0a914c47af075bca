import type net from 'node:net';
import type { VerdictCode } from '../../src/core/connectivity/report';
import { closedPort, startTcpServer, startTlsServer, type FaultServer, type TlsServerOptions } from './faultServers';
import { localNames, makeCa, makeSelfSigned, type TestIdentity } from './testCertificates';

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** A server with or without a fault, and what a test of it has to say. */
export interface Fault {
  readonly name: string;
  readonly start: (version: TlsVersion) => Promise<FaultServer>;
  readonly trusted: readonly TestIdentity[];
  /** Whose certificate is shown where the server asks for one. */
  readonly client?: TestIdentity;
  readonly verdict: VerdictCode | Readonly<Record<TlsVersion, VerdictCode>>;
}

export const versions: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];

export const verdictOf = ({ verdict }: Fault, version: TlsVersion): VerdictCode =>
  typeof verdict === 'string' ? verdict : verdict[version];

/** Real servers of Node's for everything that can be wrong with the certificates of a receiver, or with ours. Names and CAs are made anew. */
export async function faultMatrix(): Promise<Fault[]> {
  const root = await makeCa('Matrix Root');
  const issuing = await root.issue('Matrix Issuing CA', { ca: {} });
  const host = { alternativeNames: localNames };
  const server = await issuing.issue('localhost', { ...host, extendedKeyUsage: ['serverAuth'] });
  const clientRoot = await makeCa('Matrix Client Root');
  const client = await clientRoot.issue('partner_a', { extendedKeyUsage: ['clientAuth'] });
  const clientIssuing = await clientRoot.issue('Matrix Client Issuing', { ca: {} });
  const deepClient = await clientIssuing.issue('partner_deep');
  const stranger = await (await makeCa('Stranger Root')).issue('stranger');
  const overClient = await clientRoot.issue('partner_over', { fromDays: -9, toDays: -2 });
  const other = await makeCa('Other Root');
  const self = await makeSelfSigned('localhost', host);
  const leaf = (options: Parameters<TestIdentity['issue']>[1] = {}): Promise<TestIdentity> =>
    issuing.issue('localhost', { ...host, ...options });
  const overRoot = await makeCa('Matrix Old Root', { fromDays: -99, toDays: -2 });
  const overIssuing = await root.issue('Matrix Over Issuing', { ca: {}, fromDays: -99, toDays: -2 });
  const shortCa = await root.issue('Matrix Short', { ca: { pathLength: 0 } });
  const tooDeep = await shortCa.issue('Matrix Too Deep', { ca: {} });
  const noAuthority = await issuing.issue('No Authority');
  const namesake = await makeCa('Matrix Root');
  const many = await Promise.all(Array.from({ length: 40 }, (_, i) => makeCa(`Accepted CA ${i}`)));

  const faults: Fault[] = [];
  const tls = (
    name: string,
    verdict: Fault['verdict'],
    options: TlsServerOptions,
    { trusted = [root], client: shown }: { trusted?: readonly TestIdentity[]; client?: TestIdentity } = {},
  ): void =>
    void faults.push({
      name,
      verdict,
      trusted,
      start: (version) => startTlsServer({ version, ...options }),
      ...(shown && { client: shown }),
    });
  const tcp = (name: string, verdict: Fault['verdict'], onConnection: (socket: net.Socket) => void): void =>
    void faults.push({ name, verdict, trusted: [root], start: () => startTcpServer(onConnection) });
  const chainOf = (...identities: readonly TestIdentity[]): string => identities.map(({ pem }) => pem).join('');

  // The server's certificates.
  tls('all as it should be', 'ok', { identity: server });
  tls('the root is sent too', 'ok', { identity: server, chainPem: chainOf(server, issuing, root) });
  tls('the intermediate is the anchor', 'ok', { identity: server }, { trusted: [issuing] });
  tls('the certificate itself is the anchor', 'ok', { identity: server }, { trusted: [server] });
  tls('in the wrong order', 'ok', { identity: server, chainPem: chainOf(server, root, issuing) });
  tls('with strangers', 'ok', { identity: server, chainPem: chainOf(server, other, issuing, stranger) });
  tls('an expired anchor', 'ok', { identity: await overRoot.issue('localhost', host) }, { trusted: [overRoot] });
  tls('Ed25519', 'ok', { identity: await leaf({ key: { algorithm: 'Ed25519' } }) });
  tls('RSA 2048', 'ok', { identity: await leaf({ key: { algorithm: 'RSA', bits: 2048 } }) });
  tls('EC P-521', 'ok', { identity: await leaf({ key: { algorithm: 'EC', curve: 'P-521' } }) });
  tls('no alternative names, the host as common name', 'ok', { identity: await issuing.issue('localhost') });
  tls('the root is not in the keystore', 'server-root-missing', { identity: server }, { trusted: [other] });
  tls('an empty keystore', 'server-root-missing', { identity: server }, { trusted: [] });
  tls('the intermediate is not sent', 'server-chain-incomplete', { identity: server, chainPem: server.pem });
  tls('self-signed', 'server-self-signed', { identity: self });
  tls('self-signed, and the anchor', 'ok', { identity: self }, { trusted: [self] });
  tls('expired', 'server-expired', { identity: await leaf({ fromDays: -9, toDays: -2 }) });
  tls('not valid yet', 'server-not-yet-valid', { identity: await leaf({ fromDays: 2, toDays: 9 }) });
  tls('for another name', 'server-name-mismatch', {
    identity: await leaf({ alternativeNames: [{ kind: 'dns', value: 'other.example' }] }),
  });
  tls('the common name beside other alternative names', 'server-name-mismatch', {
    identity: await issuing.issue('localhost', { alternativeNames: [{ kind: 'dns', value: 'other.example' }] }),
  });
  tls('not for servers', 'server-certificate-invalid', { identity: await leaf({ extendedKeyUsage: ['clientAuth'] }) });
  tls('below something that is no authority', 'server-certificate-invalid', {
    identity: await noAuthority.issue('localhost', host),
  });
  tls('an expired intermediate', 'server-expired', { identity: await overIssuing.issue('localhost', host) });
  tls('a path longer than allowed', 'server-certificate-invalid', { identity: await tooDeep.issue('localhost', host) });
  tls('a root of the same name with another key', 'server-root-missing', {
    identity: await namesake.issue('localhost', host),
  });

  tls('ten certificates', 'ok', { identity: server, chainPem: chainOf(server, issuing, root, ...many.slice(0, 7)) });
  tls('eleven certificates', 'server-certificate-invalid', {
    identity: server,
    chainPem: chainOf(server, issuing, root, ...many.slice(0, 8)),
  });

  // Ours.
  tls('required, and given', 'ok', { identity: server, clientCa: clientRoot }, { client });
  tls('required, below an intermediate', 'ok', { identity: server, clientCa: clientRoot }, { client: deepClient });
  tls('required, and none', 'client-certificate-required', { identity: server, clientCa: clientRoot });
  const refused = { identity: server, clientCa: clientRoot };
  tls('required, and one of a stranger', 'client-certificate-rejected', refused, { client: stranger });
  tls('required, and an expired one', 'client-key-unusable', refused, { client: overClient });
  const optional = { identity: server, clientCa: clientRoot, required: false };
  tls('asked for, and given', 'ok-client-certificate-optional', optional, { client });
  tls('asked for, and none', 'ok', optional);
  tls('never asked for, and given', 'ok-client-certificate-not-requested', { identity: server }, { client });
  tls(
    'forty issuers accepted',
    'ok',
    { identity: server, clientCa: clientRoot, moreIssuersPem: many.map(({ pem }) => pem).join('') },
    { client },
  );
  tls('untrusted, and refuses us', 'server-root-missing', refused, { trusted: [other], client: stranger });

  // The connection.
  tls('hangs up after the handshake', 'connection-closed', { identity: server, onSecure: (socket) => socket.end() });
  tcp('plain HTTP', 'not-tls', (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  tcp('SSH', 'not-tls', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
  tcp('random octets', 'not-tls', (socket) => socket.once('data', () => socket.end(Buffer.alloc(2_000, 0xa7))));
  tcp('hangs up', 'connection-closed', (socket) => socket.once('data', () => socket.end()));
  tcp('silent', 'timeout', () => undefined);
  tcp('only TLS 1.1', 'protocol-version', (socket) =>
    // Alert protocol_version (RFC 8446 section 6.2).
    socket.once('data', () => socket.end(Buffer.from([0x15, 0x03, 0x03, 0, 2, 2, 70]))),
  );
  faults.push({
    name: 'nothing listens',
    verdict: 'connection-refused',
    trusted: [root],
    start: async () => ({ port: await closedPort(), stop: () => Promise.resolve() }),
  });
  return faults;
}
