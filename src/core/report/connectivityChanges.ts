import type { ConnectivityReport } from '../connectivity/report';
import { stepNameOf } from './connectivityText';

/** What a test found otherwise than the one before it, of the same target. English, a sentence each; none where all is as it was. */
export function changesSince(before: ConnectivityReport, now: ConnectivityReport): string[] {
  const changes: string[] = [];
  const say = (what: string, was: string | undefined, is: string | undefined): void => {
    if (was !== is) changes.push(`${what}: ${was ?? 'none'} before, ${is ?? 'none'} now.`);
  };
  say('Verdict', before.verdict, now.verdict);
  say('Key pair sent', before.client?.sent, now.client?.sent);
  for (const { step, status } of now.steps) {
    const was = before.steps.find((each) => each.step === step)?.status;
    // Steps behind the one that decides differ with it.
    if (was !== undefined && was !== status && status !== 'skipped' && was !== 'skipped') {
      say(stepNameOf(step), words[was], words[status]);
    }
  }
  say('Connected to', connected(before), connected(now));
  say('TLS', tlsOf(before), tlsOf(now));
  say("Server's certificate", leafOf(before), leafOf(now));
  say('Trusted by the entry', before.server?.anchor?.alias, now.server?.anchor?.alias);
  say('Certificates sent', countOf(before), countOf(now));
  say('Issuers accepted', issuersOf(before), issuersOf(now));
  say('Host key', before.ssh?.hostKey?.fingerprint, now.ssh?.hostKey?.fingerprint);
  return changes;
}

const words = { ok: 'ok', warning: 'note', failed: 'failed', skipped: 'not reached' } as const;

const connected = ({ attempts }: ConnectivityReport): string | undefined =>
  attempts.find(({ outcome }) => outcome === 'connected')?.address;

const tlsOf = ({ tls }: ConnectivityReport): string | undefined =>
  tls && [tls.version, tls.cipher].filter(Boolean).join(', ');

function leafOf({ server }: ConnectivityReport): string | undefined {
  const [leaf] = server?.chain ?? [];
  return (
    leaf &&
    `${leaf.subject.short}, valid to ${leaf.notAfter.toISOString().slice(0, 10)}, SHA-256 ${leaf.sha256.slice(0, 16)}...`
  );
}

const countOf = ({ server }: ConnectivityReport): string | undefined => server && String(server.chain.length);

const issuersOf = ({ client }: ConnectivityReport): string | undefined =>
  client?.acceptableIssuers.length ? client.acceptableIssuers.join('; ') : undefined;
