import { createHash } from 'node:crypto';
import type { ServiceAsk } from './ask';
import {
  begins,
  linesOf,
  offersIn,
  oneLine,
  quoted,
  Refused,
  requireOffer,
  type Dialogue,
  type ServiceFacts,
  type Turn,
} from './dialogue';
import { cramMd5, noSuchLogin } from './login';

/** POP3 up to the beginning of TLS (RFC 2595 section 4). */
export function* pop3StartTls(): Dialogue {
  const { facts } = yield* capabilities(true);
  // CAPA is optional (RFC 2449): what is not listed may be there.
  if (facts.offers.length) requireOffer(facts.offers, 'STLS');
  const answer = yield { say: 'STLS\r\n', length: oneLine };
  if (!begins(answer, '+OK')) {
    throw new Refused(`To STLS the server says ${quoted(answer)}.`, { notOffered: !facts.offers.length });
  }
  return facts;
}

export function* pop3Service(greets: boolean, ask: ServiceAsk = {}): Dialogue {
  const known = yield* capabilities(greets);
  let { facts } = known;
  if (ask.login) facts = yield* logIn(facts, ask.login, known.stamp);
  if (ask.contents?.mailbox !== undefined) facts = yield* countMails(facts);
  yield { say: 'QUIT\r\n', length: oneLine, facts };
  return facts;
}

/** @returns with the time stamp of the greeting, where the server has APOP (RFC 1939 section 7) */
function* capabilities(greets: boolean): Generator<Turn, { facts: ServiceFacts; stamp?: string }, Buffer> {
  let greeting: string | undefined;
  if (greets) {
    const first = yield { length: oneLine };
    if (!begins(first, '+OK')) throw new Refused(`The server greets with ${quoted(first)}.`);
    greeting = linesOf(first)[0]?.slice(4);
  }
  const answer = yield { say: 'CAPA\r\n', length: listed };
  const offers = begins(answer, '+OK') ? linesOf(answer).slice(1, -1) : [];
  const stamp = /<[^<>\s]+@[^<>\s]*>/.exec(greeting ?? '')?.[0];
  return {
    facts: { ...(greeting === undefined ? {} : { greeting }), offers },
    ...(stamp === undefined ? {} : { stamp }),
  };
}

function* logIn(facts: ServiceFacts, login: NonNullable<ServiceAsk['login']>, stamp: string | undefined): Dialogue {
  const part = 'login';
  const ways = offersIn(facts.offers, /^SASL (.*)$/i);
  const refused = (answer: Buffer): Refused =>
    new Refused(`The server refuses the login of "${login.user}": ${quoted(answer)}.`);
  if (login.way === 'plain') {
    const user = yield { say: Buffer.from(`USER ${login.user}\r\n`), length: oneLine, part, facts };
    if (!begins(user, '+OK')) throw refused(user);
    const password = yield { say: Buffer.from(`PASS ${login.password}\r\n`), length: oneLine, part };
    if (!begins(password, '+OK')) throw refused(password);
    return { ...facts, loggedIn: 'USER' };
  }
  if (stamp !== undefined) {
    const hash = createHash('md5').update(`${stamp}${login.password}`).digest('hex');
    const answer = yield { say: Buffer.from(`APOP ${login.user} ${hash}\r\n`), length: oneLine, part, facts };
    if (!begins(answer, '+OK')) throw refused(answer);
    return { ...facts, loggedIn: 'APOP' };
  }
  if (!ways.includes('CRAM-MD5')) throw noSuchLogin('APOP or CRAM-MD5', ways);
  const challenge = yield { say: 'AUTH CRAM-MD5\r\n', length: oneLine, part, facts };
  if (!begins(challenge, '+ ')) throw refused(challenge);
  const said = Buffer.from(challenge.toString('latin1').slice(2).trim(), 'base64');
  const answer = yield { say: `${cramMd5(login, said).toString('base64')}\r\n`, length: oneLine, part };
  if (!begins(answer, '+OK')) throw refused(answer);
  return { ...facts, loggedIn: 'CRAM-MD5' };
}

function* countMails(facts: ServiceFacts): Dialogue {
  const answer = yield { say: 'STAT\r\n', length: oneLine, part: 'contents', facts };
  const count = /^\+OK (\d+)/.exec(answer.toString('latin1'))?.[1];
  if (count === undefined) throw new Refused(`To STAT the server says ${quoted(answer)}.`);
  return { ...facts, found: [{ label: 'Mails in the inbox', values: [count] }] };
}

/** A list up to a line with a dot, or one line where the server knows no such request (RFC 1939 section 3). */
function listed(heard: Buffer): number | undefined {
  const text = heard.toString('latin1');
  if (!text.startsWith('+OK')) return text.startsWith('+') && text.length < 3 ? undefined : oneLine(heard);
  const end = /\r?\n\.\r?\n/.exec(text);
  return end ? end.index + end[0].length : undefined;
}
