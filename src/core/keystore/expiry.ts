const day = 24 * 60 * 60 * 1000;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export type ExpiryState = 'valid' | 'expiring' | 'expired' | 'not-yet-valid';

/**
 * From when on a certificate counts as expiring: so many days before its end, and, where a percentage is given, not before that share of its
 * lifetime is all that is left. A certificate of a week or a month is not reproached for being short-lived then.
 */
export interface ExpiryThresholds {
  readonly days: number;
  /** 0 to 100; 0: days alone count. */
  readonly percent: number;
}

/** Where nothing else is said. */
export const usualThresholds: ExpiryThresholds = { days: 30, percent: 33 };

/** A number is days alone. */
export type WarnFrom = number | ExpiryThresholds;

/** Whole days from now until the certificate ends; negative when it has ended. */
export function daysLeft({ notAfter }: Pick<Validity, 'notAfter'>, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / day);
}

/** The share of the lifetime that is left, in whole percent, rounded down: 0 when it has ended, 100 before it begins. */
export function percentLeft({ notBefore, notAfter }: Validity, now: Date): number {
  const whole = notAfter.getTime() - notBefore.getTime();
  const left = notAfter.getTime() - now.getTime();
  if (left <= 0 || whole <= 0) return 0;
  return Math.floor(Math.min(1, left / whole) * 100);
}

/** The first moment at which the certificate counts as expiring. */
export function expiringFrom({ notBefore, notAfter }: Validity, warnFrom: WarnFrom): Date {
  const { days, percent } = thresholdsOf(warnFrom);
  const byDays = notAfter.getTime() - days * day;
  if (percent <= 0) return new Date(byDays);
  const byShare = notAfter.getTime() - (Math.max(0, notAfter.getTime() - notBefore.getTime()) * percent) / 100;
  return new Date(Math.max(byDays, byShare));
}

export function expiryState(validity: Validity, now: Date, warnFrom: WarnFrom): ExpiryState {
  if (validity.notAfter.getTime() < now.getTime()) return 'expired';
  if (validity.notBefore.getTime() > now.getTime()) return 'not-yet-valid';
  return now.getTime() > expiringFrom(validity, warnFrom).getTime() ? 'expiring' : 'valid';
}

export function thresholdsOf(warnFrom: WarnFrom): ExpiryThresholds {
  return typeof warnFrom === 'number' ? { days: warnFrom, percent: 0 } : warnFrom;
}
