import { json, Refused, type Reply } from './replies';

type Row = Readonly<Record<string, unknown>>;

/**
 * A collection as OData V2 answers it: `$filter` (eq, ne, startswith, endswith, substringof, joined by and), `$orderby`, `$skip`, `$top`, `$select`,
 * `$inlinecount=allpages`, and pages with `__next`.
 */
export function collection(all: readonly Row[], url: URL, pageSize: number): Reply {
  const query = url.searchParams;
  const filter = query.get('$filter');
  const order = query.get('$orderby');
  let rows = filter === null ? [...all] : all.filter(predicate(filter));
  const total = rows.length;
  if (order !== null) {
    const [name = '', direction] = order.split(' ');
    rows.sort((a, b) => textOf(a[name]).localeCompare(textOf(b[name])) * (direction === 'desc' ? -1 : 1));
  }
  rows = rows.slice(numberIn(query, '$skip', 0)).slice(0, numberIn(query, '$top', Infinity));
  const from = numberIn(query, '$skiptoken', 0);
  const page = rows.slice(from, from + pageSize).map((row) => selected(row, query.get('$select')));
  const next = new URL(url);
  next.searchParams.set('$skiptoken', String(from + pageSize));
  return json(200, {
    d: {
      results: page,
      ...(query.get('$inlinecount') === 'allpages' && { __count: String(total) }),
      ...(from + pageSize < rows.length && { __next: next.href }),
    },
  });
}

/** What `.../$count` answers. */
export function countOf(all: readonly Row[], url: URL): Reply {
  const filter = url.searchParams.get('$filter');
  const count = (filter === null ? all : all.filter(predicate(filter))).length;
  return { status: 200, body: String(count), type: 'text/plain' };
}

export function selected(row: Row, select: string | null): Row {
  if (select === null) return row;
  const names = select.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(name in row));
  if (unknown !== undefined) throw new Refused(400, 'Bad Request', `Invalid system query option: '${unknown}'.`);
  return Object.fromEntries(Object.entries(row).filter(([name]) => name === '__metadata' || names.includes(name)));
}

function predicate(filter: string): (row: Row) => boolean {
  const parts = filter.split(/ and /).map((part) => part.trim().replace(/ eq true$/, ''));
  const tests = parts.map((part): ((row: Row) => boolean) => {
    const compared = /^(\w+) (eq|ne) '((?:[^']|'')*)'$/.exec(part);
    if (compared) {
      const [, name = '', operator, value = ''] = compared;
      return (row) => (textOf(row[name]) === value.replaceAll("''", "'")) === (operator === 'eq');
    }
    const called = /^(startswith|endswith)\((\w+),\s*'((?:[^']|'')*)'\)$/.exec(part);
    const contained = /^substringof\('((?:[^']|'')*)',\s*(\w+)\)$/.exec(part);
    if (called) {
      const [, how, name = '', value = ''] = called;
      return (row) => (how === 'startswith' ? textOf(row[name]).startsWith(value) : textOf(row[name]).endsWith(value));
    }
    if (contained) {
      const [, value = '', name = ''] = contained;
      return (row) => textOf(row[name]).includes(value);
    }
    throw new Refused(400, 'Bad Request', `Invalid filter expression: '${part}'.`);
  });
  return (row) => tests.every((test) => test(row));
}

function numberIn(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d+$/.test(text)) throw new Refused(400, 'Bad Request', `Invalid value for ${name}: '${text}'.`);
  return Number(text);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** The entity sets of the simulation, with their keys, as `$metadata` says it. */
export function metadata(sets: Readonly<Record<string, readonly string[]>>): Reply {
  const types = Object.entries(sets).map(
    ([name, keys]) =>
      `<EntityType Name="${name}"><Key>${keys.map((key) => `<PropertyRef Name="${key}"/>`).join('')}</Key>${keys
        .map((key) => `<Property Name="${key}" Type="Edm.String" Nullable="false"/>`)
        .join('')}</EntityType>`,
  );
  const entitySets = Object.keys(sets).map(
    (name) => `<EntitySet Name="${name}" EntityType="com.sap.hci.api.${name}"/>`,
  );
  const body = `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices m:DataServiceVersion="2.0" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><Schema Namespace="com.sap.hci.api" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">${types.join('')}<EntityContainer Name="Api" m:IsDefaultEntityContainer="true">${entitySets.join('')}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`;
  return { status: 200, body, type: 'application/xml' };
}
