import type { Certificate } from '../certificates/certificate';

/** Each is compared with each. */
const mostLookedAt = 50;

/**
 * What is odd about the certificates that a server sends, whether or not it is trusted (RFC 8446 section 4.4.2: each directly certifies the one before it; the
 * root may be left out). English, a sentence each.
 */
export function chainRemarks(chain: readonly Certificate[]): string[] {
  const [leaf, ...others] = chain;
  if (!leaf) return [];
  if (chain.length > mostLookedAt) return [`${chain.length} certificates are sent; a path has four at most, usually.`];
  const remarks: string[] = [];
  const different = chain.filter((each, at) => chain.findIndex((other) => other.equals(each)) === at);
  const twice = chain.length - different.length;
  if (twice) {
    remarks.push(twice === 1 ? 'One certificate is sent twice.' : `${twice} certificates are sent more than once.`);
  }
  const used = above(leaf, different);
  const unused = different.filter((each) => each !== leaf && !used.includes(each));
  if (unused.length) {
    const names = unused.map(({ subject }) => `"${subject.short}"`).join(', ');
    remarks.push(`${names} ${unused.length === 1 ? 'is' : 'are'} sent and not above the server's certificate.`);
  }
  const sent = different.filter((each) => used.includes(each));
  if (sent.some((each, at) => used[at] !== each)) {
    remarks.push(
      'The certificates are not sent in the order of issue, lowest first; some clients mind, Java does not.',
    );
  }
  const root = others.find((each) => each.selfIssued && used.includes(each));
  if (root) remarks.push(`The root "${root.subject.short}" is sent too; nobody trusts it for that.`);
  return remarks;
}

/** Those that stand above a certificate, in the order of issue; of several issuers of one name all, as cross-signed ones are. */
function above(leaf: Certificate, chain: readonly Certificate[]): Certificate[] {
  const found: Certificate[] = [];
  let level: readonly Certificate[] = [leaf];
  while (level.length) {
    level = chain.filter(
      (each) =>
        each !== leaf && !found.includes(each) && level.some((lower) => lower !== each && lower.mayBeIssuedBy(each)),
    );
    found.push(...level);
  }
  return found;
}
