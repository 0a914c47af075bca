/** The names of IMAP folders in modified UTF-7 (RFC 3501 section 5.1.3), as servers have them that are not asked for UTF-8. */

export function mailboxName(text: string): string {
  return text.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const octets = Buffer.from(run, 'utf16le').swap16();
    return `&${octets.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/** What cannot be read stays as it is. */
export function mailboxText(name: string): string {
  return name.replace(/&([A-Za-z0-9+,]*)-/g, (whole, run: string) => {
    if (run === '') return '&';
    const octets = Buffer.from(run.replaceAll(',', '/'), 'base64');
    return octets.length % 2 ? whole : octets.swap16().toString('utf16le');
  });
}
