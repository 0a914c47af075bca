import type {
  Authentication,
  AuthenticationKind,
  FieldDescription,
  FurtherField,
  ProxyType,
  When,
} from './adapterDescription';
import type { FieldOption } from './model';

/** The words that the rows of the adapter table are written in. */
export const alias = ['privateKeyAlias'] as const;
export const credential = ['credential'] as const;
export const nothing = [] as const;
export const both = ['privateKeyAlias', 'credential'] as const;

export const authentication = (
  value: string,
  label: string,
  kind: AuthenticationKind,
  uses: Authentication['uses'],
  proven = true,
): Authentication => ({ value, label, kind, uses, proven });

export const none = authentication('None', 'None', 'none', nothing);
export const basic = authentication('Basic', 'Basic', 'password', credential);
export const clientCertificate = authentication(
  'Client Certificate',
  'Client Certificate',
  'client-certificate',
  alias,
);
export const principal = authentication(
  'Principal Propagation',
  'Principal Propagation',
  'principal-propagation',
  nothing,
  false,
);
export const unproven = <T extends Authentication | ProxyType>(proven: T): T => ({ ...proven, proven: false });

export const internet: ProxyType = { value: 'default', label: 'Internet', kind: 'internet', proven: true };
export const onPremise: ProxyType = { value: 'sapcc', label: 'On-Premise', kind: 'on-premise', proven: true };
export const noProxy: ProxyType = { value: 'none', label: 'Internet', kind: 'internet', proven: true };
export const dynamicProxy: ProxyType = { value: 'dynamic', label: 'Dynamic', kind: 'dynamic', proven: true };

export const field = (key: string, label: string): FieldDescription => ({ key, label });
export const address = (key: string): FieldDescription => field(key, 'Address');
export const privateKeyAlias = (key: string): FieldDescription => field(key, 'Private Key Alias');
export const credentialName = (key: string): FieldDescription => field(key, 'Credential Name');
export const proxyType = field('proxyType', 'Proxy Type');

/** The location of a Cloud Connector: read with proxy type On-Premise. @param direct what the proxy type is without one */
export const location = (key: string, direct = 'default'): FurtherField => ({
  ...field(key, 'Location ID'),
  role: 'location',
  when: [{ key: 'proxyType', not: [direct, 'Internet'] }],
});

export const keyPairAlias = (key: string, label: string, when?: readonly When[]): FurtherField => ({
  ...field(key, label),
  role: 'keyPair',
  ...(when && { when }),
});

export const certificateAlias = (key: string, label: string, when?: readonly When[]): FurtherField => ({
  ...field(key, label),
  role: 'certificate',
  ...(when && { when }),
});

export const secureParameter = (key: string, label: string, when?: readonly When[]): FurtherField => ({
  ...field(key, label),
  role: 'secureParameter',
  ...(when && { when }),
});

export const choice = (key: string, label: string, options: readonly FieldOption[]): FurtherField => ({
  ...field(key, label),
  role: 'choice',
  options,
});

export const option = (value: string, label: string, proven = true): FieldOption => ({ value, label, proven });
