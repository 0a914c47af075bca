import { resolveValue } from '../../flow/parameters';
import { placeOf, shownSpan, type Rule } from '../context';

/** A `{{parameter}}` of a channel that parameters.prop does not have. Not said where there is no such file: the flow may lie alone. */
export const undefinedParameter: Rule = function* ({ source, channel }) {
  const { parametersFile, flow, file } = source;
  if (!parametersFile) return;
  for (const property of channel.properties) {
    if (!property.value.includes('{{')) continue;
    for (const { name, defined } of resolveValue(property.value, parametersFile.parameters).parameters) {
      if (defined) continue;
      yield {
        code: 'parameter-undefined',
        severity: 'warning',
        place: placeOf(file, flow, shownSpan(property)),
        channel: { id: channel.id, name: channel.name, adapter: channel.adapter },
        parameters: { parameter: name, key: property.key },
      };
    }
  }
};
