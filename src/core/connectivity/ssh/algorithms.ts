/** What the tenant speaks only where "deprecated algorithms" are allowed (SAP note 3079510), and what only old servers have left. */
export const deprecatedAlgorithms = {
  kex: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  serverHostKey: ['ssh-dss'],
  cipher: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
  hmac: ['hmac-sha1', 'hmac-md5'],
} as const;

/** Those of a connection that are old: SHA-1 in the key exchange or the host key, DSA. */
export const oldAmong = (negotiated: { readonly keyExchange: string; readonly hostKey: string }): string[] =>
  [negotiated.keyExchange, negotiated.hostKey].filter((name) => /-sha1$|^ssh-rsa$|^ssh-dss$/.test(name));
