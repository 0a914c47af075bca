import { subjectTextOf, parseSubject } from '../certificates/subjectText';
import { FlowKeystoreError } from '../errors';
import { keySpecs, keySpecText } from '../keys/generate';
import { publicKeyText } from '../certificates/publicKey';
import type { KeyPairEntry } from '../keystore/model';
import type { TenantKeyPair } from './generate';

/**
 * What a tenant is to make as the successor of a key pair: the same name, the same kind of key (RSA 3072 where the tenant makes none of that kind), and as long a
 * life, unless another end is asked for.
 * @throws FlowKeystoreError `not-a-certificate`; `value-invalid` for a name that cannot be typed
 */
export function tenantSuccessor(current: KeyPairEntry, alias: string, now: Date, notAfter?: Date): TenantKeyPair {
  const [leaf] = current.chain;
  const subject = leaf && subjectTextOf(leaf.subject);
  if (!leaf) throw new FlowKeystoreError('not-a-certificate', `"${current.alias}" has no certificate to renew.`);
  if (subject === undefined) {
    throw new FlowKeystoreError(
      'value-invalid',
      `The tenant cannot be told the name of "${current.alias}".`,
      {},
      'Generate a key pair with a name like it, under an alias of its own.',
    );
  }
  const spec = keySpecs.find((each) => keySpecText(each) === publicKeyText(leaf.publicKey));
  const life = leaf.notAfter.getTime() - leaf.notBefore.getTime();
  return {
    alias,
    spec: spec ?? { algorithm: 'RSA', bits: 3072 },
    subject: parseSubject(subject),
    notBefore: now,
    notAfter: notAfter ?? new Date(now.getTime() + life),
  };
}
