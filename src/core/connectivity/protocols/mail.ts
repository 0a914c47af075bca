import { linesOf, numbered, oneLine, quoted, Refused, type Dialogue } from './dialogue';

/** What we call ourselves: servers want a name, and a literal where there is none (RFC 5321 section 4.1.3). */
const ourName = '[127.0.0.1]';

/** SMTP up to the beginning of TLS (RFC 3207). */
export function* smtpStartTls(): Dialogue {
  const facts = yield* smtpHello(true);
  requireOffer(facts.offers, 'STARTTLS');
  const answer = yield { say: 'STARTTLS\r\n', length: numbered };
  if (!begins(answer, '220')) throw new Refused(`To STARTTLS the server says ${quoted(answer)}.`);
  return facts;
}

/** @param greets whether the server has the first word; behind STARTTLS it had it before */
export function* smtpService(greets: boolean): Dialogue {
  const facts = yield* smtpHello(greets);
  yield { say: 'QUIT\r\n', length: numbered };
  return facts;
}

function* smtpHello(greets: boolean): Dialogue {
  let greeting: string | undefined;
  if (greets) {
    const first = yield { length: numbered };
    if (!begins(first, '220')) throw new Refused(`The server greets with ${quoted(first)}.`);
    greeting = linesOf(first)[0]?.slice(4);
  }
  const hello = yield { say: `EHLO ${ourName}\r\n`, length: numbered };
  if (!begins(hello, '250')) throw new Refused(`To EHLO the server says ${quoted(hello)}.`);
  const [name, ...offers] = linesOf(hello).map((line) => line.slice(4));
  return { greeting: greeting ?? name ?? '', offers };
}

/** IMAP up to the beginning of TLS (RFC 9051 section 6.2.1). */
export function* imapStartTls(): Dialogue {
  const facts = yield* imapCapabilities(true);
  requireOffer(facts.offers, 'STARTTLS');
  const answer = yield { say: 'b STARTTLS\r\n', length: tagged('b') };
  if (!/^b OK\b/im.test(answer.toString('latin1'))) throw new Refused(`To STARTTLS the server says ${quoted(answer)}.`);
  return facts;
}

export function* imapService(greets: boolean): Dialogue {
  const facts = yield* imapCapabilities(greets);
  yield { say: 'z LOGOUT\r\n', length: tagged('z') };
  return facts;
}

function* imapCapabilities(greets: boolean): Dialogue {
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

/** POP3 up to the beginning of TLS (RFC 2595 section 4). */
export function* pop3StartTls(): Dialogue {
  const facts = yield* pop3Capabilities(true);
  // CAPA is optional (RFC 2449): what is not listed may be there.
  if (facts.offers.length) requireOffer(facts.offers, 'STLS');
  const answer = yield { say: 'STLS\r\n', length: oneLine };
  if (!begins(answer, '+OK')) {
    throw new Refused(`To STLS the server says ${quoted(answer)}.`, { notOffered: !facts.offers.length });
  }
  return facts;
}

export function* pop3Service(greets: boolean): Dialogue {
  const facts = yield* pop3Capabilities(greets);
  yield { say: 'QUIT\r\n', length: oneLine };
  return facts;
}

function* pop3Capabilities(greets: boolean): Dialogue {
  let greeting: string | undefined;
  if (greets) {
    const first = yield { length: oneLine };
    if (!begins(first, '+OK')) throw new Refused(`The server greets with ${quoted(first)}.`);
    greeting = linesOf(first)[0]?.slice(4);
  }
  const answer = yield { say: 'CAPA\r\n', length: listed };
  const offers = begins(answer, '+OK') ? linesOf(answer).slice(1, -1) : [];
  return { ...(greeting === undefined ? {} : { greeting }), offers };
}

const begins = (answer: Buffer, code: string): boolean => answer.toString('latin1', 0, code.length) === code;

function requireOffer(offers: readonly string[], wanted: string): void {
  if (offers.some((offer) => offer.toUpperCase() === wanted)) return;
  throw new Refused(`The server does not offer ${wanted}.`, { notOffered: true });
}

/** Up to the line with the tag (RFC 9051 section 2.2.2). */
const tagged =
  (tag: string) =>
  (heard: Buffer): number | undefined => {
    const found = new RegExp(`(?:^|\\n)${tag} [^\\n]*\\n`).exec(heard.toString('latin1'));
    return found ? found.index + found[0].length : undefined;
  };

/** A list up to a line with a dot, or one line where the server knows no such request (RFC 1939 section 3). */
function listed(heard: Buffer): number | undefined {
  const text = heard.toString('latin1');
  if (!text.startsWith('+OK')) return text.startsWith('+') && text.length < 3 ? undefined : oneLine(heard);
  const end = /\r?\n\.\r?\n/.exec(text);
  return end ? end.index + end[0].length : undefined;
}
