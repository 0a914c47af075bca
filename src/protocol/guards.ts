/** Run-time checks of messages. A guard never throws and trusts nothing: a value of an unknown origin either has the shape or it has not. */
export type Guard<T> = (value: unknown) => value is T;

/** A guard of a key that may be absent; to be used in `shape`. */
export interface OptionalGuard<T> {
  readonly optional: Guard<T>;
}

type Fields<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? OptionalGuard<Exclude<T[K], undefined>> : Guard<T[K]>;
};

/** Nothing a person writes into a form, and no sentence to show, is longer. In UTF-16 code units. */
const longestText = 1_000_000;

export const text: Guard<string> = (value): value is string => typeof value === 'string' && value.length <= longestText;
export const count: Guard<number> = (value): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value);
export const flag: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';
export const nothing: Guard<undefined> = (value): value is undefined => value === undefined || value === null;

/** One of some strings. */
export function word<const T extends readonly string[]>(...words: T): Guard<T[number]> {
  return (value): value is T[number] => typeof value === 'string' && words.includes(value);
}

export function list<T>(item: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((entry) => item(entry));
}

export function optional<T>(guard: Guard<T>): OptionalGuard<T> {
  return { optional: guard };
}

/** An object with these keys. Further keys are allowed: the other end may be newer. */
export function shape<T extends object>(fields: Fields<T>): Guard<T> {
  const checks = Object.entries<Guard<unknown> | OptionalGuard<unknown>>(fields);
  return (value): value is T =>
    isObject(value) &&
    checks.every(([key, check]) => {
      const present = Object.hasOwn(value, key);
      if (typeof check === 'function') return present && check(value[key]);
      return !present || value[key] === undefined || check.optional(value[key]);
    });
}

/** A union of messages told apart by their `type`: the further fields of each. */
export function messages<T extends { readonly type: string }>(types: {
  readonly [K in T['type']]: Fields<Omit<Extract<T, { readonly type: K }>, 'type'>>;
}): Guard<T> {
  const guards = new Map(Object.entries(types).map(([type, fields]) => [type, shape(fields as Fields<object>)]));
  return (value): value is T =>
    isObject(value) && typeof value['type'] === 'string' && (guards.get(value['type'])?.(value) ?? false);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
