import { certificateOf } from './chain';
import type { Certificate } from '../certificates/certificate';
import { visible } from '../visible';
import { groups } from './describe';
import { expiringFrom, type WarnFrom } from './expiry';
import type { Entry } from './model';

const day = 24 * 60 * 60 * 1000;

/** In days before the end: a last reminder, beside the one when the certificate begins to count as expiring. */
const lastReminder = 7;

export interface CalendarOptions {
  readonly now: Date;
  readonly warnFrom: WarnFrom;
}

interface Ending {
  readonly certificate: Certificate;
  /** `partner_a (partner.p12)`. */
  readonly places: string[];
}

/**
 * The ends of all certificates that are still to come as an iCalendar file (RFC 5545): one event for each certificate, in however many keystores
 * it is, with alarms. Its identifier comes from the certificate, so that a calendar that imports the file again knows the event. Lines end in
 * CRLF. No secret is in it.
 */
export function calendarOf(
  keystores: readonly { readonly name: string; readonly entries: readonly Entry[] }[],
  { now, warnFrom }: CalendarOptions,
): { text: string; events: number } {
  const endings = [...endingsOf(keystores).values()]
    .filter(({ certificate }) => certificate.notAfter > now)
    .sort((a, b) => a.certificate.notAfter.getTime() - b.certificate.notAfter.getTime());
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Flow Keystore//Expiry//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    ...endings.flatMap((ending) => eventLines(ending, now, warnFrom)),
    'END:VCALENDAR',
  ];
  return { text: lines.map((line) => `${folded(line)}\r\n`).join(''), events: endings.length };
}

function endingsOf(
  keystores: readonly { readonly name: string; readonly entries: readonly Entry[] }[],
): Map<string, Ending> {
  const endings = new Map<string, Ending>();
  for (const { name, entries } of keystores) {
    for (const entry of entries) {
      const certificate = certificateOf(entry);
      if (!certificate) continue;
      const ending = endings.get(certificate.sha256) ?? { certificate, places: [] };
      ending.places.push(visible(`${entry.alias} (${name})`));
      endings.set(certificate.sha256, ending);
    }
  }
  return endings;
}

function eventLines({ certificate, places }: Ending, now: Date, warnFrom: WarnFrom): string[] {
  const { notAfter, sha256 } = certificate;
  const [first = '', ...more] = places;
  const summary = `Certificate expires: ${first}${more.length ? ` and ${more.length} more` : ''}`;
  const description = [
    `Entries: ${places.join(', ')}`,
    `Subject: ${certificate.subject.toString()}`,
    `Issuer: ${certificate.issuer.toString()}`,
    `Serial number: ${groups(certificate.serialNumber)}`,
    `SHA-256: ${groups(sha256)}`,
  ].join('\n');
  const daysBefore = Math.floor((notAfter.getTime() - expiringFrom(certificate, warnFrom).getTime()) / day);
  const reminders = [...new Set([daysBefore, Math.min(daysBefore, lastReminder)])].filter((days) => days > 0);
  return [
    'BEGIN:VEVENT',
    `UID:${sha256}@flow-keystore`,
    `DTSTAMP:${moment(now)}`,
    `DTSTART:${moment(notAfter)}`,
    // It takes up nobody's time.
    'TRANSP:TRANSPARENT',
    `SUMMARY:${escaped(summary)}`,
    `DESCRIPTION:${escaped(description)}`,
    ...reminders.flatMap((days) => [
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      `TRIGGER:-P${days}D`,
      `DESCRIPTION:${escaped(summary)}`,
      'END:VALARM',
    ]),
    'END:VEVENT',
  ];
}

/** `20270109T120000Z`. */
function moment(date: Date): string {
  return date
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
}

/** RFC 5545 section 3.3.11. */
function escaped(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|[\r\n]/g, '\\n');
}

/** RFC 5545 section 3.1: lines of at most 75 octets, what is over goes on after a space; no character is cut in two. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const length = Buffer.byteLength(character);
    if (octets + length > (parts.length ? 74 : 75)) {
      parts.push(part);
      part = '';
      octets = 0;
    }
    part += character;
    octets += length;
  }
  return [...parts, part].join('\r\n ');
}
