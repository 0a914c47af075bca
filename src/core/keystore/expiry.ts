const day = 24 * 60 * 60 * 1000;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export type ExpiryState = 'valid' | 'expiring' | 'expired' | 'not-yet-valid';

/** Whole days from now until the certificate ends; negative when it has ended. */
export function daysLeft({ notAfter }: Pick<Validity, 'notAfter'>, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / day);
}

/** @param warnDays from how many days before the end a certificate counts as expiring */
export function expiryState(validity: Validity, now: Date, warnDays: number): ExpiryState {
  if (validity.notAfter.getTime() < now.getTime()) return 'expired';
  if (validity.notBefore.getTime() > now.getTime()) return 'not-yet-valid';
  return daysLeft(validity, now) < warnDays ? 'expiring' : 'valid';
}
