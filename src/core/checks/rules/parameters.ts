import type { FlowPart } from '../../flow/model';
import { refusedInParameterName } from '../../flow/parameterNames';
import { parameterOf, resolveValue, setParameter } from '../../flow/parameters';
import { placeOf, shownSpan, type CheckedFlow, type FlowRule } from '../context';
import type { Finding, Place } from '../finding';

/** A `{{parameter}}` that parameters.prop does not have. Not said where there is no such file: the flow may lie alone. */
export const undefinedParameter: FlowRule = function* (source) {
  const { parametersFile } = source;
  if (!parametersFile) return;
  for (const { name, key, place, subject } of placeholdersOf(source)) {
    if (parameterOf(parametersFile.parameters, name)) continue;
    const edits = setParameter(parametersFile.parameters, name, '');
    yield {
      code: 'parameter-undefined',
      severity: 'warning',
      place,
      ...subject,
      parameters: { parameter: name, key },
      fixes: [{ code: 'add-parameter', value: name, file: parametersFile.file, edits }],
    };
  }
};

/**
 * A name that SAP's editor does not take for a new parameter, once for each. Flows from templates have such names, and work: it is worth knowing, no more.
 */
export const parameterName: FlowRule = function* (source) {
  const said = new Set<string>();
  for (const { name, key, place, subject } of placeholdersOf(source)) {
    const refused = refusedInParameterName(name);
    if (refused === undefined || said.has(name)) continue;
    said.add(name);
    yield {
      code: 'parameter-name',
      severity: 'information',
      place,
      ...subject,
      parameters: { parameter: name, key, needed: refused },
    };
  }
};

interface Placeholder {
  readonly name: string;
  readonly key: string;
  readonly place: Place;
  readonly subject: Pick<Finding, 'channel' | 'step'>;
}

/** Every `{{parameter}}` of the flow, each name once for each value. */
function* placeholdersOf({ flow, file }: CheckedFlow): Iterable<Placeholder> {
  const parts: [FlowPart, Placeholder['subject']][] = [
    ...flow.channels.map(
      (channel) =>
        [channel, { channel: { id: channel.id, name: channel.name, adapter: channel.adapter } }] as [
          FlowPart,
          Placeholder['subject'],
        ],
    ),
    ...flow.steps.map(
      (step) =>
        [step, { step: { id: step.id, name: step.name, activity: step.activity } }] as [
          FlowPart,
          Placeholder['subject'],
        ],
    ),
  ];
  for (const [part, subject] of parts) {
    for (const property of part.properties) {
      if (!property.value.includes('{{')) continue;
      for (const { name } of resolveValue(property.value, undefined).parameters) {
        yield { name, key: property.key, place: placeOf(file, flow, shownSpan(property)), subject };
      }
    }
  }
}
