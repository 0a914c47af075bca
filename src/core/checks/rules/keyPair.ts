import { propertyOf } from '../../flow/adapters';
import type { ChannelContext, PartContext, PresentField } from '../context';
import type { Finding, Severity } from '../finding';
import type { LocatedEntry } from '../keystoreView';
import { isOfAuthentication, usesCertificate, usesSshKey, type Tell } from './aliasFacts';

/** What the key and the chain of a key pair are good for, where the channel or step says what it needs. */
export function* judgeKey(
  found: LocatedEntry,
  context: PartContext | ChannelContext,
  field: PresentField,
  tell: Tell,
): Iterable<Finding> {
  const { entry, keystore } = found;
  const facts = { keystores: [keystore.name], ...(entry.key === undefined ? {} : { keyType: entry.key }) };
  const needed = neededAlgorithm(context, field, entry.algorithm);
  if (needed && entry.algorithm && !needed.algorithms.includes(entry.algorithm)) {
    yield tell('key-unsuited', needed.severity, { ...facts, needed: needed.text });
  }
  if (!isOfAuthentication(context, field) || !usesCertificate(context) || !entry.client) return;
  const { selfSigned, forClients, chain, chainIssuer } = entry.client;
  if (!forClients) yield tell('certificate-not-for-clients', 'warning', facts);
  if (selfSigned) {
    yield tell('certificate-self-signed', 'information', facts);
  } else if (chain === 'intermediate-missing' || chain === 'unknown') {
    const severity = chain === 'unknown' ? 'information' : 'warning';
    yield tell('chain-incomplete', severity, {
      ...facts,
      issuer: chainIssuer,
      ...(chain === 'unknown' ? { count: 1 } : {}),
    });
  }
}

interface Needed {
  readonly algorithms: readonly string[];
  readonly text: string;
  readonly severity: Severity;
}

/**
 * The algorithms a key may have. SSH: the tenant hands out OpenSSH public keys of RSA and DSA keys alone (SAP Help, "Export Public Key in OpenSSH Format"). A
 * signer names its key's algorithm in that of the signature (`SHA512/RSA`). TLS clients of Java do not use DSA and EdDSA keys with today's servers.
 */
function neededAlgorithm(
  context: PartContext | ChannelContext,
  field: PresentField,
  algorithm: string | undefined,
): Needed | undefined {
  if (usesSshKey(context)) {
    const isEc = algorithm === 'EC';
    const text = 'RSA for the tenant to hand out its public key in OpenSSH form';
    return { algorithms: ['RSA', 'DSA'], text, severity: isEc ? 'information' : 'warning' };
  }
  if (context.part.kind === 'step') {
    const value = propertyOf(context.part.part, 'signatureAlgorithm')?.value ?? '';
    const [, wanted] = /[/](RSA|DSA|EC|ECDSA)\b/i.exec(value) ?? [];
    if (field.role !== 'keyPair' || wanted === undefined) return undefined;
    const name = wanted.toUpperCase() === 'ECDSA' ? 'EC' : wanted.toUpperCase();
    return { algorithms: [name], text: `${name} (${value})`, severity: 'error' };
  }
  return usesCertificate(context) ? { algorithms: ['RSA', 'EC'], text: 'RSA or EC', severity: 'warning' } : undefined;
}
