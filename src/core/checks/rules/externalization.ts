import { findingInFlow, hasProperty, type Rule } from '../context';

/**
 * SAP documents for the HTTP receiver: externalize all of authentication, credential name and private key alias, or one of the latter two alone. With the
 * authentication alone, whoever configures the flow can choose one whose value cannot be given.
 */
export const externalizationIncomplete: Rule = function* (context) {
  const { authentication, privateKeyAlias, credential } = context.fields;
  if (!hasProperty(authentication) || authentication.parameter === undefined) return;
  const fixed = [privateKeyAlias, credential].filter(hasProperty).filter(({ parameters }) => !parameters.length);
  if (!fixed.length) return;
  yield findingInFlow(context, authentication, {
    code: 'externalization-incomplete',
    severity: 'information',
    parameters: { parameter: authentication.parameter, field: fixed.map(({ label }) => label).join(', ') },
  });
};
