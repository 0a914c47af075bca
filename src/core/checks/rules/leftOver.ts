import { findingAt, hasProperty, type Rule } from '../context';

/**
 * Values that the chosen authentication does not read: switching it in SAP's editor leaves the others behind. They do nothing now, and come to life when
 * somebody switches back.
 */
export const leftOver: Rule = function* (context) {
  const { authentication, fields } = context;
  if (authentication.state !== 'known') return;
  for (const name of ['privateKeyAlias', 'credential'] as const) {
    const field = fields[name];
    if (!hasProperty(field) || field.used !== 'no' || field.resolved === '') continue;
    yield findingAt(context, field, {
      code: name === 'credential' ? 'credential-left-over' : 'alias-left-over',
      severity: 'information',
      parameters: { alias: field.resolved, field: field.label, needed: authentication.method.label, key: field.key },
      // A parameter may be read elsewhere.
      remedies: field.parameters.length ? [] : [{ code: 'clear', value: '' }],
    });
  }
};
