import type { ConnectivityReport } from '../connectivity/report';
import { targetText } from '../connectivity/target';

/** A command of another tool. */
export interface ProofCommand {
  readonly tool: 'OpenSSL' | 'OpenSSH' | 'keytool';
  readonly command: string;
}

/** The same test with other tools, for people who ask for proof; the fullest first. Files are placeholders: no secret is in it. */
export function proofCommands(report: ConnectivityReport): ProofCommand[] {
  const { target } = report;
  if (target.protocol === 'ssh') {
    return [{ tool: 'OpenSSH', command: `ssh-keyscan -p ${target.port} ${target.host} | ssh-keygen -l -f -` }];
  }
  if (target.protection === 'off') return [];
  const openssl: ProofCommand = { tool: 'OpenSSL', command: opensslCommand(report) };
  // keytool only shows the certificates, and speaks TLS from the first octet on.
  return target.protection === 'tls'
    ? [openssl, { tool: 'keytool', command: `keytool -printcert -sslserver ${targetText(target)}` }]
    : [openssl];
}

function opensslCommand({ target, client }: ConnectivityReport): string {
  const parts = ['openssl s_client', `-connect ${targetText(target)}`];
  if (target.protection.startsWith('starttls')) parts.push(`-starttls ${target.protocol}`);
  if (/[a-z]/i.test(target.serverName)) {
    parts.push(`-servername ${target.serverName}`, `-verify_hostname ${target.serverName}`);
  } else parts.push(`-verify_ip ${target.serverName}`);
  parts.push('-showcerts', '-CAfile trusted.pem');
  if (client?.sent !== undefined) parts.push('-cert client.pem', '-key client.key', '-cert_chain chain.pem');
  return parts.join(' ');
}
