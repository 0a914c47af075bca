import { createDecipheriv, createHmac } from 'node:crypto';

/** Reading records of TLS 1.3 (RFC 8446 sections 5.2, 5.3 and 7.3) with a traffic secret. */

export interface CipherSuite {
  readonly name: string;
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly keyLength: number;
  readonly hash: 'sha256' | 'sha384';
}

export const cipherSuites: Readonly<Record<number, CipherSuite>> = {
  0x1301: { name: 'TLS_AES_128_GCM_SHA256', cipher: 'aes-128-gcm', keyLength: 16, hash: 'sha256' },
  0x1302: { name: 'TLS_AES_256_GCM_SHA384', cipher: 'aes-256-gcm', keyLength: 32, hash: 'sha384' },
  0x1303: { name: 'TLS_CHACHA20_POLY1305_SHA256', cipher: 'chacha20-poly1305', keyLength: 32, hash: 'sha256' },
};

export interface RecordKeys {
  /** The next record of this direction; undefined where it does not open. */
  open(record: Buffer): { readonly type: number; readonly content: Buffer } | undefined;
}

export function trafficKeys(suite: CipherSuite, secret: Buffer): RecordKeys {
  const key = expandLabel(secret, 'key', suite.keyLength, suite.hash);
  const iv = expandLabel(secret, 'iv', 12, suite.hash);
  let sequenceNumber = 0n;
  return {
    open(record) {
      const nonce = Buffer.from(iv);
      const counter = Buffer.alloc(8);
      counter.writeBigUInt64BE(sequenceNumber++);
      for (let i = 0; i < 8; i++) nonce[4 + i] = (nonce[4 + i] ?? 0) ^ (counter[i] ?? 0);
      const sealed = record.subarray(5, -16);
      try {
        const decipher = createDecipheriv(suite.cipher as 'aes-128-gcm', key, nonce, { authTagLength: 16 });
        decipher.setAAD(record.subarray(0, 5), { plaintextLength: sealed.length });
        decipher.setAuthTag(record.subarray(-16));
        const plain = Buffer.concat([decipher.update(sealed), decipher.final()]);
        let end = plain.length - 1;
        while (end >= 0 && plain[end] === 0) end--;
        return end < 0 ? undefined : { type: plain[end] ?? 0, content: plain.subarray(0, end) };
      } catch {
        return undefined;
      }
    },
  };
}

/** HKDF-Expand-Label with an empty context. One hash block is enough for keys of up to 32 octets. */
function expandLabel(secret: Buffer, label: string, length: number, hash: string): Buffer {
  const full = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Buffer.from([0, length, full.length]), full, Buffer.from([0, 1])]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}
