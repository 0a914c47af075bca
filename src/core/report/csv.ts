/** RFC 4180, with a line of names. */
export function csv(names: readonly string[], rows: readonly (readonly (string | number | undefined)[])[]): string {
  return `${[names, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/**
 * A field of CSV. What a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV Injection"): an alias or a name in a certificate
 * may come from anybody.
 */
function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
