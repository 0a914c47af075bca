import { describeAdapter } from '../flow/adapters';
import { authenticationState, fieldsOf } from '../flow/fields';
import { partFields, partsOf, type Part } from '../flow/partFields';
import type { ChannelContext, CheckedFlow, CheckOptions, FlowRule, PartContext, PartRule, Rule } from './context';
import type { Finding } from './finding';
import type { KeystoreView } from './keystoreView';
import { aliasRule, dynamicAlias } from './rules/alias';
import {
  addressIsIp,
  clientCertificateOnPremise,
  clientCertificateOverHttp,
  httpsOnPremise,
  oauthOnPremise,
  passwordOverHttp,
  principalPropagationOnInternet,
} from './rules/authentication';
import { externalizationIncomplete } from './rules/externalization';
import { receiverNotTrusted } from './rules/lastTest';
import { leftOver } from './rules/leftOver';
import { parameterName, undefinedParameter } from './rules/parameters';

const flowRules: readonly FlowRule[] = [undefinedParameter, parameterName];

const partRules: readonly PartRule[] = [aliasRule];

const channelRules: readonly Rule[] = [
  dynamicAlias,
  clientCertificateOverHttp,
  clientCertificateOnPremise,
  passwordOverHttp,
  httpsOnPremise,
  oauthOnPremise,
  principalPropagationOnInternet,
  addressIsIp,
  externalizationIncomplete,
  leftOver,
  receiverNotTrusted,
];

/**
 * The findings of one flow against keystores, by place. With no keystore at all nothing is said about what is in them. Findings that several channels share at
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
  const ofFlow = flowRules.flatMap((rule) => [...rule(source)]);
  const ofParts = partsOf(source.flow).flatMap((part) => {
    const context = contextOf({ source, keystores, options, part });
    const found = partRules.flatMap((rule) => [...rule(context)]);
    const more = 'channel' in context ? channelRules.flatMap((rule) => [...rule(context)]) : [];
    return [...found, ...more];
  });
  return [...ofFlow, ...ofParts].flatMap((finding) => withSeverity(finding, options));
}

function contextOf(common: Omit<PartContext, 'all'> & { readonly part: Part }): PartContext | ChannelContext {
  const { part, source } = common;
  const parameters = source.parametersFile?.parameters;
  const all = partFields(part, parameters);
  if (part.kind === 'step') return { ...common, all };
  const channel = part.part;
  const row = describeAdapter(channel);
  const authentication = row ? authenticationState(channel, row, parameters) : ({ state: 'none' } as const);
  return { ...common, all, channel, row, fields: fieldsOf(channel, parameters), authentication };
}

function withSeverity(finding: Finding, { severities }: CheckOptions): Finding[] {
  const severity = severities?.[finding.code];
  if (severity === 'off') return [];
  return [severity ? { ...finding, severity } : finding];
}

function mergeFindings(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of findings) {
    const { code, place, parameters, channel, step } = finding;
    const key = JSON.stringify([code, place.file, place.span.offset, parameters.alias, parameters.parameter]);
    const first = merged.get(key);
    if (!first) merged.set(key, finding);
    else if (channel ?? step) {
      const worse = rank(finding) < rank(first) ? finding : first;
      merged.set(key, {
        ...worse,
        ...(first.channel ? { channel: first.channel } : {}),
        ...(first.step ? { step: first.step } : {}),
        alsoIn: [...(first.alsoIn ?? []), (channel ?? step)?.id ?? ''],
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
