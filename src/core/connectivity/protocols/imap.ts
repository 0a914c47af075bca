import type { ServiceAsk } from './ask';
import {
  foundOf,
  linesOf,
  octetLines,
  oneLine,
  quoted,
  Refused,
  requireOffer,
  tagged,
  type Dialogue,
  type Found,
  type ServiceFacts,
  type Turn,
} from './dialogue';
import { cramMd5, noSuchLogin, saslPlain } from './login';
import { mailboxName, mailboxText } from './mailboxName';

/** Octets of a list of folders. */
const mostFolders = 4 * 1024 * 1024;
/** Folders that are told by name. */
const toldFolders = 200;

/** IMAP up to the beginning of TLS (RFC 9051 section 6.2.1). */
export function* imapStartTls(): Dialogue {
  const facts = yield* capabilities(true);
  requireOffer(facts.offers, 'STARTTLS');
  const answer = yield { say: 'b STARTTLS\r\n', length: tagged('b') };
  if (!isOk(answer, 'b')) throw new Refused(`To STARTTLS the server says ${quoted(answer)}.`);
  return facts;
}

export function* imapService(greets: boolean, ask: ServiceAsk = {}): Dialogue {
  let facts = yield* capabilities(greets);
  if (ask.login) facts = yield* logIn(facts, ask.login);
  const { folders = false, mailbox } = ask.contents ?? {};
  if (folders) facts = yield* listFolders(facts);
  if (mailbox !== undefined) facts = yield* countMails(facts, mailbox);
  yield { say: 'z LOGOUT\r\n', length: tagged('z'), facts };
  return facts;
}

function* capabilities(greets: boolean): Dialogue {
  let greeting: string | undefined;
  if (greets) {
    const first = yield { length: oneLine };
    if (!/^\* (?:OK|PREAUTH)\b/i.test(first.toString('latin1'))) {
      throw new Refused(`The server greets with ${quoted(first)}.`);
    }
    greeting = linesOf(first)[0]?.replace(/^\* \w+ (?:\[[^\]]*\] ?)?/, '');
  }
  const answer = yield { say: 'a CAPABILITY\r\n', length: tagged('a') };
  const line = linesOf(answer).find((each) => /^\* CAPABILITY /i.test(each));
  if (line === undefined) throw new Refused(`To CAPABILITY the server says ${quoted(answer)}.`);
  return { ...(greeting === undefined ? {} : { greeting }), offers: line.split(' ').slice(2) };
}

/** RFC 9051 sections 6.2.2 and 6.2.3. */
function* logIn(facts: ServiceFacts, login: NonNullable<ServiceAsk['login']>): Dialogue {
  const part = 'login';
  const ways = facts.offers.filter((offer) => /^AUTH=/i.test(offer)).map((offer) => offer.slice(5).toUpperCase());
  /** A request to go on, or the end of it all. */
  const onward = (heard: Buffer): number | undefined => (heard[0] === 43 ? oneLine(heard) : tagged('l')(heard));
  const begin = function* (say: string): Generator<Turn, Buffer, Buffer> {
    const answer = yield { say, length: onward, part, facts };
    if (answer[0] !== 43) throw new Refused(`The server does not begin the login: ${quoted(lastLine(answer))}.`);
    return answer;
  };
  let way: string;
  let answer: Buffer;
  if (login.way === 'encrypted') {
    way = 'CRAM-MD5';
    if (!ways.includes(way)) throw noSuchLogin(way, ways);
    const challenge = yield* begin('l AUTHENTICATE CRAM-MD5\r\n');
    const said = Buffer.from(challenge.toString('latin1').slice(1).trim(), 'base64');
    answer = yield { say: `${cramMd5(login, said).toString('base64')}\r\n`, length: tagged('l'), part };
  } else if (ways.includes('PLAIN')) {
    way = 'PLAIN';
    yield* begin('l AUTHENTICATE PLAIN\r\n');
    answer = yield { say: `${saslPlain(login).toString('base64')}\r\n`, length: tagged('l'), part };
  } else if (facts.offers.some((offer) => offer.toUpperCase() === 'LOGINDISABLED')) {
    throw noSuchLogin('PLAIN', ways);
  } else {
    way = 'LOGIN';
    // As literals: nothing in them can be taken for something else.
    const user = Buffer.from(login.user);
    const password = Buffer.from(login.password);
    yield* begin(`l LOGIN {${user.length}}\r\n`);
    const more = yield { say: Buffer.concat([user, Buffer.from(` {${password.length}}\r\n`)]), length: onward, part };
    if (more[0] !== 43) throw new Refused(`To the user the server says ${quoted(lastLine(more))}.`);
    answer = yield { say: Buffer.concat([password, Buffer.from('\r\n')]), length: tagged('l'), part };
  }
  if (!isOk(answer, 'l')) {
    throw new Refused(`The server refuses the login of "${login.user}": ${quoted(lastLine(answer))}.`);
  }
  return { ...facts, loggedIn: way };
}

/** RFC 9051 section 6.3.9. */
function* listFolders(facts: ServiceFacts): Dialogue {
  const answer = yield { say: 'f LIST "" "*"\r\n', length: tagged('f'), part: 'contents', facts, most: mostFolders };
  if (!isOk(answer, 'f')) throw new Refused(`To LIST the server says ${quoted(lastLine(answer))}.`);
  const names = octetLines(answer).flatMap((line) => {
    const [, quotedName, plainName] =
      /^\* LIST \([^)]*\) (?:"(?:\\.|[^"\\])*"|NIL) (?:"((?:\\.|[^"\\])*)"|(\S+))$/i.exec(line) ?? [];
    const name = quotedName === undefined ? plainName : quotedName.replace(/\\(.)/g, '$1');
    return name === undefined ? [] : [mailboxText(name)];
  });
  return { ...facts, found: [...(facts.found ?? []), foundOf('Folders', names, toldFolders)] };
}

/** RFC 9051 section 6.3.11. */
function* countMails(facts: ServiceFacts, mailbox: string): Dialogue {
  const name = mailboxName(mailbox).replace(/[\\"]/g, '\\$&');
  const answer = yield {
    say: `s STATUS "${name}" (MESSAGES UNSEEN)\r\n`,
    length: tagged('s'),
    part: 'contents',
    facts,
  };
  if (!isOk(answer, 's')) throw new Refused(`The folder "${mailbox}": the server says ${quoted(lastLine(answer))}.`);
  const text = answer.toString('latin1');
  const count = (word: string): string => new RegExp(`\\b${word} (\\d+)`, 'i').exec(text)?.[1] ?? '?';
  const mails: Found = {
    label: `Mails in "${mailbox}"`,
    values: [`${count('MESSAGES')}, ${count('UNSEEN')} of them unread`],
  };
  return { ...facts, found: [...(facts.found ?? []), mails] };
}

const isOk = (answer: Buffer, tag: string): boolean =>
  new RegExp(`^${tag} OK\\b`, 'im').test(answer.toString('latin1'));

/** The one with the tag. */
const lastLine = (answer: Buffer): Buffer => Buffer.from(octetLines(answer).at(-1) ?? '', 'latin1');
