import { adapterLabel, authenticationOf, describeAdapter } from '../flow/adapters';
import { addressOf, fieldsOf } from '../flow/fields';
import type { Channel, Field } from '../flow/model';
import type { FlowFile } from '../flow/project';
import { csv } from './csv';
import type { ReportForm } from './keystoreReport';
import { escaped } from './markdown';

/** A receiver channel, as one reads a list of them. Parameters are put in. */
export interface ReceiverRow {
  /** Path of the flow; in an archive as `FlowFile.file`. */
  readonly file: string;
  readonly archived: boolean;
  readonly flow: string;
  /** Id of the channel. */
  readonly channel: string;
  readonly name: string;
  /** As SAP calls it. */
  readonly adapter: string;
  readonly version: string;
  readonly address: string;
  /** In lower case, without a port; empty where the files do not say it. */
  readonly host: string;
  /** As SAP's form words it. */
  readonly authentication: string;
  /** Of the private key, where the authentication reads it. */
  readonly alias: string;
  /** Where the authentication reads it. */
  readonly credential: string;
  readonly proxyType: string;
}

/** The receiver channels of flows, in their order. */
export function receiverRows(flows: readonly FlowFile[]): ReceiverRow[] {
  return flows.flatMap((source) =>
    source.flow.channels.filter(({ direction }) => direction === 'Receiver').map((channel) => rowOf(source, channel)),
  );
}

function rowOf({ file, archived, flow, parametersFile }: FlowFile, channel: Channel): ReceiverRow {
  const parameters = parametersFile?.parameters;
  const fields = fieldsOf(channel, parameters);
  const description = describeAdapter(channel);
  const method = fields.authentication?.resolved ?? '';
  const proxy = valueOf(fields.proxyType);
  const address = addressOf(channel, parameters)?.resolved ?? '';
  return {
    file,
    archived,
    flow: flow.name,
    channel: channel.id,
    name: channel.name,
    adapter: adapterLabel(channel),
    version: channel.version,
    address,
    host: hostOf(address),
    authentication: (description && authenticationOf(description, method)?.label) ?? method,
    alias: valueOf(fields.privateKeyAlias),
    credential: valueOf(fields.credential),
    proxyType: description?.proxyTypes.find(({ value }) => value === proxy)?.label ?? proxy,
  };
}

const valueOf = (field: Field | undefined): string =>
  field && field.used !== 'no' && !field.missing ? field.resolved : '';

/** The host of an address, with a scheme or without one; empty where a part of it is known at run time alone. */
export function hostOf(address: string): string {
  const place =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/@]*@)?(\[[0-9a-f:.]+\]|[^/?#:\s,]+)/i.exec(address.trim())?.[1] ?? '';
  return /[{}$<>]/.test(place) ? '' : place.toLowerCase();
}

/** What a list of receivers is arranged by. */
export const receiverGroupings = ['flow', 'host'] as const;
export type ReceiverGrouping = (typeof receiverGroupings)[number];

/** What is known of a receiver beside what its flow says; a column each, where there are any. */
export interface ReceiverStanding {
  readonly state: string;
  /** ISO 8601 and a verdict, or empty. */
  readonly lastTest: string;
  readonly problems: readonly string[];
}

const columns = [
  'flow',
  'channel',
  'name',
  'adapter',
  'version',
  'address',
  'host',
  'authentication',
  'alias',
  'credential',
  'proxyType',
  'file',
] as const satisfies readonly (keyof ReceiverRow)[];

/** A list of receivers for people (Markdown), for a spreadsheet or for a program. */
export function receiversReport<T extends ReceiverRow>(
  rows: readonly T[],
  form: ReportForm,
  standing?: (row: T) => ReceiverStanding,
): string {
  switch (form) {
    case 'json': {
      const all = rows.map((row) => ({
        ...Object.fromEntries(columns.map((column) => [column, row[column]])),
        ...standing?.(row),
      }));
      return `${JSON.stringify({ receivers: all }, undefined, 2)}\n`;
    }
    case 'csv': {
      return csv(
        [...columns, ...(standing ? ['state', 'lastTest', 'problems'] : [])],
        rows.map((row) => {
          const known = standing?.(row);
          return [
            ...columns.map((column) => row[column]),
            ...(known ? [known.state, known.lastTest, known.problems.join(' ')] : []),
          ];
        }),
      );
    }
    case 'md':
      return markdown(rows, standing);
  }
}

function markdown<T extends ReceiverRow>(rows: readonly T[], standing?: (row: T) => ReceiverStanding): string {
  const heading = ['Flow', 'Receiver', 'Adapter', 'Address', 'Authentication', 'Alias or credential', 'Proxy'];
  const all = [...heading, ...(standing ? ['State', 'Last test', 'Problems'] : [])];
  const lines = rows.map((row) => {
    const known = standing?.(row);
    return [
      row.flow,
      row.name,
      [row.adapter, row.version].filter(Boolean).join(' '),
      row.address,
      row.authentication,
      row.alias || row.credential,
      row.proxyType,
      ...(known ? [known.state, known.lastTest, known.problems.join(' ')] : []),
    ];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[
    '# Receivers',
    '',
    `${counted(rows.length, 'receiver')} in ${counted(new Set(rows.map(({ file }) => file)).size, 'flow')}`,
    '',
    line(all),
    line(all.map(() => '---')),
    ...lines.map((cells) => line(cells.map(escaped))),
  ].join('\n')}\n`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
