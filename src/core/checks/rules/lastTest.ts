import { findingAt, hasProperty, type Rule } from '../context';

/** What the last connectivity test of the channel found: the receiver's certificate leads to no root of the keystore. */
export const receiverNotTrusted: Rule = function* (context) {
  const { channel, fields, source, options } = context;
  if (!hasProperty(fields.address) || options.trustedByTest?.(source.file, channel, fields) !== false) return;
  yield findingAt(context, fields.address, {
    code: 'receiver-not-trusted',
    severity: 'warning',
    parameters: { address: fields.address.resolved, key: fields.address.key },
  });
};
