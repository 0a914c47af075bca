import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { closedPort, untilListening } from './faultServers';

/** Whether a daemon of Debian's packages is there; asking it for help would start some of them. */
export function hasDaemon(name: string): boolean {
  return ['/usr/sbin', '/usr/local/sbin', '/usr/bin'].some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Real mail and file servers with one certificate, in a folder of their own, until they are stopped. */
export class Daemons {
  private readonly running: ChildProcess[] = [];

  /** @param folder that the daemons may enter; `server.pem` and `server.key` lie in it */
  constructor(private readonly folder: string) {
    chmodSync(folder, 0o755);
  }

  private at(name: string): string {
    return path.join(this.folder, name);
  }

  async dovecot(): Promise<{ imap: number; imaps: number; pop3: number; pop3s: number }> {
    const ports = {
      imap: await closedPort(),
      imaps: await closedPort(),
      pop3: await closedPort(),
      pop3s: await closedPort(),
    };
    mkdirSync(this.at('dovecot'), { recursive: true });
    const listener = (name: string, port: number): string => `inet_listener ${name} {
    address = 127.0.0.1
    port = ${port}
    ssl = ${name.endsWith('s') ? 'yes' : 'no'}
  }`;
    this.write(
      'dovecot.conf',
      `base_dir = ${this.at('dovecot')}
state_dir = ${this.at('dovecot')}
log_path = ${this.at('dovecot.log')}
protocols = imap pop3
auth_mechanisms = plain cram-md5
mail_location = maildir:${this.at('maildir')}
first_valid_uid = 1
ssl = required
ssl_cert = <${this.at('server.pem')}
ssl_key = <${this.at('server.key')}
login_greeting = Practice mail is ready.
passdb {
  driver = passwd-file
  args = scheme=PLAIN ${this.at('users')}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${this.at('maildir')}
}
service imap-login {
  ${listener('imap', ports.imap)}
  ${listener('imaps', ports.imaps)}
}
service pop3-login {
  ${listener('pop3', ports.pop3)}
  ${listener('pop3s', ports.pop3s)}
}
`,
    );
    this.write('users', 'me:{PLAIN}secret\n');
    mkdirSync(this.at('maildir'), { recursive: true });
    chmodSync(this.at('maildir'), 0o777);
    await this.start('dovecot', ['-F', '-c', this.at('dovecot.conf')], Object.values(ports));
    return ports;
  }

  async exim(): Promise<{ starttls: number; smtps: number; plain: number }> {
    const ports = { starttls: await closedPort(), smtps: await closedPort(), plain: await closedPort() };
    // It gives up being root.
    chmodSync(this.at('server.key'), 0o644);
    mkdirSync(this.at('spool'), { recursive: true });
    chmodSync(this.at('spool'), 0o777);
    this.write(
      'exim.conf',
      `primary_hostname = mail.practice.example
spool_directory = ${this.at('spool')}
log_file_path = ${this.at('spool')}/%slog
pid_file_path = ${this.at('spool')}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${Object.values(ports).join(' : ')}
tls_on_connect_ports = ${ports.smtps}
tls_advertise_hosts = \${if eq{$received_port}{${ports.plain}}{}{*}}
tls_certificate = ${this.at('server.pem')}
tls_privatekey = ${this.at('server.key')}
host_lookup =
domainlist local_domains = mail.practice.example
acl_smtp_rcpt = acl_rcpt
begin acl
acl_rcpt:
  accept authenticated = *
  accept domains = +local_domains
  deny message = relay not permitted
begin authenticators
plain_login:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and {{eq{$auth2}{me}}{eq{$auth3}{secret}}}}
  server_set_id = $auth2
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = \${if eq{$auth1}{me}{secret}fail}
  server_set_id = $auth1
`,
    );
    await this.start('exim4', ['-bdf', '-C', this.at('exim.conf')], Object.values(ports));
    return ports;
  }

  async vsftpd(implicit: boolean): Promise<number> {
    const port = await closedPort();
    mkdirSync(this.at('empty'), { recursive: true });
    mkdirSync(path.join(this.at('files'), 'out'), { recursive: true });
    this.write(
      `vsftpd-${port}.conf`,
      `listen=YES
background=NO
listen_address=127.0.0.1
listen_port=${port}
anonymous_enable=YES
anon_root=${this.at('files')}
force_anon_logins_ssl=NO
ftpd_banner=Practice files are ready.
secure_chroot_dir=${this.at('empty')}
seccomp_sandbox=NO
ssl_enable=YES
allow_anon_ssl=YES
implicit_ssl=${implicit ? 'YES' : 'NO'}
rsa_cert_file=${this.at('server.pem')}
rsa_private_key_file=${this.at('server.key')}
`,
    );
    await this.start('vsftpd', [this.at(`vsftpd-${port}.conf`)], [port]);
    return port;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.running.splice(0).map(async (child) => {
        if (child.exitCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await gone;
      }),
    );
  }

  private write(name: string, text: string): void {
    writeFileSync(this.at(name), text);
  }

  private async start(program: string, args: readonly string[], ports: readonly number[]): Promise<void> {
    const child = spawn(`/usr/sbin/${program}`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    this.running.push(child);
    try {
      for (const port of ports) await untilListening(port);
    } catch (error) {
      throw new Error(`${program} did not start: ${said}`, { cause: error });
    }
  }
}
