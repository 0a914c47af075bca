import { FlowKeystoreError } from '../errors';
import { isObject } from '../jsonObject';

/** How a program is let in. */
export type TenantAuth =
  | {
      readonly kind: 'clientSecret';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | {
      readonly kind: 'clientCertificate';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly certificatePem: string;
      readonly privateKeyPem: string;
    }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string };

/** Where a tenant's API is, and how to get in. Holds secrets: in memory and SecretStorage alone. */
export interface TenantAccess {
  /** `https://host/api/v1`, without a slash at its end. */
  readonly api: string;
  readonly auth: TenantAuth;
}

/**
 * Reads a service key as SAP BTP issues it (Process Integration Runtime, plan `api`): its fields at the top, or below `oauth`; with a client secret or with a
 * certificate and its key. Where there is no service key (Neo), `{"url", "user", "password"}` says the same.
 * @throws FlowKeystoreError `value-invalid`, never quoting the text
 */
export function readServiceKey(text: string): TenantAccess {
  const whole = parsed(text);
  // A key that is exported as a binding has it all below `credentials`.
  const credentials = recordIn(whole, 'credentials');
  const parts = [whole, credentials, recordIn(whole, 'oauth'), credentials && recordIn(credentials, 'oauth')].filter(
    (part) => part !== undefined,
  );
  const fields = (name: string): string[] =>
    parts.map((part) => textIn(part, name)).filter((text) => text !== undefined);
  const field = (name: string): string | undefined => fields(name).at(-1);
  const urls = fields('url');
  // Some have the authorisation server as `url`.
  const host = urls.find((url) => !/\.authentication\./i.test(url)) ?? urls[0];
  if (host === undefined) throw incomplete('url');
  const [user, password] = [field('user'), field('password')];
  if (user !== undefined && password !== undefined) {
    return { api: apiOf(host), auth: { kind: 'basic', user, password } };
  }
  const tokenUrl = httpsUrl(field('tokenurl') ?? '', 'tokenurl').href;
  const clientId = field('clientid');
  if (clientId === undefined) throw incomplete('clientid');
  const api = apiOf(host);
  const clientSecret = field('clientsecret');
  if (clientSecret !== undefined) return { api, auth: { kind: 'clientSecret', tokenUrl, clientId, clientSecret } };
  const certificate = field('certificate');
  if (certificate === undefined) throw incomplete('clientsecret" or "certificate');
  const key = field('key');
  if (key === undefined) {
    throw invalid(
      'The service key names a certificate and has no private key.',
      'Create a service key of the key type "Certificate" or "ClientId/Secret": that of an external certificate has its key elsewhere.',
    );
  }
  return {
    api,
    auth: {
      kind: 'clientCertificate',
      tokenUrl,
      clientId,
      certificatePem: pemOf(certificate),
      privateKeyPem: pemOf(key),
    },
  };
}

/**
 * The root of the API of a host: of the address of an API host (Cloud Foundry), of a tenant's web page (Neo), or as it is where it names the API.
 * @throws FlowKeystoreError `value-invalid`
 */
export function apiOf(address: string): string {
  const url = httpsUrl(/^[a-z]+:\/\//i.test(address) ? address : `https://${address}`, 'url');
  if (/(^|\.)[^.]*-rt\./i.test(url.hostname) || /-rt\.cfapps\./i.test(url.hostname)) {
    throw invalid(
      `${url.hostname} runs flows: it is not the host of the API.`,
      'Take a service key of the plan "api" of Process Integration Runtime, not of "integration-flow".',
    );
  }
  const named = /^(.*\/api\/v1)(\/|$)/.exec(url.pathname);
  return `${url.origin}${named ? named[1] : '/api/v1'}`;
}

function httpsUrl(text: string, name: string): URL {
  if (text === '') throw incomplete(name);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid(`"${name}" of the service key is no address.`);
  }
  if (url.protocol !== 'https:') {
    throw invalid(`"${name}" of the service key is not https: a secret would be sent in the clear.`);
  }
  return url;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw invalid('This is no JSON.', 'Copy the whole service key, from the first { to the last }.');
  }
  if (!isObject(value)) {
    throw invalid('This is no service key.', 'Copy the whole service key, from the first { to the last }.');
  }
  return value;
}

function recordIn(
  value: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const found = Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(found) ? found : undefined;
}

function textIn(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : undefined;
}

/** Keys are copied from web pages with their line ends spelt out. */
const pemOf = (text: string): string => text.replaceAll('\\r', '').replaceAll('\\n', '\n');

const incomplete = (name: string): FlowKeystoreError =>
  invalid(
    `The service key has no "${name}".`,
    'Copy the whole service key of the plan "api" of Process Integration Runtime.',
  );

const invalid = (message: string, next?: string): FlowKeystoreError =>
  new FlowKeystoreError('value-invalid', message, {}, next);
