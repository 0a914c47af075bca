import type { Reply } from './replies';

/** An answer in JSON as Atom, as OData V2 writes it; others as they are. */
export function asAtom(reply: Reply): Reply {
  if (!reply.type?.includes('json')) return reply;
  const { d } = JSON.parse(String(reply.body)) as { d?: { results?: Row[]; __next?: string } & Row };
  if (!d) return reply;
  const open = `xmlns="http://www.w3.org/2005/Atom" xmlns:m="${base}/metadata" xmlns:d="${base}"`;
  const next = d.__next === undefined ? '' : `<link rel="next" href="${escaped(d.__next)}"/>`;
  const body = d.results
    ? `<feed ${open}><title type="text">x</title>${d.results.map((row) => entry(row)).join('')}${next}</feed>`
    : entry(d, ` ${open}`);
  return { status: reply.status, body: `<?xml version="1.0" encoding="utf-8"?>${body}`, type: 'application/atom+xml' };
}

type Row = Readonly<Record<string, unknown>>;

const base = 'http://schemas.microsoft.com/ado/2007/08/dataservices';

/** With a link to expanded entries, which is not to be mistaken for the next page. */
function entry(row: Row, open = ''): string {
  const properties = Object.entries(row).flatMap(([name, value]) => {
    if (name.startsWith('__') || typeof value === 'object') {
      return value === null ? [`<d:${name} m:null="true"/>`] : [];
    }
    return [`<d:${name}>${escaped(textOf(value))}</d:${name}>`];
  });
  const link = '<link rel="edit" title="x" href="x"/>';
  return `<entry${open}>${link}<content type="application/xml"><m:properties>${properties.join('')}</m:properties></content></entry>`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
