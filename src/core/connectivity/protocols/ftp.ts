import { linesOf, numbered, quoted, Refused, type Dialogue } from './dialogue';

/** FTP up to the beginning of TLS on the control connection (RFC 4217 section 4). */
export function* ftpStartTls(): Dialogue {
  const facts = yield* ftpGreeting();
  const answer = yield { say: 'AUTH TLS\r\n', length: numbered };
  const code = answer.toString('latin1', 0, 3);
  if (code === '234') return facts;
  throw new Refused(`To AUTH TLS the server says ${quoted(answer)}.`, { notOffered: code.startsWith('5') });
}

/** @param greets whether the server has the first word; behind AUTH TLS it had it before */
export function* ftpService(greets: boolean): Dialogue {
  const { greeting } = greets ? yield* ftpGreeting() : {};
  // RFC 2389: what a server can do, one to a line; one that does not know the request says so.
  const features = yield { say: 'FEAT\r\n', length: numbered };
  const offers = features.toString('latin1', 0, 3) === '211' ? linesOf(features).slice(1, -1) : [];
  yield { say: 'QUIT\r\n', length: numbered };
  return { ...(greeting === undefined ? {} : { greeting }), offers };
}

function* ftpGreeting(): Dialogue {
  let first = yield { length: numbered };
  // "Ready in nnn minutes" (RFC 959 section 4.2.1) comes before the greeting.
  if (first.toString('latin1', 0, 3) === '120') first = yield { length: numbered };
  if (first.toString('latin1', 0, 3) !== '220') throw new Refused(`The server greets with ${quoted(first)}.`);
  return { greeting: linesOf(first)[0]?.slice(4) ?? '', offers: [] };
}
