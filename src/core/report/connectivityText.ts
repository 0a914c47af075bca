import { protocols } from '../connectivity/protocols/protocols';
import type { ConnectivityReport, ServerReport, StepName, VerdictCode } from '../connectivity/report';
import { targetText } from '../connectivity/target';
import { groups, validityText } from '../keystore/describe';
import { firstFew } from '../firstFew';
import { proofCommands } from './proofCommands';

/** The verdict in one sentence that can be forwarded. */
export function headlineOf(report: ConnectivityReport): string {
  const where = targetText(report.target);
  const alias = report.client?.sent;
  switch (report.verdict) {
    case 'ok':
      if (report.target.protocol === 'ssh') return sshHeadline(report, where);
      return alias === undefined
        ? `${where} can be reached and is trusted`
        : `${where} is trusted and accepts "${alias}"`;
    case 'ok-client-certificate-not-requested':
      return `${where} is trusted, and never asked for a client certificate`;
    case 'ok-client-key-elsewhere':
      return `${where} would take the key pair, which stays on its tenant`;
    case 'ok-client-certificate-optional':
      return `${where} is trusted; it takes "${alias ?? ''}", and goes on without a client certificate too`;
    case 'ok-not-encrypted':
      return `${where} can be reached, and the connection is not encrypted`;
    case 'address-invalid':
      return `${report.target.host || 'The address'} cannot be tested`;
    case 'dns-not-found':
      return `There is no host ${report.target.host}`;
    case 'connection-refused':
      return `${where} refuses connections`;
    case 'timeout':
      return `${where} did not answer in time`;
    case 'proxy-refused':
      return `The proxy did not connect to ${where}`;
    case 'starttls-refused':
      return `${where} refused to start TLS`;
    case 'not-tls':
      return `${where} does not speak TLS`;
    case 'protocol-version':
      return `${where} speaks an old version of TLS only`;
    case 'no-shared-cipher':
      return `${where} and this client share no cipher`;
    case 'server-name-mismatch':
      return `The certificate of ${where} is not for ${report.target.serverName}`;
    case 'server-expired':
      return `The certificate of ${where} has expired`;
    case 'server-not-yet-valid':
      return `The certificate of ${where} is not valid yet`;
    case 'server-self-signed':
      return `${where} is not trusted: its certificate is self-signed`;
    case 'server-root-missing':
      return `${where} is not trusted: its root is not in the keystore`;
    case 'server-chain-incomplete':
      return `${where} is not trusted: it leaves an intermediate certificate out`;
    case 'server-certificate-invalid':
      return `${where} is not trusted: its certificate is invalid`;
    case 'client-certificate-required':
      return `${where} requires a client certificate`;
    case 'client-certificate-rejected':
      return `"${alias ?? ''}" was refused by ${where}`;
    case 'client-key-unusable':
      return 'The key pair cannot be used';
    case 'connection-closed':
      return `${where} closed the connection without a reason`;
    case 'not-ssh':
      return `${where} does not speak SSH`;
    case 'no-shared-algorithm':
      return `${where} and this client share no algorithm of SSH`;
    case 'host-key-unknown':
      return `The host key of ${where} is not among the known hosts`;
    case 'host-key-mismatch':
      return `The host key of ${where} is not the known one`;
    case 'login-refused':
      return `${where} refuses the login`;
    case 'contents-refused':
      return `${where} does not have what was looked for`;
    case 'service-refused':
      return `${where} does not go on as ${protocols[report.target.protocol].label}`;
  }
}

function sshHeadline({ steps }: ConnectivityReport, where: string): string {
  const stands = (name: StepName): boolean => steps.some(({ step, status }) => step === name && status === 'ok');
  if (stands('contents')) return `${where} takes the login and shows the directory`;
  return stands('login') ? `${where} takes the login` : `${where} can be reached and speaks SSH`;
}

