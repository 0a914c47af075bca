import { daysLeft, expiryState } from '../../keystore/expiry';
import type { CheckOptions } from '../context';
import type { Finding } from '../finding';
import type { LocatedEntry } from '../keystoreView';
import type { Tell } from './aliasFacts';

/** Whether a certificate can be used now, and for how long. */
export function* judgeValidity(
  { entry, keystore }: LocatedEntry,
  options: CheckOptions,
  tell: Tell,
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
