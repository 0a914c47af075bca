import { FlowKeystoreError } from '../errors';
import { isObject } from '../jsonObject';
import { looksLikeAtom, readAtom } from './atom';

/** Properties of an entity, as an answer has them. */
export type Entity = Readonly<Record<string, unknown>>;

/** A page of a collection. */
export interface Page {
  readonly results: readonly Entity[];
  /** Address of the next one, where there is one. */
  readonly next?: string;
}

/**
 * Reads a collection out of an answer in JSON of OData V2 (`{"d":{"results":[...],"__next":"..."}}`), or in Atom.
 * @throws FlowKeystoreError `tenant-answer`
 */
export function pageOf(body: string): Page {
  if (looksLikeAtom(body)) {
    const { entities, next, isFeed } = readAtom(body);
    if (!isFeed) throw unexpected('no list of entities');
    return { results: entities, ...(next !== undefined && { next }) };
  }
  const d = bodyOf(body);
  const results = Array.isArray(d) ? d : isObject(d) ? d['results'] : undefined;
  if (!Array.isArray(results) || !results.every(isObject)) throw unexpected('no list of entities');
  const next = isObject(d) ? d['__next'] : undefined;
  return { results, ...(typeof next === 'string' && { next }) };
}

/** Reads one entity. @throws FlowKeystoreError `tenant-answer` */
export function entityOf(body: string): Entity {
  if (looksLikeAtom(body)) {
    const [entity] = readAtom(body).entities;
    if (!entity) throw unexpected('no entity');
    return entity;
  }
  const d = bodyOf(body);
  if (!isObject(d)) throw unexpected('no entity');
  return d;
}

/** A text property; undefined where it is null or absent. */
export function textOf(entity: Entity, name: string): string | undefined {
  const value = Object.hasOwn(entity, name) ? entity[name] : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** `/Date(1552296324222)/`, `/Date(1552296324222+0000)/`, ISO 8601. Undefined for anything else. */
export function dateOf(entity: Entity, name: string): Date | undefined {
  const text = textOf(entity, name);
  if (text === undefined) return undefined;
  const ticks = /^\/Date\((-?\d+)(?:[+-]\d+)?\)\/$/.exec(text)?.[1];
  const date = new Date(ticks === undefined ? (/^\d{4}-\d\d-\d\d/.test(text) ? text : Number.NaN) : Number(ticks));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * What an answer says of an error: JSON with or without the outer `error`, or XML. Undefined where it says nothing, as a Forbidden of the tenant does.
 */
export function errorTextOf(body: string): string | undefined {
  const xml = /<message\b[^>]*>([^<]*)<\/message>/.exec(body)?.[1];
  if (xml !== undefined) return xml.trim() === '' ? undefined : unescaped(xml.trim());
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const error = isObject(value['error']) ? value['error'] : value;
  const { message } = error;
  const text = isObject(message) ? message['value'] : message;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}

function bodyOf(body: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw unexpected(body.trimStart().startsWith('<') ? 'XML or HTML where JSON was asked for' : 'no JSON');
  }
  if (!isObject(value) || !Object.hasOwn(value, 'd')) throw unexpected('no data');
  return value['d'];
}

const unescaped = (text: string): string =>
  text.replace(
    /&(lt|gt|quot|apos|amp);/g,
    (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
  );

const unexpected = (what: string): FlowKeystoreError =>
  new FlowKeystoreError(
    'tenant-answer',
    `The tenant's answer is not understood: ${what}.`,
    {},
    'Check that the address is that of the API of Cloud Integration.',
  );
