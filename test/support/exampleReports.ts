import type { ConnectivityReport, Step } from '../../src/core/connectivity/report';
import { makeCa, type TestIdentity } from './testCertificates';

export const reportTarget = {
  host: 'api.partner.example',
  port: 443,
  serverName: 'api.partner.example',
  protocol: 'tls',
  protection: 'tls',
} as const;

const reached: readonly Step[] = [
  { step: 'address', status: 'ok', message: 'api.partner.example:443' },
  { step: 'dns', status: 'ok', message: '192.0.2.10, 192.0.2.11' },
  { step: 'tcp', status: 'ok', message: 'Connected to 192.0.2.10 in 12 ms.' },
  { step: 'tls', status: 'ok', message: 'TLSv1.3, TLS_AES_256_GCM_SHA384' },
  { step: 'serverName', status: 'ok', message: 'The certificate is for api.partner.example.' },
];

export interface ExampleReports {
  readonly ok: ConnectivityReport;
  readonly rejected: ConnectivityReport;
  readonly untrusted: ConnectivityReport;
  /** As from a public server: its root is not sent. */
  readonly rootNotSent: ConnectivityReport;
  readonly unreachable: ConnectivityReport;
  /** Its certificate says where the missing one lies. */
  readonly incomplete: ConnectivityReport;
  /** With a key pair of a tenant. */
  readonly onTenant: ConnectivityReport;
  /** Of an SSH server. */
  readonly ssh: ConnectivityReport;
  readonly root: TestIdentity;
}

