/** The numbers of Java's own keystore files (sun.security.provider.JavaKeyStore, com.sun.crypto.provider.JceKeyStore). */
export const magicOf = { JKS: 0xfeedfeed, JCEKS: 0xcececece } as const;

export const tag = { privateKey: 1, certificate: 2, secretKey: 3 } as const;

/** The file ends with the SHA-1 of the password (UTF-16, big-endian), this text and all that comes before. */
export const integrityText = Buffer.from('Mighty Aphrodite', 'utf8');
export const integrityLength = 20;
