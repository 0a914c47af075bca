import type { ServiceAsk } from './ask';
import {
  begins,
  linesOf,
  numbered,
  offersIn,
  quoted,
  Refused,
  requireOffer,
  type Dialogue,
  type ServiceFacts,
} from './dialogue';
import { cramMd5, noSuchLogin, saslPlain } from './login';

/** What we call ourselves: servers want a name, and a literal where there is none (RFC 5321 section 4.1.3). */
const ourName = '[127.0.0.1]';

/** SMTP up to the beginning of TLS (RFC 3207). */
export function* smtpStartTls(): Dialogue {
  const facts = yield* hello(true);
  requireOffer(facts.offers, 'STARTTLS');
  const answer = yield { say: 'STARTTLS\r\n', length: numbered };
  if (!begins(answer, '220')) throw new Refused(`To STARTTLS the server says ${quoted(answer)}.`);
  return facts;
}

/** @param greets whether the server has the first word; behind STARTTLS it had it before */
export function* smtpService(greets: boolean, ask: ServiceAsk = {}): Dialogue {
  let facts = yield* hello(greets);
  if (ask.login) facts = yield* logIn(facts, ask.login);
  const { from, to } = ask.contents ?? {};
  if (from !== undefined && to !== undefined) facts = yield* checkAddresses(facts, from, to);
  yield { say: 'QUIT\r\n', length: numbered, facts };
  return facts;
}

function* hello(greets: boolean): Dialogue {
  let greeting: string | undefined;
  if (greets) {
    const first = yield { length: numbered };
    if (!begins(first, '220')) throw new Refused(`The server greets with ${quoted(first)}.`);
    greeting = linesOf(first)[0]?.slice(4);
  }
  const answer = yield { say: `EHLO ${ourName}\r\n`, length: numbered };
  if (!begins(answer, '250')) throw new Refused(`To EHLO the server says ${quoted(answer)}.`);
  const [name, ...offers] = linesOf(answer).map((line) => line.slice(4));
  return { greeting: greeting ?? name ?? '', offers };
}

/** RFC 4954. */
function* logIn(facts: ServiceFacts, login: NonNullable<ServiceAsk['login']>): Dialogue {
  const ways = offersIn(facts.offers, /^AUTH[ =](.*)$/i);
  const part = 'login';
  const base64 = (octets: Buffer): string => octets.toString('base64');
  let way: string;
  let answer: Buffer;
  if (login.way === 'encrypted') {
    way = 'CRAM-MD5';
    if (!ways.includes(way)) throw noSuchLogin(way, ways);
    const challenge = yield { say: 'AUTH CRAM-MD5\r\n', length: numbered, part, facts };
    if (!begins(challenge, '334')) throw new Refused(`To AUTH CRAM-MD5 the server says ${quoted(challenge)}.`);
    const said = Buffer.from(challenge.toString('latin1').slice(4).trim(), 'base64');
    answer = yield { say: `${base64(cramMd5(login, said))}\r\n`, length: numbered, part };
  } else if (ways.includes('PLAIN')) {
    way = 'PLAIN';
    answer = yield { say: `AUTH PLAIN ${base64(saslPlain(login))}\r\n`, length: numbered, part, facts };
  } else if (ways.includes('LOGIN')) {
    way = 'LOGIN';
    const user = yield { say: 'AUTH LOGIN\r\n', length: numbered, part, facts };
    if (!begins(user, '334')) throw new Refused(`To AUTH LOGIN the server says ${quoted(user)}.`);
    const password = yield { say: `${base64(Buffer.from(login.user))}\r\n`, length: numbered, part };
    if (!begins(password, '334')) throw new Refused(`To the user the server says ${quoted(password)}.`);
    answer = yield { say: `${base64(Buffer.from(login.password))}\r\n`, length: numbered, part };
  } else throw noSuchLogin('PLAIN or LOGIN', ways);
  if (!begins(answer, '235')) throw new Refused(`The server refuses the login of "${login.user}": ${quoted(answer)}.`);
  return { ...facts, loggedIn: way };
}

/** Whether mail is taken; it is not sent (RFC 5321 sections 4.1.1.2 to 4.1.1.5). */
function* checkAddresses(facts: ServiceFacts, from: string, to: string): Dialogue {
  const part = 'contents';
  const sender = yield { say: `MAIL FROM:<${from}>\r\n`, length: numbered, part, facts };
  if (!begins(sender, '250')) throw new Refused(`The server refuses the sender ${from}: ${quoted(sender)}.`);
  const recipient = yield { say: `RCPT TO:<${to}>\r\n`, length: numbered, part };
  if (!begins(recipient, '25')) throw new Refused(`The server refuses the recipient ${to}: ${quoted(recipient)}.`);
  yield { say: 'RSET\r\n', length: numbered, part };
  return {
    ...facts,
    found: [
      { label: 'Sender taken', values: [from] },
      { label: 'Recipient taken', values: [to] },
    ],
  };
}
