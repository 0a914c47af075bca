/** An alert by the platform's error code, OpenSSL's or BoringSSL's spelling, where the reader did not see it. */
export function alertOf(code: string): number | undefined {
  const text = code.toUpperCase();
  const match = /(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z_]+)/.exec(text) ?? /SSL_TLS_ALERT_([A-Z_]+)/.exec(text);
  return match ? alertCodes[match[1] ?? ''] : undefined;
}

const alertCodes: Readonly<Record<string, number>> = {
  UNEXPECTED_MESSAGE: 10,
  HANDSHAKE_FAILURE: 40,
  NO_CERTIFICATE: 41,
  BAD_CERTIFICATE: 42,
  UNSUPPORTED_CERTIFICATE: 43,
  CERTIFICATE_REVOKED: 44,
  CERTIFICATE_EXPIRED: 45,
  CERTIFICATE_UNKNOWN: 46,
  ILLEGAL_PARAMETER: 47,
  UNKNOWN_CA: 48,
  ACCESS_DENIED: 49,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  UNRECOGNIZED_NAME: 112,
  CERTIFICATE_REQUIRED: 116,
  NO_APPLICATION_PROTOCOL: 120,
};

/** Names of alerts as RFC 8446 section 6 writes them. */
export function alertName(code: number): string {
  const name = Object.entries(alertCodes).find(([, number]) => number === code)?.[0];
  return name ? name.toLowerCase() : `alert ${code}`;
}
