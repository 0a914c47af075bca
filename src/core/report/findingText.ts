import type { Finding, FindingParameters } from '../checks/finding';

/** A finding as one English sentence or two: what is wrong, and where the wrong value comes from. */
export function messageOf(finding: Finding): string {
  const shared = finding.alsoIn?.length
    ? ` ${plural(finding.alsoIn.length, 'more channel uses', 'more channels use')} the same value.`
    : '';
  return sentenceOf(finding) + shared;
}

function sentenceOf({ code, parameters }: Finding): string {
  const alias = `"${shorten(parameters.alias ?? '')}"`;
  const store = named(parameters.keystores ?? []);
  const unsure =
    parameters.certain === false
      ? ' The authentication of the channel is not known here, so the alias may not be used.'
      : '';
  switch (code) {
    case 'alias-missing':
      return parameters.locked
        ? `There is no entry ${alias} in ${store || 'an open keystore'}, but ${named(parameters.locked)} ${verb(parameters.locked)} locked and may have it.${unsure}`
        : `There is no entry ${alias} in ${store}.${unsure}`;
    case 'alias-case':
      return `There is no entry ${alias} in ${store}, but "${parameters.storedAlias ?? ''}": Java ignores case in an alias, other tools do not.${unsure}`;
    case 'alias-not-a-key-pair':
      return `The entry ${alias} of ${store} is ${kindText(parameters)}, not a key pair: it cannot authenticate a client.${unsure}`;
    case 'alias-without-certificate':
      return `The entry ${alias} of ${store} has a private key but no certificate: it cannot authenticate a client.${unsure}`;
    case 'alias-empty':
      return 'No private key alias is set: any key pair of the tenant that the server accepts may be sent.';
    case 'alias-not-supported':
      return `The ${parameters.adapter ?? ''} adapter does not support the alias ${alias}.`;
    case 'alias-sap-owned':
      return `The alias ${alias} belongs to SAP: the key pair is in the tenant alone and cannot be checked here.`;
    case 'certificate-expired':
      return `The certificate of ${alias} in ${store} expired on ${parameters.date ?? ''}, ${ago(parameters.days)}.${unsure}`;
    case 'certificate-expiring':
      return `The certificate of ${alias} in ${store} expires on ${parameters.date ?? ''}, ${ahead(parameters.days)}.${unsure}`;
    case 'certificate-not-yet-valid':
      return `The certificate of ${alias} in ${store} is not valid before ${parameters.date ?? ''}.${unsure}`;
    case 'client-certificate-over-http':
      return `The channel authenticates with a client certificate, but ${shorten(parameters.address ?? '')} is plain HTTP: no certificate is ever sent.`;
    case 'client-certificate-on-premise':
      return `The ${parameters.adapter ?? ''} adapter cannot use a client certificate with the proxy type On-Premise: the check or the deployment of the flow fails.`;
    case 'parameter-undefined':
      return `parameters.prop has no parameter "${shorten(parameters.parameter ?? '')}".`;
  }
}

/** What to do about it; undefined where the message says it all. */
export function helpOf({ code, fixes }: Finding): string | undefined {
  const candidates = fixes?.map(({ value }) => `"${value}"`) ?? [];
  switch (code) {
    case 'alias-missing':
    case 'alias-not-a-key-pair':
      return candidates.length
        ? `Did you mean ${candidates.join(' or ')}?`
        : 'Use the alias of a key pair, or generate or import one under this alias.';
    case 'alias-case':
      return `Write ${candidates.join(' or ')}.`;
    case 'alias-without-certificate':
      return 'Import the certificate, or the signing response of its authority, into the entry.';
    case 'alias-empty':
      return 'Name the key pair, so that it does not depend on what else is in the keystore.';
    case 'alias-not-supported':
      return 'Rename the key pair in the keystore and use the new alias.';
    case 'certificate-expired':
    case 'certificate-expiring':
      return 'Renew the certificate and hand the new one to the receiver before the change.';
    case 'client-certificate-over-http':
      return 'Use an https:// address.';
    case 'client-certificate-on-premise':
      return 'Use another authentication, or the proxy type Internet.';
    case 'parameter-undefined':
      return 'Add it to parameters.prop, or replace the placeholder by a value.';
    case 'alias-sap-owned':
    case 'certificate-not-yet-valid':
      return undefined;
  }
}

function kindText({ entryKind }: FindingParameters): string {
  if (entryKind === 'certificate') return 'a certificate';
  return entryKind === 'secretKey' ? 'a secret key' : 'of an unknown kind';
}

function named(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ');
  return names.length === 3
    ? `${names[0] ?? ''}, ${names[1] ?? ''} and ${names[2] ?? ''}`
    : `${names.length} keystores`;
}

const verb = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');
const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

function ahead(days = 0): string {
  return days <= 0 ? 'within a day' : `in ${plural(days, 'day', 'days')}`;
}

function ago(days = 0): string {
  return days >= -1 ? 'within the last day' : `${plural(-days - 1, 'day', 'days')} ago`;
}
