import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Login } from './ask';
import { Refused } from './dialogue';

/** More would keep the thread busy; brokers have 4096. */
const mostRounds = 200_000;

/** The client's side of SCRAM (RFC 5802, RFC 7677), without channel binding. */
export class Scram {
  private readonly nonce: string;
  private readonly bare: string;
  private serverSignature: Buffer | undefined;

  constructor(
    private readonly login: Login,
    private readonly hash: 'sha256' | 'sha512',
    nonce = randomBytes(18).toString('base64'),
  ) {
    this.nonce = nonce;
    this.bare = `n=${login.user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  }

  first(): Buffer {
    return Buffer.from(`n,,${this.bare}`);
  }

  /** @throws Refused where what the server says is no challenge */
  answer(challenge: Buffer): Buffer {
    const said = challenge.toString();
    const [, nonce = '', salt = '', rounds = ''] = /^r=([^,]+),s=([^,]+),i=(\d{1,9})(?:,|$)/.exec(said) ?? [];
    const count = Number(rounds);
    if (!nonce.startsWith(this.nonce) || nonce === this.nonce || count < 1 || count > mostRounds) {
      throw new Refused('What the server says in the login makes no sense.');
    }
    const size = this.hash === 'sha512' ? 64 : 32;
    const { password } = this.login;
    const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), count, size, this.hash);
    const clientKey = this.hmac(salted, 'Client Key');
    const end = `c=biws,r=${nonce}`;
    const whole = `${this.bare},${said},${end}`;
    const signature = this.hmac(createHash(this.hash).update(clientKey).digest(), whole);
    const proof = clientKey.map((octet, i) => octet ^ (signature[i] ?? 0));
    this.serverSignature = this.hmac(this.hmac(salted, 'Server Key'), whole);
    return Buffer.from(`${end},p=${Buffer.from(proof).toString('base64')}`);
  }

  /** A server that does not know the password cannot say this. @throws Refused */
  requireServer(said: Buffer): void {
    const signature = Buffer.from(/^v=([^,]+)/.exec(said.toString())?.[1] ?? '', 'base64');
    const { serverSignature } = this;
    if (serverSignature?.length === signature.length && timingSafeEqual(serverSignature, signature)) return;
    throw new Refused('The server does not prove that it knows the password.');
  }

  private hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.hash, key).update(text).digest();
  }
}
