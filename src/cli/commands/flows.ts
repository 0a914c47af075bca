import { fieldsOf } from '../../core/flow/fields';
import { stepLabel } from '../../core/flow/adapters';
import type { Channel, ChannelFields, PartField, Step } from '../../core/flow/model';
import { otherFields, partsOf, type Part } from '../../core/flow/partFields';
import type { FlowFile, FlowProjects } from '../../core/flow/project';
import { receiverRows, receiversReport } from '../../core/report/receivers';
import { problemRows } from '../../core/report/findingRows';
import { flowsIn } from '../flowFiles';
import { badArguments, readOptions } from '../options';
import type { Terminal } from '../terminal';

export const flowsUsage = 'flows PATH... [--format text|json|md|csv]';

const forms = ['text', 'json', 'md', 'csv'] as const;

/** Lists the channels of flows: files, folders, project archives; 1 where one of them is broken. */
export async function flows(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, { json: { type: 'boolean' }, format: { type: 'string' } });
  const format = forms.find((form) => form === (values.format ?? (values.json ? 'json' : 'text')));
  if (!format || (values.json && values.format !== undefined && format !== 'json')) {
    throw badArguments(`--format takes ${forms.join(', ')}.`);
  }
  if (!positionals.length) throw badArguments('flows takes files, folders or project archives.');
  const projects = await flowsIn(positionals, terminal.signal);
  terminal.out(outputOf(projects, format));
  // A table has no place for them.
  if (format === 'md' || format === 'csv') {
    for (const { file, message } of projects.problems) terminal.err(`${file}: ${message}\n`);
  }
  return problemRows(projects.problems).some(({ severity }) => severity === 'error') ? 1 : 0;
}

function outputOf(projects: FlowProjects, format: (typeof forms)[number]): string {
  switch (format) {
    case 'text':
      return flowsText(projects);
    case 'json':
      return `${JSON.stringify(flowsData(projects), undefined, 2)}\n`;
    case 'md':
    case 'csv':
      return receiversReport(receiverRows(projects.flows), format);
  }
}

const shownFields = ['address', 'authentication', 'privateKeyAlias', 'credential', 'proxyType'] as const;

function flowsData({ flows, problems }: FlowProjects): unknown {
  return {
    flows: flows.map((file) => ({
      file: file.file,
      name: file.flow.name,
      channels: file.flow.channels.map((channel) => channelData(file, channel)),
      steps: stepsIn(file).map(({ step, fields }) => ({
        id: step.id,
        name: step.name,
        step: stepLabel(step),
        version: step.version,
        fields: fields.map(furtherData),
      })),
    })),
    problems,
  };
}

function channelData(file: FlowFile, channel: Channel): unknown {
  const fields = fieldsIn(file, channel);
  const further = furtherIn(file, { kind: 'channel', part: channel });
  const shown = shownFields.flatMap((name) => {
    const field = fields[name];
    return field && !field.missing ? [[name, fieldData(field)] as const] : [];
  });
  return {
    id: channel.id,
    name: channel.name,
    direction: channel.direction,
    adapter: channel.adapter,
    ...(channel.vendor !== undefined && { vendor: channel.vendor }),
    messageProtocol: channel.messageProtocol,
    version: channel.version,
    ...(channel.system && { system: channel.system }),
    ...Object.fromEntries(shown),
    ...(further.length && { further: further.map(furtherData) }),
  };
}

function fieldData(field: PartField): unknown {
  return {
    key: field.key,
    value: field.value,
    resolved: field.resolved,
    ...(field.parameter !== undefined && { parameter: field.parameter }),
    ...(field.dynamic && { dynamic: true }),
    ...(field.unresolved && { unresolved: true }),
  };
}

/** Such a field has no name of its own in the data. */
function furtherData(field: PartField): unknown {
  const { label, cell, used } = field;
  return {
    label,
    ...(cell && { row: cell.row + 1 }),
    ...(used !== 'yes' && { used }),
    ...(fieldData(field) as object),
  };
}

const labelOf = ({ label, cell }: PartField): string => (cell ? `${label}, row ${cell.row + 1}` : label);

/** Beside the main fields: aliases for signing and encryption, tables and the like, where they have a value. */
function furtherIn({ parametersFile }: FlowFile, part: Part): readonly PartField[] {
  return otherFields(part, parametersFile?.parameters).filter(({ value, missing }) => !missing && value !== '');
}

/** Those that use keys. */
function stepsIn(file: FlowFile): { readonly step: Step; readonly fields: readonly PartField[] }[] {
  return partsOf(file.flow).flatMap((part) => {
    if (part.kind !== 'step') return [];
    const fields = furtherIn(file, part);
    return fields.length ? [{ step: part.part, fields }] : [];
  });
}

const fieldsIn = (file: FlowFile, channel: Channel): ChannelFields =>
  fieldsOf(channel, file.parametersFile?.parameters);

function fieldLine(name: string, { value, resolved }: PartField): string {
  const comesTo = resolved === value ? '' : `  -> ${resolved || '(empty)'}`;
  return `      ${name.padEnd(16)} ${value}${comesTo}`;
}

function flowsText({ flows, problems }: FlowProjects): string {
  const lines: string[] = [];
  for (const file of flows) {
    lines.push(`${file.file}: ${file.flow.name}`);
    if (!file.flow.channels.length) lines.push('  no channels');
    for (const channel of file.flow.channels) {
      const version = channel.version && ` ${channel.version}`;
      lines.push(`  ${channel.id}  ${channel.direction} ${channel.adapter}${version}  ${channel.name}`);
      const fields = fieldsIn(file, channel);
      for (const name of shownFields) {
        const field = fields[name];
        if (!field || field.missing || field.value === '') continue;
        lines.push(fieldLine(name, field));
      }
      const further = furtherIn(file, { kind: 'channel', part: channel });
      lines.push(...further.map((field) => fieldLine(labelOf(field), field)));
    }
    for (const { step, fields } of stepsIn(file)) {
      const version = step.version && ` ${step.version}`;
      lines.push(`  ${step.id}  ${stepLabel(step)}${version}  ${step.name}`);
      lines.push(...fields.map((field) => fieldLine(labelOf(field), field)));
    }
    lines.push('');
  }
  for (const { file, line, column, message } of problems) {
    lines.push(`Problem: ${[file, line, column].filter((part) => part !== undefined).join(':')}: ${message}`);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
