/** How long a certificate is to be valid, as people say it: a length of time, or the last day. */
export type ValidityText =
  | { readonly kind: 'length'; readonly unit: 'day' | 'month' | 'year'; readonly count: number }
  | { readonly kind: 'until'; readonly date: Date };

const units = {
  d: 'day',
  day: 'day',
  days: 'day',
  m: 'month',
  month: 'month',
  months: 'month',
  y: 'year',
  year: 'year',
  years: 'year',
} as const;

/** `2 years`, `18 months`, `90 days`, `90` (days), `2028-12-31`. Undefined for anything else. */
export function parseValidity(text: string): ValidityText | undefined {
  const day = /^\s*(\d{4}-\d{2}-\d{2})\s*$/.exec(text)?.[1];
  if (day !== undefined) {
    const date = new Date(`${day}T23:59:59Z`);
    const real = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
    return real ? { kind: 'until', date } : undefined;
  }
  const [, digits, word = 'days'] = /^\s*(\d{1,5})\s*([a-z]+)?\s*$/i.exec(text) ?? [];
  const unit = units[word.toLowerCase() as keyof typeof units] as (typeof units)[keyof typeof units] | undefined;
  const count = Number(digits);
  return digits === undefined || !unit || count === 0 ? undefined : { kind: 'length', unit, count };
}

/** A moment, UTC: `2027-01-31` (its first second), `2027-01-31 14:30`, `2027-01-31T14:30:00Z`. Undefined for anything else. */
export function parseMoment(text: string): Date | undefined {
  const [, day, time = '00:00', seconds = ':00'] =
    /^\s*(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2})(:\d{2})?Z?)?\s*$/i.exec(text) ?? [];
  if (day === undefined) return undefined;
  const written = `${day}T${time}${seconds}`;
  const date = new Date(`${written}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(written) ? date : undefined;
}

/** The end of the validity, by the calendar (UTC): one year from 29 February ends on 28 February. */
export function endOfValidity(validity: ValidityText, from: Date): Date {
  if (validity.kind === 'until') return validity.date;
  const end = new Date(from);
  const { unit, count } = validity;
  if (unit === 'day') end.setUTCDate(end.getUTCDate() + count);
  else {
    const day = end.getUTCDate();
    end.setUTCMonth(end.getUTCMonth() + (unit === 'year' ? 12 * count : count));
    if (end.getUTCDate() !== day) end.setUTCDate(0);
  }
  return end;
}

/** The last moment that X.509 can say (RFC 5280 section 4.1.2.5). */
export const lastMoment = new Date('9999-12-31T23:59:59Z');
