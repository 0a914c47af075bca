import type { ServiceAsk } from './ask';
import { begins, linesOf, numbered, quoted, Refused, type Dialogue, type ServiceFacts } from './dialogue';

/** FTP up to the beginning of TLS on the control connection (RFC 4217 section 4). */
export function* ftpStartTls(): Dialogue {
  const facts = yield* ftpGreeting();
  const answer = yield { say: 'AUTH TLS\r\n', length: numbered };
  const code = answer.toString('latin1', 0, 3);
  if (code === '234') return facts;
  throw new Refused(`To AUTH TLS the server says ${quoted(answer)}.`, { notOffered: code.startsWith('5') });
}

/** @param greets whether the server has the first word; behind AUTH TLS it had it before */
export function* ftpService(greets: boolean, ask: ServiceAsk = {}): Dialogue {
  const { greeting } = greets ? yield* ftpGreeting() : {};
  // RFC 2389: what a server can do, one to a line; one that does not know the request says so.
  const features = yield { say: 'FEAT\r\n', length: numbered };
  const offers = features.toString('latin1', 0, 3) === '211' ? linesOf(features).slice(1, -1) : [];
  let facts: ServiceFacts = { ...(greeting === undefined ? {} : { greeting }), offers };
  if (ask.login) facts = yield* logIn(facts, ask.login);
  if (ask.contents?.directory !== undefined) facts = yield* enter(facts, ask.contents.directory);
  yield { say: 'QUIT\r\n', length: numbered, facts };
  return facts;
}

/** RFC 959 section 4.1.1. */
function* logIn(facts: ServiceFacts, { user, password }: NonNullable<ServiceAsk['login']>): Dialogue {
  const part = 'login';
  const refused = (answer: Buffer): Refused =>
    new Refused(`The server refuses the login of "${user}": ${quoted(answer)}.`);
  let answer = yield { say: Buffer.from(`USER ${user}\r\n`), length: numbered, part, facts };
  if (begins(answer, '331')) answer = yield { say: Buffer.from(`PASS ${password}\r\n`), length: numbered, part };
  // 332: an account is wanted too, which nobody has today.
  if (!begins(answer, '2')) throw refused(answer);
  return { ...facts, loggedIn: 'USER' };
}

/** Whether the directory can be entered; what is in it would take a connection of its own. */
function* enter(facts: ServiceFacts, directory: string): Dialogue {
  const part = 'contents';
  const answer = yield { say: Buffer.from(`CWD ${directory}\r\n`), length: numbered, part, facts };
  if (!begins(answer, '2')) throw new Refused(`The directory "${directory}": the server says ${quoted(answer)}.`);
  const where = yield { say: 'PWD\r\n', length: numbered, part };
  const [, path = directory] = /^257 "((?:""|[^"])*)"/.exec(where.toString()) ?? [];
  return { ...facts, found: [{ label: 'Directory', values: [path.replaceAll('""', '"')] }] };
}

function* ftpGreeting(): Dialogue {
  let first = yield { length: numbered };
  // "Ready in nnn minutes" (RFC 959 section 4.2.1) comes before the greeting.
  if (first.toString('latin1', 0, 3) === '120') first = yield { length: numbered };
  if (first.toString('latin1', 0, 3) !== '220') throw new Refused(`The server greets with ${quoted(first)}.`);
  return { greeting: linesOf(first)[0]?.slice(4) ?? '', offers: [] };
}
