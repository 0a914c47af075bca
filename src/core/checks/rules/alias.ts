import { isDynamic } from '../../flow/parameters';
import { findingAt, hasProperty, type ChannelContext, type PartContext, type PartRule, type Rule } from '../context';
import type { Finding } from '../finding';
import {
  allEntries,
  byUse,
  hasCertificate,
  isSapOwnedAlias,
  lookUpAlias,
  lookUpCertificate,
  useRank,
  type AliasLookup,
  type CertificateLookup,
  type LocatedEntry,
} from '../keystoreView';
import type { PresentField } from '../context';
import { isOfAuthentication, usesCertificate, usesSshKey, type Tell } from './aliasFacts';
import { editDistance } from './editDistance';
import { judgeKey } from './keyPair';
import { judgeValidity } from './validity';

/** SAP's limit for an alias (documented for the keystore). In characters. */
const longestAlias = 250;

/**
 * Judges every alias that a channel or step reads, or may: it must name an entry of the keystore that can do what is asked of it. Values set at run time and
 * unresolved ones are not judged. Where the settings are not known, and for fields that are guessed, nothing is an error.
 */
export const aliasRule: PartRule = function* (context) {
  for (const field of context.all) {
    if (field.role !== 'keyPair' && field.role !== 'certificate') continue;
    if (!hasProperty(field) || field.used === 'no' || field.dynamic || field.unresolved) continue;
    yield* judgeAlias(context, field, field.role);
  }
};

function* judgeAlias(
  context: PartContext | ChannelContext,
  field: PresentField,
  role: 'keyPair' | 'certificate',
): Iterable<Finding> {
  const alias = field.resolved;
  const certain = field.used === 'yes' && field.source === 'flows';
  const inMessage = !isOfAuthentication(context, field);
  const tell: Tell = (code, severity, parameters, useAliases = []) =>
    findingAt(context, field, {
      code,
      severity: severity === 'error' && !certain ? 'warning' : severity,
      parameters: { alias, certain: field.used === 'yes', ...(inMessage ? { inMessage } : {}), ...parameters },
      remedies: useAliases.map((value) => ({ code: 'use-alias', value })),
    });

  if (alias === '') {
    if (certain && !inMessage && usesCertificate(context)) yield emptyAlias(context, tell);
    return;
  }
  if (!inMessage && 'row' in context && context.row?.noBooleanAlias && (alias === 'true' || alias === 'false')) {
    yield tell('alias-not-supported', 'error', { adapter: context.row.label });
    return;
  }
  if (alias.length > longestAlias) {
    yield tell('alias-too-long', 'error', { count: alias.length });
    return;
  }
  const { keystores, options } = context;
  const found =
    role === 'keyPair' ? lookUpAlias(alias, keystores, options.now) : lookUpCertificate(alias, keystores, options.now);
  yield* judgeLookUp(context, field, found, tell, role);
}

function* judgeLookUp(
  context: PartContext | ChannelContext,
  field: PresentField,
  found: AliasLookup | CertificateLookup,
  tell: Tell,
  role: 'keyPair' | 'certificate',
): Iterable<Finding> {
  const { keystores, options } = context;
  const alias = field.resolved;
  switch (found.state) {
    case 'no-keystore':
      return;
    case 'missing': {
      if (isSapOwnedAlias(alias)) {
        yield tell('alias-sap-owned', 'information', {});
        return;
      }
      const named = (state: 'open' | 'locked'): string[] =>
        keystores.filter((each) => each.state === state).map(({ name }) => name);
      const locked = named('locked');
      yield tell(
        'alias-missing',
        !found.certain ? 'information' : isPlaceholder(alias) ? 'warning' : 'error',
        { keystores: named('open'), ...(locked.length ? { locked } : {}) },
        similarAliases(context, alias, role),
      );
      return;
    }
    case 'case': {
      const storedAlias = found.entry.alias;
      yield tell('alias-case', 'warning', { storedAlias, keystores: [found.keystore.name] }, [storedAlias]);
      return;
    }
    case 'not-a-key-pair':
    case 'not-a-certificate':
      yield tell(
        `alias-${found.state}`,
        'error',
        { entryKind: found.entry.kind, keystores: [found.keystore.name] },
        similarAliases(context, alias, role),
      );
      return;
    case 'key-without-certificate':
      // A signature needs the private key alone.
      if (isOfAuthentication(context, field)) {
        yield tell('alias-without-certificate', 'error', { keystores: [found.keystore.name] });
      }
      return;
    case 'certificate':
      yield* judgeValidity(found, options, inMessageTell(tell));
      return;
    case 'key-pair': {
      yield* judgeKey(found, context, field, tell);
      // An SSH server looks at the key alone, never at the certificate around it.
      if (usesSshKey(context)) return;
      yield* judgeValidity(found, options, isOfAuthentication(context, field) ? tell : inMessageTell(tell));
    }
  }
}

/** Templates have names in angle brackets where whoever configures the flow is to give one. */
const isPlaceholder = (alias: string): boolean => /^<.+>$/.test(alias);

/** Signing and encrypting go on with an expired certificate (SAP Help, "Keystore"): the other side may refuse it, the flow does not fail. */
const inMessageTell =
  (tell: Tell): Tell =>
  (code, severity, ...rest) =>
    tell(code, severity === 'error' ? 'warning' : severity, ...rest);

/** SAP then takes any key pair that the server accepts, of several by chance (SAP Help, "Client Certificate Authentication (Outbound)"). */
function emptyAlias({ keystores, options }: PartContext, tell: Tell): Finding {
  const usable = allEntries(keystores).filter(
    ({ entry }) => entry.kind === 'keyPair' && useRank(entry, options.now) === 0 && entry.client?.forClients !== false,
  );
  const several = usable.length > 1;
  return tell('alias-empty', several ? 'warning' : 'information', several ? { count: usable.length } : {});
}

/** Adapters for which SAP does not document that an alias may be set at run time: OData. */
export const dynamicAlias: Rule = function* (context) {
  const { privateKeyAlias: field } = context.fields;
  if (context.channel.adapter !== 'HCIOData' || !hasProperty(field) || field.used !== 'yes') return;
  if (!isDynamic(field.resolved)) return;
  yield findingAt(context, field, {
    code: 'alias-dynamic',
    severity: 'information',
    parameters: { alias: field.resolved, ...(context.row ? { adapter: context.row.label } : {}) },
  });
};

/** Entries of the kind whose alias is a slip away, at most three, the usable ones first. */
function similarAliases({ keystores, options }: PartContext, alias: string, role: 'keyPair' | 'certificate'): string[] {
  const wanted = alias.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const serves = (each: LocatedEntry): boolean =>
    role === 'keyPair' ? each.entry.kind === 'keyPair' : hasCertificate(each);
  const near = allEntries(keystores)
    .filter((each) => serves(each) && each.entry.alias !== alias)
    .map(({ entry }) => ({ entry, distance: editDistance(wanted, entry.alias.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || byUse(a.entry, b.entry, options.now));
  return [...new Set(near.map(({ entry }) => entry.alias))].slice(0, 3);
}
