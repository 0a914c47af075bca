import { isIP } from 'node:net';

export interface AlternativeName {
  readonly kind: 'dns' | 'ip' | 'email' | 'uri';
  readonly value: string;
}

/** Undefined where the name is fine. */
export function alternativeNameProblem({ kind, value }: AlternativeName): string | undefined {
  switch (kind) {
    case 'dns':
      return /^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(
        value,
      ) && value.length <= 253
        ? undefined
        : `"${value}" is no DNS name.`;
    case 'ip':
      return isIP(value) ? undefined : `"${value}" is no IP address.`;
    case 'email':
      return /^[\x21-\x7e]+@[\x21-\x7e]+$/.test(value) ? undefined : `"${value}" is no e-mail address.`;
    case 'uri':
      return /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(value) ? undefined : `"${value}" is no URI.`;
  }
}

/** `a.example, 10.0.0.1, mailto@x.example, https://...`: the kind is told by the form. */
export function parseAlternativeNames(text: string): AlternativeName[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((item): AlternativeName => {
      const prefixed = /^(dns|ip|email|uri):(.+)$/i.exec(item);
      if (prefixed) {
        return { kind: (prefixed[1] ?? '').toLowerCase() as AlternativeName['kind'], value: prefixed[2] ?? '' };
      }
      const kind = isIP(item) ? 'ip' : item.includes('://') ? 'uri' : item.includes('@') ? 'email' : 'dns';
      return { kind, value: item };
    });
}
