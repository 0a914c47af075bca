import { describeAdapter } from '../flow/adapters';
import { authenticationState, fieldsOf } from '../flow/fields';
import type { CheckedFlow, CheckOptions, Rule } from './context';
import type { Finding } from './finding';
import type { KeystoreView } from './keystoreView';
import { aliasRule } from './rules/alias';
import { clientCertificateOnPremise, clientCertificateOverHttp } from './rules/authentication';
import { undefinedParameter } from './rules/parameters';

const rules: readonly Rule[] = [aliasRule, clientCertificateOverHttp, clientCertificateOnPremise, undefinedParameter];

/**
 * The findings of one flow against keystores, by place. With no keystore at all nothing is said about aliases. Findings that several channels share at
 * one place (a parameter) are one, with the other channels in `alsoIn`.
 */
export function checkFlow(source: CheckedFlow, keystores: readonly KeystoreView[], options: CheckOptions): Finding[] {
  return mergeFindings(findingsOf(source, keystores, options));
}

/** The findings of several flows; those of a parameters.prop that two flows share are merged too. */
export function checkFlows(
  sources: readonly CheckedFlow[],
  keystores: readonly KeystoreView[],
  options: CheckOptions,
): Finding[] {
  return mergeFindings(sources.flatMap((source) => findingsOf(source, keystores, options)));
}

function findingsOf(source: CheckedFlow, keystores: readonly KeystoreView[], options: CheckOptions): Finding[] {
  const parameters = source.parametersFile?.parameters;
  return source.flow.channels.flatMap((channel) => {
    const row = describeAdapter(channel);
    const authentication = row ? authenticationState(channel, row, parameters) : ({ state: 'none' } as const);
    const context = { source, channel, row, fields: fieldsOf(channel, parameters), authentication, keystores, options };
    return rules.flatMap((rule) => [...rule(context)]);
  });
}

function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const { code, place, parameters, channel } = finding;
    const key = JSON.stringify([code, place.file, place.span.offset, parameters.alias, parameters.parameter]);
    const first = merged.get(key);
    if (!first) merged.set(key, finding);
    else if (channel) {
      const worse = rank(finding) < rank(first) ? finding : first;
      merged.set(key, {
        ...worse,
        ...(first.channel ? { channel: first.channel } : {}),
        alsoIn: [...(first.alsoIn ?? []), channel.id],
      });
    }
  }
  return [...merged.values()].sort(byPlace);
}

const rank = ({ severity }: Finding): number => ['error', 'warning', 'information'].indexOf(severity);

function byPlace(a: Finding, b: Finding): number {
  if (a.place.file !== b.place.file) return a.place.file < b.place.file ? -1 : 1;
  return a.place.span.offset - b.place.span.offset || rank(a) - rank(b);
}