/** Reports as the connectivity test makes them, for a fixed moment. */
export async function exampleReports(now: Date): Promise<ExampleReports> {
  const root = await makeCa('Example Root', { organization: 'Example AG' });
  const issuing = await root.issue('Example Issuing CA', { ca: {}, organization: 'Example AG' });
  const server = await issuing.issue('api.partner.example');
  const base = {
    target: reportTarget,
    from: 'workstation-7',
    at: now,
    ms: 183,
    attempts: [
      { address: '192.0.2.10', family: 4, outcome: 'connected', ms: 12 },
    ] as unknown as ConnectivityReport['attempts'],
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  };
  const chain = [server.certificate, issuing.certificate, root.certificate];
  const anchor = { alias: 'example root', certificate: root.certificate };
  const trusted: Step = {
    step: 'serverTrust',
    status: 'ok',
    message: 'api.partner.example < Example Issuing CA < Example Root, anchored by the entry "example root".',
  };
  const requested = {
    requested: true,
    required: true,
    acceptableIssuers: ['CN=Partner CA 1,O=Partner', 'CN=Partner CA 2,O=Partner', 'CN=Old CA'],
    sent: 'partner_a',
  };
  const asked: Step = { step: 'clientCertificate', status: 'ok', message: 'Requested, and required.' };
  const untrusted: ConnectivityReport = {
    ...base,
    verdict: 'server-root-missing',
    ok: false,
    steps: [
      ...reached,
      {
        step: 'serverTrust',
        status: 'failed',
        code: 'server-root-missing',
        message: '"Example Root" is not in the keystore.',
      },
      { step: 'clientCertificate', status: 'ok', message: 'Not requested.' },
      { step: 'accepted', status: 'ok', message: 'The server went on without a client certificate.' },
    ],
    server: { chain, missing: root.certificate.subject.toString(), offer: root.certificate },
    client: { requested: false, required: false, acceptableIssuers: [], accepted: true, candidates: [] },
  };
  const leaf = await issuing.issue('api.partner.example', { issuerAt: 'http://ca.example/issuing.cer' });
  const missing = issuing.certificate.subject.toString();
  const incomplete: ConnectivityReport = {
    ...untrusted,
    verdict: 'server-chain-incomplete',
    steps: untrusted.steps.map((step) =>
      step.step === 'serverTrust'
        ? {
            step: 'serverTrust',
            status: 'failed',
            code: 'server-chain-incomplete',
            message: 'The server did not send the intermediate certificate that issued it.',
          }
        : step,
    ),
    server: { chain: [leaf.certificate], missing },
  };
  const onTenant: ConnectivityReport = {
    ...base,
    verdict: 'ok-client-key-elsewhere',
    ok: true,
    steps: [
      ...reached,
      trusted,
      {
        step: 'clientCertificate',
        status: 'warning',
        code: 'ok-client-key-elsewhere',
        message:
          'The private key of "partner_a" stays on acme.example, so it was not shown; it is issued by one of the issuers that the server accepts.',
      },
      { step: 'accepted', status: 'skipped', message: 'Not reached.' },
    ],
    server: { chain, anchor },
    client: {
      ...{ requested: true, required: true, acceptableIssuers: requested.acceptableIssuers, accepted: false },
      candidates: [
        { alias: 'partner_a', usable: true },
        { alias: 'sap_cloudintegrationcertificate', usable: false, why: 'Its issuer is not among those accepted.' },
      ],
    },
  };
  const ssh: ConnectivityReport = {
    target: { ...reportTarget, port: 22, protocol: 'ssh', protection: 'ssh' },
    ...{ from: base.from, at: now, ms: 95, attempts: base.attempts, verdict: 'ok', ok: true },
    steps: [
      ...reached.slice(0, 3),
      { step: 'ssh', status: 'ok', message: 'SSH-2.0-OpenSSH_9.2, curve25519-sha256, aes128-gcm@openssh.com' },
      { step: 'hostKey', status: 'ok', message: 'ssh-ed25519 SHA256:TqN8udOE, as in line 1 of the known hosts.' },
      { step: 'login', status: 'ok', message: 'Logged in as "me" (publickey; key pair "ssh").' },
      { step: 'contents', status: 'ok', message: 'Directory: /out. Names: 2 (a.xml, b.xml).' },
    ],
    ssh: {
      ident: 'SSH-2.0-OpenSSH_9.2',
      hostKey: {
        type: 'ssh-ed25519',
        fingerprint: 'SHA256:TqN8udOE/OU15phuN4dalXYlgqjBf1LIUgjL96fVEk0',
        knownHostsLine: 'api.partner.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHIkBEFQDCPzAQB7CXLiWW1rCFc0',
      },
      algorithms: {
        keyExchange: 'curve25519-sha256',
        hostKey: 'ssh-ed25519',
        cipher: 'aes128-gcm@openssh.com',
        mac: 'in the cipher',
      },
    },
    service: {
      offers: [],
      loggedIn: 'publickey',
      found: [
        { label: 'Directory', values: ['/out'] },
        { label: 'Names', values: ['a.xml', 'b.xml'] },
      ],
    },
  };
  return {
    root,
    incomplete,
    onTenant,
    ssh,
    untrusted,
    rootNotSent: { ...untrusted, server: { ...untrusted.server, chain: chain.slice(0, 2) } },
    ok: {
      ...base,
      verdict: 'ok',
      ok: true,
      steps: [...reached, trusted, asked, { step: 'accepted', status: 'ok', message: 'The server took "partner_a".' }],
      server: { chain: chain.slice(0, 2), anchor },
      client: { ...requested, accepted: true, candidates: [{ alias: 'partner_a', usable: true }] },
    },
    rejected: {
      ...base,
      verdict: 'client-certificate-rejected',
      ok: false,
      steps: [
        ...reached,
        trusted,
        asked,
        {
          step: 'accepted',
          status: 'failed',
          code: 'client-certificate-rejected',
          message: 'The alert unknown_ca came after "partner_a" was sent.',
        },
      ],
      server: { chain, anchor },
      client: {
        ...requested,
        accepted: false,
        candidates: [
          { alias: 'renewal_b', usable: true, why: 'It expires in 12 days.' },
          { alias: 'partner_a', usable: false, why: 'Its issuer is not among those the server accepts.' },
        ],
      },
    },
    unreachable: {
      target: base.target,
      from: base.from,
      at: now,
      ms: 10_004,
      attempts: [],
      verdict: 'timeout',
      ok: false,
      steps: [
        ...reached.slice(0, 2),
        {
          step: 'tcp',
          status: 'failed',
          code: 'timeout',
          message: 'No connection within 10 seconds: a firewall may drop it.',
        },
        ...(['tls', 'serverName', 'serverTrust', 'clientCertificate', 'accepted'] as const).map((step): Step => ({
          step,
          status: 'skipped',
          message: 'Not reached.',
        })),
      ],
    },
  };
}