/** What it means and what to do next, in plain words. */
export function explanationOf(report: ConnectivityReport): string {
  const { server, client } = report;
  const missing = server?.missing ?? 'its issuer';
  const accepts = client?.acceptableIssuers.length
    ? ` It names the issuers it accepts: ${firstFew(client.acceptableIssuers, 3, '; ')}.`
    : '';
  const failed = report.steps.find(({ status }) => status === 'failed')?.message ?? '';
  const line = report.ssh?.publicKeyLine;
  const publicKey = line === undefined ? '' : ` The public key that it has to know: ${line}`;
  const late = failed.includes('only after the handshake');
  const texts: Readonly<Record<VerdictCode, string>> = {
    ok: report.ssh
      ? sshExplanation(report.ssh)
      : 'The handshake works as a receiver adapter makes it with this keystore. Whether the receiver authorises the sender is not part of it.',
    'ok-client-certificate-not-requested':
      'The handshake works, but the certificate plays no part in it: the receiver has to ask for one, or authenticates in another way (basic, OAuth). Perhaps another port or host is the one for client certificates.',
    'ok-client-key-elsewhere': `The server is trusted, and it would take this key pair, by what it asks for; the handshake with it is not proven, for only the tenant can make that. SAP's own test does: Monitor, Manage Security, Connectivity Tests, TLS, with host ${report.target.host}, port ${report.target.port}, Authenticate with Client Certificate and this alias.`,
    'ok-client-certificate-optional':
      'The handshake works with the certificate. As the receiver also goes on without one, it decides later what a sender without certificate may do.',
    'ok-not-encrypted':
      'Everything that is sent can be read on the way, passwords too. Use TLS where the server has it; the tenant offers it as protection of the adapter.',
    'address-invalid': failed,
    'dns-not-found':
      'Check the spelling of the host. A host inside a company network is known there alone: the tenant reaches it through the Cloud Connector.',
    'connection-refused':
      'Check the port. A firewall may also refuse this machine and still let the tenant through, or the other way round.',
    timeout:
      'A firewall often drops connections silently: ask whether this machine, and the tenant, may connect. A slow server can be given more time.',
    'proxy-refused': `${failed} The proxy is the one of this machine's settings; the tenant does not use it.`,
    'starttls-refused': `${failed} Try it with TLS from the first octet on, on the port for that, or ask who runs the server.`,
    'not-tls': `${failed} Check the port: HTTPS is usually on 443, and SSH, plain HTTP or a proxy may be on this one.`,
    'protocol-version': 'The receiver has to enable TLS 1.2 or 1.3.',
    'no-shared-cipher': 'The receiver has to enable a cipher of today (AES-GCM with ECDHE).',
    'server-name-mismatch': `${failed} Use a host that the certificate names, or have the receiver issue one with this name.`,
    'server-expired': `${failed} Only the receiver can mend this.`,
    'server-not-yet-valid': `${failed} Check the clock of this machine; else only the receiver can mend this.`,
    'server-self-signed':
      "Nobody vouches for the certificate but itself. If you know it is the receiver's, compare its fingerprint with them and add it to the keystore.",
    'server-root-missing': rootMissing(server),
    'server-chain-incomplete': `The certificate is issued by ${missing}, which the server does not send and the keystore does not have. The receiver should send it; until then import it into the keystore.`,
    'server-certificate-invalid': failed,
    'client-certificate-required': late
      ? failed
      : `Choose a key pair that the receiver accepts, and set it as private key alias in the adapter.${accepts}`,
    'client-certificate-rejected': late
      ? failed
      : `The receiver has to know the certificate's issuer (or the certificate itself); hand it the public part.${accepts}`,
    'client-key-unusable': failed,
    'connection-closed':
      'The server, or something before it, hung up. Its log knows why; firewalls and load balancers do so for senders they do not know.',
    'not-ssh': `${failed} Check the port: SSH and SFTP are usually on 22; FTP and FTPS are something else.`,
    'no-shared-algorithm': `${failed} The server has to enable algorithms of today; the tenant has no others either.`,
    'host-key-unknown': `${failed} Compare the fingerprint with what the server's owner says, then add the line to the known hosts artifact of the tenant.`,
    'host-key-mismatch': `${failed} Ask the server's owner whether the host key was changed, and replace the line in the known hosts artifact of the tenant only then.`,
    'login-refused': `${failed} The connection itself stands: check the user, and the password or the key that the server knows for it.${publicKey}`,
    'contents-refused': `${failed} The connection itself stands: check the spelling, and what the user may do there.`,
    'service-refused': `${failed} The connection itself stands: check the port and the kind of server, or ask who runs it.`,
  };
  return texts[report.verdict];
}

function sshExplanation({ hostKey }: NonNullable<ConnectivityReport['ssh']>): string {
  const line = hostKey ? ` Line for the known hosts artifact of the tenant: ${hostKey.knownHostsLine}` : '';
  return `The SFTP adapter can speak with this server.${line}`;
}

