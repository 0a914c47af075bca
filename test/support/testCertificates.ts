import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Certificate } from '../../src/core/certificates/certificate';
import type { AlternativeName } from '../../src/core/certificates/alternativeNames';
import { issueCertificate, type IssueRequest } from '../../src/core/certificates/issue';
import { certificatesPem } from '../../src/core/certificates/pem';
import { issuerAddressExtension } from '../../src/core/certificates/writeExtensions';
import type { ClientKeyPair } from '../../src/core/connectivity/secondPass';

export { localNames } from '../../src/core/connectivity/practice/identities';

const day = 24 * 60 * 60 * 1000;

/** A certificate with its key and chain, in the forms tests need. EC P-256: fast. */
export class TestIdentity {
  constructor(
    readonly certificate: Certificate,
    readonly privateKey: KeyObject,
    /** Leaf first, up to and with the root. */
    readonly chain: readonly Certificate[],
  ) {}

  get privateKeyPem(): string {
    return this.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  }

  get privateKeyInfo(): Uint8Array {
    return this.privateKey.export({ format: 'der', type: 'pkcs8' });
  }

  get pem(): string {
    return certificatesPem([this.certificate]);
  }

  /** Leaf and intermediates, without the root: as a server or client sends it. */
  get chainPem(): string {
    return certificatesPem(this.chain.filter((member) => member === this.certificate || !member.selfIssued));
  }

  /** To authenticate with in a connectivity test. */
  asClient(alias: string): ClientKeyPair {
    return { alias, chain: this.chain, privateKeyPem: () => Promise.resolve(this.privateKeyPem) };
  }

  /** Issues with this identity as CA. */
  issue(name: string, options: TestOptions = {}): Promise<TestIdentity> {
    return makeIdentity(name, options, this);
  }
}

export interface TestOptions extends Partial<
  Pick<IssueRequest, 'ca' | 'extendedKeyUsage' | 'serialNumber' | 'hash' | 'extensions'>
> {
  /** Where the issuer's certificate lies, as the certificate says. */
  readonly issuerAt?: string;
  readonly alternativeNames?: readonly AlternativeName[];
  /** Days from now; defaults -1 and 365. */
  readonly fromDays?: number;
  readonly toDays?: number;
  readonly key?:
    | { readonly algorithm: 'RSA'; readonly bits: number }
    | { readonly algorithm: 'EC'; readonly curve: string }
    | { readonly algorithm: 'Ed25519' };
  readonly organization?: string;
}

/** A root CA. */
export function makeCa(name: string, options: TestOptions = {}): Promise<TestIdentity> {
  return makeIdentity(name, { ca: {}, toDays: 3650, ...options });
}

/** A self-signed certificate that is no CA. */
export function makeSelfSigned(name: string, options: TestOptions = {}): Promise<TestIdentity> {
  return makeIdentity(name, options);
}

async function makeIdentity(name: string, options: TestOptions, issuer?: TestIdentity): Promise<TestIdentity> {
  const spec = options.key ?? { algorithm: 'EC', curve: 'P-256' };
  const { privateKey, publicKey } =
    spec.algorithm === 'RSA'
      ? generateKeyPairSync('rsa', { modulusLength: spec.bits })
      : spec.algorithm === 'EC'
        ? generateKeyPairSync('ec', { namedCurve: spec.curve })
        : generateKeyPairSync('ed25519');
  const now = Date.now();
  const { ca, extendedKeyUsage, serialNumber, hash, issuerAt, alternativeNames, organization } = options;
  const extensions = [
    ...(options.extensions ?? []),
    ...(issuerAt === undefined ? [] : [issuerAddressExtension(issuerAt)]),
  ];
  const certificate = await issueCertificate({
    subject: [
      { label: 'CN', value: name },
      ...(organization === undefined ? [] : [{ label: 'O' as const, value: organization }]),
    ],
    publicKey,
    signingKey: issuer?.privateKey ?? privateKey,
    notBefore: new Date(now + (options.fromDays ?? -1) * day),
    notAfter: new Date(now + (options.toDays ?? 365) * day),
    ...(issuer && { issuer: issuer.certificate }),
    ...(ca && { ca }),
    ...(extendedKeyUsage && { extendedKeyUsage }),
    ...(serialNumber !== undefined && { serialNumber }),
    ...(alternativeNames && { alternativeNames }),
    ...(hash && { hash }),
    ...(extensions.length && { extensions }),
  });
  return new TestIdentity(certificate, privateKey, [certificate, ...(issuer?.chain ?? [])]);
}
