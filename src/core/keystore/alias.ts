import type { Certificate } from '../certificates/certificate';
import type { StoreType } from './model';

/**
 * SAP's rules for aliases ("Changing the Alias of a Keystore Entry", "Uploading a Keystore", "HTTP Receiver Adapter"): at most 250
 * characters, unique (Java does not tell upper from lower case), prefixes and names of SAP's own entries reserved.
 */
export type AliasProblem =
  | { readonly code: 'empty'; readonly severity: 'error' }
  | { readonly code: 'too-long'; readonly severity: 'error'; readonly length: number }
  | { readonly code: 'white-space'; readonly severity: 'error' }
  | { readonly code: 'control-character'; readonly severity: 'error' }
  | { readonly code: 'taken'; readonly severity: 'error'; readonly by: string }
  /** The tenant refuses it; a local file may hold it, as a copy of a tenant's keystore does. */
  | { readonly code: 'reserved-by-sap'; readonly severity: 'warning' }
  /** `true` and `false`: the HTTP receiver adapter does not take them as a private key alias. */
  | { readonly code: 'not-for-http'; readonly severity: 'warning' };

/** Java has aliases of JKS and JCEKS in lower case, and finds no others. In PEM an alias is the rest of a line. */
export function aliasIn(type: StoreType, alias: string): string {
  if (type === 'JKS' || type === 'JCEKS') return alias.toLowerCase();
  if (type !== 'PEM') return alias;
  // UTF-8 has no halves of characters.
  return Buffer.from(alias.replace(/[\r\n]+/g, ' ').trim(), 'utf8').toString('utf8') || 'entry';
}

export const maxAliasLength = 250;

const reserved = /^(sap_|hcicertificate\d*$|hcimsgcertificate$)/i;

/** @param taken aliases of the other entries */
export function checkAlias(alias: string, taken: readonly string[] = []): AliasProblem[] {
  const problems: AliasProblem[] = [];
  if (alias.trim() === '') return [{ code: 'empty', severity: 'error' }];
  if (alias.length > maxAliasLength) problems.push({ code: 'too-long', severity: 'error', length: alias.length });
  if (alias !== alias.trim()) problems.push({ code: 'white-space', severity: 'error' });
  // eslint-disable-next-line no-control-regex -- control characters are just what is looked for
  if (/[\u0000-\u001f\u007f]/.test(alias)) problems.push({ code: 'control-character', severity: 'error' });
  const other = taken.find((candidate) => candidate.toLowerCase() === alias.toLowerCase());
  if (other !== undefined) problems.push({ code: 'taken', severity: 'error', by: other });
  if (reserved.test(alias)) problems.push({ code: 'reserved-by-sap', severity: 'warning' });
  if (/^(true|false)$/i.test(alias)) problems.push({ code: 'not-for-http', severity: 'warning' });
  return problems;
}

/** The problem in one English sentence. */
export function describeAliasProblem(problem: AliasProblem): string {
  switch (problem.code) {
    case 'empty':
      return 'An entry needs an alias.';
    case 'too-long':
      return `The alias has ${problem.length} characters; SAP takes at most ${maxAliasLength}.`;
    case 'white-space':
      return 'The alias begins or ends with white space.';
    case 'control-character':
      return 'The alias has characters that cannot be seen.';
    case 'taken':
      return `There is an entry "${problem.by}" already (Java does not tell upper from lower case).`;
    case 'reserved-by-sap':
      return 'Aliases like this are reserved for SAP: the tenant will refuse it.';
    case 'not-for-http':
      return 'The HTTP receiver adapter does not take "true" or "false" as an alias.';
  }
}

/** An alias for a certificate, after its subject: readable, within SAP's rules, not taken. */
export function proposeAlias(certificate: Certificate, taken: readonly string[] = []): string {
  return aliasProposer(taken)(certificate);
}

/** As `proposeAlias`, for one certificate after the other: what was proposed is taken from then on. */
export function aliasProposer(taken: readonly string[] = []): (certificate: Certificate) => string {
  const folded = new Set(taken.map((alias) => alias.toLowerCase()));
  /** The number each name is at: of thousands of one name none is tried twice. */
  const numbers = new Map<string, number>();
  /** The name, or the name with the first number that makes it free. */
  const firstFree = (name: string): string => {
    if (!folded.has(name.toLowerCase())) return name;
    const start = name.slice(0, maxAliasLength - 8);
    for (let n = numbers.get(start.toLowerCase()) ?? 2; ; n++) {
      const numbered = `${start} ${n}`;
      if (folded.has(numbered.toLowerCase())) continue;
      numbers.set(start.toLowerCase(), n + 1);
      return numbered;
    }
  };
  return (certificate) => {
    const alias = firstFree(tidy(certificate.subject.short) || `certificate ${certificate.sha256.slice(0, 8)}`);
    folded.add(alias.toLowerCase());
    return alias;
  };
}

function tidy(name: string): string {
  const clean = name
    // eslint-disable-next-line no-control-regex -- control characters are just what must go
    .replace(/[\u0000-\u001f\u007f"';\\]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const free = /^(true|false)$/i.test(clean) || reserved.test(clean) ? `certificate ${clean}` : clean;
  return free.slice(0, maxAliasLength - 8).trim();
}