function rootMissing(server: ServerReport | undefined): string {
  const { chain = [], missing = 'its issuer', offer } = server ?? {};
  const ends = `The chain ends at ${missing}, which is not in the keystore`;
  if (!offer) {
    return `${ends}, and the server did not send it. Get that certificate from the receiver or its authority and import it.`;
  }
  const add = `Add "${offer.subject.short}" to the keystore after comparing its fingerprint`;
  if (!chain.includes(offer)) {
    return `${ends}; servers do not send their root. It is the root of a public authority. ${add} with the one the authority publishes.`;
  }
  if (offer.selfIssued) return `${ends}. ${add} with the one the receiver tells you.`;
  return `${ends}, and the server did not send it. Import the root you get from the receiver. Or: ${add}; then trust holds as long as the server uses this intermediate.`;
}

const marks = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: 'skipped' } as const;

const stepNames: Readonly<Record<StepName, string>> = {
  address: 'Address',
  dns: 'DNS',
  tcp: 'TCP',
  proxy: 'Proxy',
  starttls: 'STARTTLS',
  tls: 'TLS',
  serverName: 'Server name',
  serverTrust: 'Server trust',
  clientCertificate: 'Client certificate',
  accepted: 'Accepted',
  ssh: 'SSH',
  hostKey: 'Host key',
  service: 'Service',
  login: 'Login',
  contents: 'Checked',
};

export function stepNameOf(step: StepName): string {
  return stepNames[step];
}

/** Where and when, in one line. */
export function circumstancesOf(report: ConnectivityReport): string {
  const { tls, from, at, ms, proxy } = report;
  const time = at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return [tls?.version, `tested from ${from}${proxy === undefined ? '' : ` through the ${proxy}`}`, time, `${ms} ms`]
    .filter(Boolean)
    .join(' · ');
}

/** The report as plain text, as the command line shows it. */
export function reportText(report: ConnectivityReport): string {
  const lines = [
    `${report.ok ? 'OK' : 'FAILED'}: ${headlineOf(report)} [${report.verdict}]`,
    circumstancesOf(report),
    '',
  ];
  for (const { step, status, message } of report.steps) {
    lines.push(`${marks[status].padEnd(8)} ${stepNames[step].padEnd(19)} ${message}`);
  }
  const chain = report.server?.chain ?? [];
  if (chain.length) lines.push('', 'Certificates of the server, as sent:');
  for (const certificate of chain) {
    lines.push(
      `  ${certificate.subject.toString()}`,
      `    issued by ${certificate.issuer.toString()}, ${validityText(certificate, report.at, 30)}`,
      `    SHA-256 ${groups(certificate.sha256)}`,
    );
  }
  for (const remark of report.server?.remarks ?? []) lines.push(`  Note: ${remark}`);
  for (const { label, values, total = values.length } of report.service?.found ?? []) {
    if (values.length > 5) lines.push('', `${label}: ${total}`, ...values.map((value) => `  ${value}`));
  }
  const candidates = report.client?.candidates ?? [];
  if (candidates.length) lines.push('', 'Key pairs of the keystore:');
  for (const { alias, usable, why } of candidates) {
    lines.push(`  ${alias}: ${usable ? 'usable' : 'not usable'}${why === undefined ? '' : `: ${why}`}`);
  }
  lines.push('', explanationOf(report));
  return `${lines.join('\n')}\n`;
}

/** The report in Markdown, for tickets and mails. */
export function reportMarkdown(report: ConnectivityReport): string {
  const lines = [
    `## ${headlineOf(report)}`,
    '',
    `${circumstancesOf(report)} · verdict \`${report.verdict}\``,
    '',
    explanationOf(report),
    '',
  ];
  lines.push('| Step | Result | |', '|---|---|---|');
  for (const { step, status, message } of report.steps) {
    lines.push(`| ${stepNames[step]} | ${marks[status]} | ${cell(message)} |`);
  }
  const chain = report.server?.chain ?? [];
  if (chain.length) lines.push('', '| Certificate as sent | Issuer | Valid to | SHA-256 |', '|---|---|---|---|');
  for (const certificate of chain) {
    lines.push(
      `| ${cell(certificate.subject.toString())} | ${cell(certificate.issuer.toString())} | ${certificate.notAfter.toISOString().slice(0, 10)} | \`${groups(certificate.sha256)}\` |`,
    );
  }
  for (const remark of report.server?.remarks ?? []) lines.push('', `Note: ${cell(remark)}`);
  const issuers = report.client?.acceptableIssuers ?? [];
  if (issuers.length) {
    lines.push(
      '',
      'Issuers of client certificates that the server accepts:',
      '',
      ...issuers.map((issuer) => `- ${cell(issuer)}`),
    );
  }
  for (const { tool, command } of proofCommands(report)) {
    lines.push('', `The same test with ${tool}:`, '', '```', command, '```');
  }
  return `${lines.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replace(/[\\|<>*_`[\]]/g, '\\$&').replace(/\s+/g, ' ');
}
