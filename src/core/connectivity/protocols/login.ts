import { createHmac } from 'node:crypto';
import type { Login } from './ask';
import { Refused } from './dialogue';

/** Ways to prove a password that are common to several protocols. */

/** RFC 4616: nothing, the user, the password. */
export const saslPlain = ({ user, password }: Login): Buffer => Buffer.from(`\u0000${user}\u0000${password}`);

/** RFC 2195: the user, and the keyed hash of what the server says. */
export function cramMd5({ user, password }: Login, challenge: Buffer): Buffer {
  const hash = createHmac('md5', password).update(challenge).digest('hex');
  return Buffer.from(`${user} ${hash}`);
}

/** The login that is wanted is not among those that the server has. */
export function noSuchLogin(wanted: string, offered: readonly string[]): Refused {
  const has = offered.length ? `It has: ${offered.join(', ')}.` : 'It names none.';
  return new Refused(`The server has no login by ${wanted}. ${has}`, { notOffered: true, part: 'login' });
}
