import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** SAP's own description of the API (OpenAPI 2), where it lies beside the project; it is no part of it. */
const folder = path.resolve(process.env['PROJECT_ROOT'] ?? '.', '../shared/guide/data/openapi');

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly maxLength?: number;
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly items?: { readonly enum?: readonly string[] };
  }[];
  readonly responses: Readonly<
    Record<string, { readonly schema?: Schema; readonly examples?: Readonly<Record<string, unknown>> }>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** Undefined where it does not lie there. */
export function openApi(name = 'SecurityContent.json'): OpenApi | undefined {
  const file = path.join(folder, name);
  return existsSync(file) ? new OpenApi(JSON.parse(readFileSync(file, 'utf8')) as Description) : undefined;
}

export class OpenApi {
  constructor(private readonly description: Description) {}

  /**
   * What is wrong with a request and its answer.
   * @param request below the root of the API: `/KeystoreEntries?keystoreName=system`
   */
  problems(method: string, request: string, status: number, body: string): string[] {
    const url = new URL(`https://x${request}`);
    const found = Object.entries(this.description.paths).find(
      ([template, operations]) =>
        method.toLowerCase() in operations && matches(template, decodeURIComponent(url.pathname)),
    );
    if (!found) return [`${method} ${url.pathname} is not described`];
    const operation = found[1][method.toLowerCase()];
    if (!operation) return [];
    const named = operation.parameters ?? [];
    const unknown = [...url.searchParams].flatMap(([name, value]) => {
      // Of the protocol itself: SAP's servers page by it.
      if (name === '$skiptoken') return [];
      const parameter = named.find((each) => each.name === name && each.in === 'query');
      if (!parameter) return [`${request}: no parameter ${name}`];
      const allowed = parameter.items?.enum;
      return allowed && !value.split(',').every((each) => allowed.includes(each))
        ? [`${request}: ${name} is not ${value}`]
        : [];
    });
    const described = operation.responses[String(status)];
    if (!described) return [...unknown, `${request}: no answer ${status}`];
    if (!described.schema || body === '') return unknown;
    const value: unknown = JSON.parse(body);
    // In places the example is an entity where the schema has a list of them.
    const example = described.examples?.['application/json'];
    return example !== undefined && isShapedAs(value, example)
      ? unknown
      : [...unknown, ...this.mismatches(described.schema, value, request)];
  }

  private mismatches(given: Schema, value: unknown, at: string): string[] {
    const schema = this.resolved(given);
    if (value === null) return [];
    if (schema.type === 'array') {
      if (!Array.isArray(value)) return [`${at} is no list`];
      return value.flatMap((each, i) => (schema.items ? this.mismatches(schema.items, each, `${at}[${i}]`) : []));
    }
    const properties = this.propertiesOf(schema);
    if (Object.keys(properties).length) {
      if (typeof value !== 'object') return [`${at} is no object`];
      return Object.entries(value).flatMap(([name, each]) => {
        // Of the protocol, not of the entity.
        if (name.startsWith('__')) return [];
        const property = properties[name];
        return property ? this.mismatches(property, each, `${at}.${name}`) : [`${at}.${name} is not described`];
      });
    }
    const type = schema.type === 'integer' ? 'number' : schema.type;
    if (type !== undefined && typeof value !== type) return [`${at} is ${typeof value}, not ${type}`];
    return schema.maxLength !== undefined && typeof value === 'string' && value.length > schema.maxLength
      ? [`${at} is longer than ${schema.maxLength}`]
      : [];
  }

  private propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
    const parts = (schema.allOf ?? []).map((part) => this.propertiesOf(this.resolved(part)));
    return Object.assign({}, ...parts, schema.properties) as Readonly<Record<string, Schema>>;
  }

  private resolved(schema: Schema): Schema {
    const name = schema.$ref?.replace('#/definitions/', '');
    return name === undefined ? schema : (this.description.definitions[name] ?? {});
  }
}

/** `/KeystoreEntries('{Hexalias}')/Certificate/$value` */
function matches(template: string, pathname: string): boolean {
  const pattern = template.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\\\{[^}]*\\\}/g, "[^/']+");
  return new RegExp(`^${pattern}$`).test(pathname);
}

/** Nothing is there that the example does not have. */
function isShapedAs(value: unknown, example: unknown): boolean {
  if (Array.isArray(value)) {
    return Array.isArray(example) && value.every((each) => example.some((other) => isShapedAs(each, other)));
  }
  if (typeof value !== 'object' || value === null) return typeof example !== 'object' || example === null;
  if (typeof example !== 'object' || example === null) return false;
  const known = example as Readonly<Record<string, unknown>>;
  return Object.entries(value).every(
    ([name, each]) => name.startsWith('__') || (Object.hasOwn(known, name) && isShapedAs(each, known[name])),
  );
}
