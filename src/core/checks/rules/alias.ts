import { daysLeft, expiryState } from '../../keystore/expiry';
import { findingAt, hasProperty, type ChannelContext, type Rule } from '../context';
import type { Finding, FindingParameters } from '../finding';
import { allEntries, byUse, isSapOwnedAlias, lookUpAlias, type LocatedEntry } from '../keystoreView';

/**
 * Judges the private key alias of a channel whose authentication uses a key pair, or may: it must name a key pair of a keystore, with a certificate
 * that is valid. Values set at run time and unresolved ones are not judged. Where the authentication is not known, nothing is an error.
 */
export const aliasRule: Rule = function* (context) {
  const field = context.fields.privateKeyAlias;
  if (!hasProperty(field) || field.used === 'no' || field.dynamic || field.unresolved) return;
  const alias = field.resolved;
  const certain = field.used === 'yes';
  const tell = (
    code: Finding['code'],
    severity: Finding['severity'],
    parameters: FindingParameters,
    useAliases: readonly string[] = [],
  ): Finding =>
    findingAt(context, field, {
      code,
      severity: severity === 'error' && !certain ? 'warning' : severity,
      parameters: { alias, certain, ...parameters },
      useAliases,
    });

  if (alias === '') {
    // SAP then takes any key pair the server accepts (SAP Help, "Client Certificate Authentication (Outbound)").
    if (certain && usesCertificate(context)) {
      yield tell('alias-empty', 'information', { adapter: context.channel.adapter });
    }
    return;
  }
  if (context.row?.noBooleanAlias && (alias === 'true' || alias === 'false')) {
    yield tell('alias-not-supported', 'error', { adapter: context.row.label });
    return;
  }
  const { keystores, options } = context;
  const found = lookUpAlias(alias, keystores, options.now);
  const opened = keystores.filter(({ state }) => state === 'open').map(({ name }) => name);
  switch (found.state) {
    case 'no-keystore':
      return;
    case 'missing': {
      if (isSapOwnedAlias(alias)) {
        yield tell('alias-sap-owned', 'information', {});
        return;
      }
      const locked = keystores.filter(({ state }) => state === 'locked').map(({ name }) => name);
      const severity = found.certain ? 'error' : 'information';
      yield tell(
        'alias-missing',
        severity,
        { keystores: opened, ...(locked.length ? { locked } : {}) },
        similarAliases(context, alias),
      );
      return;
    }
    case 'case': {
      const storedAlias = found.entry.alias;
      yield tell('alias-case', 'warning', { storedAlias, keystores: [found.keystore.name] }, [storedAlias]);
      return;
    }
    case 'not-a-key-pair':
      yield tell(
        'alias-not-a-key-pair',
        'error',
        { entryKind: found.entry.kind, keystores: [found.keystore.name] },
        similarAliases(context, alias),
      );
      return;
    case 'key-without-certificate':
      yield tell('alias-without-certificate', 'error', { keystores: [found.keystore.name] });
      return;
    case 'key-pair':
      // An SSH server looks at the key alone, never at the certificate around it.
      if (usesSshKey(context)) return;
      yield* judgeValidity(found, context, tell);
  }
};

function* judgeValidity(
  { entry, keystore }: LocatedEntry,
  { options }: ChannelContext,
  tell: (code: Finding['code'], severity: Finding['severity'], parameters: FindingParameters) => Finding,
): Iterable<Finding> {
  const { notBefore, notAfter } = entry;
  if (!notBefore || !notAfter) return;
  const facts = { keystores: [keystore.name], days: daysLeft({ notAfter }, options.now), date: dayOf(notAfter) };
  switch (expiryState({ notBefore, notAfter }, options.now, options.days)) {
    case 'expired':
      yield tell('certificate-expired', 'error', facts);
      return;
    case 'expiring':
      yield tell('certificate-expiring', 'warning', facts);
      return;
    case 'not-yet-valid':
      yield tell('certificate-not-yet-valid', 'warning', { ...facts, date: dayOf(notBefore) });
      return;
    case 'valid':
  }
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

function usesCertificate({ authentication }: ChannelContext): boolean {
  return authentication.state === 'known' && authentication.method.kind === 'client-certificate';
}

function usesSshKey({ authentication, channel }: ChannelContext): boolean {
  return authentication.state === 'known' ? authentication.method.kind === 'ssh-key' : channel.adapter.endsWith('SFTP');
}

/** Key pairs whose alias is a slip away, at most three, the usable ones first. */
function similarAliases({ keystores, options }: ChannelContext, alias: string): string[] {
  const wanted = alias.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const near = allEntries(keystores)
    .filter(({ entry }) => entry.kind === 'keyPair' && entry.alias !== alias)
    .map(({ entry }) => ({ entry, distance: editDistance(wanted, entry.alias.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || byUse(a.entry, b.entry, options.now));
  return [...new Set(near.map(({ entry }) => entry.alias))].slice(0, 3);
}

/** Levenshtein distance; anything above `limit` may be returned for what is further away. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
