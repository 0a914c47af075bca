import { canBeTested, cloudConnectorOf, isTestable } from '../../core/checks/channelTarget';
import { checkFlow } from '../../core/checks/check';
import type { CheckedFlow, CheckOptions } from '../../core/checks/context';
import type { Finding } from '../../core/checks/finding';
import type { KeystoreView, LocatedEntry } from '../../core/checks/keystoreView';
import { aliasStatus, type AliasStatus } from '../../core/languageService/aliasStatus';
import { keyPairs, withCertificates } from '../../core/languageService/completions';
import { adapterLabel, describeAdapter, stepLabel } from '../../core/flow/adapters';
import { fieldNames, fieldsOf } from '../../core/flow/fields';
import type { Channel, ChannelFields, PartField } from '../../core/flow/model';
import { fieldById, otherFields, partById, partsOf, type Part } from '../../core/flow/partFields';
import { expiryState } from '../../core/keystore/expiry';
import type {
  ChannelKind,
  ChannelView,
  EditorState,
  FieldView,
  KeyPairView,
  Mark,
  ReadinessView,
} from '../../protocol/adapterEditor';
import {
  fieldView,
  isFurtherShown,
  isShown,
  markOf,
  otherFindings,
  problemView,
  type FieldContext,
  type ModelTexts,
} from './fieldModel';

/** The last connectivity test of a channel, and what it was of. */
export interface TestRecord {
  readonly at: Date;
  readonly ok: boolean;
  readonly headline: string;
  /** Whether the receiver's certificate was trusted; undefined where the test did not get that far. */
  readonly trusted?: boolean;
  /** As the channel had them then: a test says nothing about other ones. */
  readonly settings: string;
  /** Shows its report. */
  readonly show?: () => unknown;
}

export interface EditorSource {
  readonly source: CheckedFlow;
  readonly keystores: readonly KeystoreView[];
  readonly options: CheckOptions;
  readonly texts: ModelTexts;
  readonly testOf: (channel: string) => TestRecord | undefined;
  /** parameters.prop has changes that are not saved. */
  readonly parametersUnsaved: boolean;
  readonly undoParameters: boolean;
  readonly redoParameters: boolean;
  /** The file is shown and cannot be changed: the version before, in a comparison. */
  readonly frozen?: boolean;
}

type StatusSource = Pick<EditorSource, 'keystores' | 'options' | 'texts' | 'testOf'>;

/** What the adapter editor shows of a flow. Pure: knows no editor. */
export function editorState(input: EditorSource): EditorState {
  const { source, texts, undoParameters, redoParameters } = input;
  const { flow } = source;
  const problem = flow.problems.find(({ code }) => code !== 'channel-incomplete');
  const rest = {
    flow: flow.name,
    ...(input.parametersUnsaved
      ? { parametersUnsaved: texts.say('parameters.prop has unsaved changes. It is saved together with this flow.') }
      : {}),
    undoParameters,
    redoParameters,
  };
  if (problem) {
    const { message, line, column } = problem;
    return {
      ...rest,
      channels: [],
      broken: { message, place: texts.say('Line {line}, column {column}', { line, column }) },
    };
  }
  const found = checkFlow(source, input.keystores, input.options);
  // A field shows that it is left over, and clears itself.
  const findings = found.filter(({ code }) => code !== 'alias-left-over' && code !== 'credential-left-over');
  const views = partsOf(flow).flatMap((part) => {
    const view = partView(input, part, findings);
    // A sender or a step that uses no key has no place here.
    return view.kind === 'receiver' || view.fields.some(({ id }) => id !== 'address' && id !== 'proxyType')
      ? [view]
      : [];
  });
  const ofKind = (kind: ChannelKind): ChannelView[] => views.filter((view) => view.kind === kind);
  return { ...rest, channels: [...ofKind('receiver'), ...ofKind('sender'), ...ofKind('step')] };
}

function kindOf(part: Part): ChannelKind {
  if (part.kind === 'step') return 'step';
  return part.part.direction === 'Receiver' ? 'receiver' : 'sender';
}

function partView(input: EditorSource, part: Part, all: readonly Finding[]): ChannelView {
  const { source, texts } = input;
  const parameters = source.parametersFile?.parameters;
  const { id, version } = part.part;
  const kind = kindOf(part);
  const fields = part.kind === 'channel' ? fieldsOf(part.part, parameters) : {};
  const findings = all.filter((each) => each.channel?.id === id || each.step?.id === id || each.alsoIn?.includes(id));
  const readOnly = input.frozen ? texts.say('This version of the flow can only be looked at.') : undefined;
  const context: FieldContext = { ...input, part, fields, findings, readOnly: readOnly !== undefined };
  const main = fieldNames.flatMap((name) => {
    const field = fields[name];
    return field && isShown(field) ? [field] : [];
  });
  // All that has to do with keys, credentials and the way to the receiver.
  const further = otherFields(part, parameters).filter(isFurtherShown);
  const label = part.kind === 'channel' ? adapterLabel(part.part) : stepLabel(part.part);
  const hint = hintOf(input, part, further);
  const views = tableRows(context, further);
  const others = otherFindings(context, [...main, ...further]);
  return {
    id,
    kind,
    words: [...main, ...further].flatMap(({ value, resolved }) => [value, resolved]).join(' '),
    name: part.part.name === label ? '' : part.part.name,
    adapter: label,
    version: version ? texts.say('version {version}', { version }) : '',
    ...(part.kind === 'channel' && kind === 'receiver'
      ? statusOf(input, part.part, fields, findings, describeAdapter(part.part) === undefined)
      : partStatus(input, [...main, ...further], findings)),
    ...(readOnly === undefined ? {} : { readOnly }),
    testable: part.kind === 'channel' && kind === 'receiver' && isTestable(part.part, parameters),
    fields: [...main.map((field) => fieldView(context, field, field.name)), ...(kind === 'receiver' ? [] : views)],
    further: kind === 'receiver' ? views : [],
    ...(hint === undefined ? {} : { hint }),
    readiness:
      part.kind === 'channel' && kind === 'receiver'
        ? readinessOf(input, part.part, fields, others)
        : others.map((finding) => ({ mark: markOf(finding), text: problemView(texts, finding).text })),
  };
}

/** A table has a place for a further row behind its last one. */
function tableRows(context: FieldContext, fields: readonly PartField[]): FieldView[] {
  return fields.map((field, at) => {
    const view = fieldView(context, field, field.id);
    const isLast = fields[at + 1]?.key !== field.key;
    if (!field.table || context.readOnly || !isLast || view.readOnly) return view;
    if (field.cell) return { ...view, addRow: 'after' };
    const isEmpty = field.value === '' || (field.parameter !== undefined && field.resolved === '');
    return isEmpty && field.table.column !== undefined ? { ...view, addRow: 'only', canExternalize: false } : view;
  });
}

function hintOf({ texts }: EditorSource, part: Part, further: readonly PartField[]): string | undefined {
  if (part.kind === 'step' || describeAdapter(part.part)) return undefined;
  return further.length
    ? texts.say('This adapter is not known here: its fields are taken from the names of its properties.')
    : texts.say(
        'This adapter is not known here, and no name of its properties speaks of authentication. Edit it as text.',
      );
}

/** Of a sender or a step: as bad as the worst of its aliases. */
function partStatus(
  { texts, keystores, options }: EditorSource,
  fields: readonly PartField[],
  findings: readonly Finding[],
): { mark: Mark; status: string } {
  const counted = countedStatus(texts, findings);
  if (counted) return counted;
  const aliases = fields.filter(
    ({ role, used, value }) => (role === 'keyPair' || role === 'certificate') && used !== 'no' && value !== '',
  );
  if (aliases.some(({ dynamic, unresolved }) => dynamic ?? unresolved)) {
    return { mark: 'unknown', status: texts.say('alias set at run time') };
  }
  const unverified = aliases.some((field) => aliasStatus(field, keystores, options).state === 'unverified');
  if (unverified) return { mark: 'unknown', status: texts.say('alias not checked') };
  if (findings.length) return { mark: 'information', status: texts.say('has a note') };
  return aliases.length
    ? { mark: 'ok', status: texts.say('no problem found') }
    : { mark: 'none', status: texts.say('names no alias') };
}

function countedStatus(texts: ModelTexts, findings: readonly Finding[]): { mark: Mark; status: string } | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  if (errors) {
    return {
      mark: 'error',
      status: errors === 1 ? texts.say('1 error') : texts.say('{count} errors', { count: errors }),
    };
  }
  if (!warnings) return undefined;
  return {
    mark: 'warning',
    status: warnings === 1 ? texts.say('1 warning') : texts.say('{count} warnings', { count: warnings }),
  };
}

/** How a receiver channel stands, as the files and the keystores say. */
export interface ReceiverState {
  readonly mark: Mark;
  readonly status: string;
  /** Sentences, the worst first. */
  readonly problems: readonly string[];
  /** For a comparison with those of a test. */
  readonly settings: string;
  readonly testable: boolean;
}

/** The states of the receiver channels of a flow by their ids, but for what tests have said. */
export function receiverStates(
  input: Pick<EditorSource, 'source' | 'keystores' | 'options' | 'texts'>,
): Map<string, ReceiverState> {
  const { flow, parametersFile } = input.source;
  const parameters = parametersFile?.parameters;
  const all = checkFlow(input.source, input.keystores, input.options);
  const order = ['error', 'warning', 'information'];
  return new Map(
    flow.channels
      .filter(({ direction }) => direction === 'Receiver')
      .map((channel) => {
        const { id } = channel;
        const fields = fieldsOf(channel, parameters);
        const findings = all.filter((each) => each.channel?.id === id || each.alsoIn?.includes(id));
        const counted = findings.filter(({ code }) => !code.endsWith('-left-over'));
        const unknown = describeAdapter(channel) === undefined;
        const state = statusOf({ ...input, testOf: () => undefined }, channel, fields, counted, unknown);
        const problems = findings
          .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
          .map((finding) => problemView(input.texts, finding).text);
        const settings = testedSettings(channel, fields);
        return [id, { ...state, problems, settings, testable: isTestable(channel, parameters) }];
      }),
  );
}

function statusOf(
  input: StatusSource,
  channel: Channel,
  fields: ChannelFields,
  findings: readonly Finding[],
  unknown: boolean,
): { mark: Mark; status: string } {
  const { texts } = input;
  const test = currentTest(input, channel, fields);
  const counted = countedStatus(texts, findings);
  if (counted?.mark === 'error') return counted;
  if (test && !test.ok) return { mark: 'error', status: texts.say('last test failed') };
  if (counted) return counted;
  if (test?.ok) return { mark: 'ok', status: texts.say('tested, connects') };
  if (unknown) return { mark: 'unknown', status: texts.say('adapter not known here') };
  const alias = fields.privateKeyAlias;
  if (alias?.used === 'yes' && !alias.missing) {
    const { state } = aliasStatus(alias, input.keystores, input.options);
    if (state === 'dynamic' || state === 'unresolved') {
      return { mark: 'unknown', status: texts.say('alias set at run time') };
    }
    if (state === 'unverified') return { mark: 'unknown', status: texts.say('alias not checked') };
  }
  if (findings.length) return { mark: 'information', status: texts.say('has a note') };
  return { mark: 'ok', status: texts.say('no problem found') };
}

/** What a test depends on; compared with what it was when the test ran. */
export function testedSettings(channel: Channel, fields: ChannelFields): string {
  const { address, authentication, privateKeyAlias, proxyType } = fields;
  const alias = privateKeyAlias?.used === 'no' ? undefined : privateKeyAlias?.resolved;
  return JSON.stringify([channel.adapter, address?.resolved, authentication?.resolved, alias, proxyType?.resolved]);
}

function currentTest(
  { testOf }: Pick<EditorSource, 'testOf'>,
  channel: Channel,
  fields: ChannelFields,
): TestRecord | undefined {
  const test = testOf(channel.id);
  return test?.settings === testedSettings(channel, fields) ? test : undefined;
}

function readinessOf(
  input: EditorSource,
  channel: Channel,
  fields: ChannelFields,
  others: readonly Finding[],
): ReadinessView[] {
  const { texts, testOf, keystores, options, source } = input;
  const items: ReadinessView[] = [];
  const alias = fields.privateKeyAlias;
  if (alias?.used === 'yes' && !alias.missing) {
    items.push(keyPairReadiness(texts, aliasStatus(alias, keystores, options)));
  }
  for (const finding of others) items.push({ mark: markOf(finding), text: problemView(texts, finding).text });
  if (!isTestable(channel, source.parametersFile?.parameters)) {
    if (canBeTested(channel)) {
      items.push({
        mark: 'unknown',
        text: cloudConnectorOf(channel, source.parametersFile?.parameters)
          ? texts.say('Cannot be tested from here: it goes through the Cloud Connector')
          : texts.say('Cannot be tested from here: the files do not say the whole host'),
      });
    }
    return items;
  }
  const test = currentTest(input, channel, fields);
  if (!test) {
    const text = testOf(channel.id) ? texts.say('Not tested since the change') : texts.say('Not tested yet');
    return [...items, { mark: 'unknown', text }];
  }
  if (test.trusted !== undefined) {
    items.push(
      test.trusted
        ? { mark: 'ok', text: texts.say('Receiver is trusted') }
        : { mark: 'error', text: texts.say('Receiver is not trusted') },
    );
  }
  const when = texts.moment(test.at);
  items.push({
    mark: test.ok ? 'ok' : 'error',
    text: texts.say('Tested {when}: {headline}', { when, headline: test.headline }),
  });
  return items;
}

function keyPairReadiness(texts: ModelTexts, status: AliasStatus): ReadinessView {
  switch (status.state) {
    case 'valid':
      return { mark: 'ok', text: texts.say('Key pair is valid') };
    case 'expiring':
      return { mark: 'warning', text: texts.say('Key pair is about to expire') };
    case 'expired':
      return { mark: 'error', text: texts.say('Key pair has expired') };
    case 'not-yet-valid':
      return { mark: 'error', text: texts.say('Key pair is not valid yet') };
    case 'missing':
      return { mark: 'error', text: texts.say('Key pair is not in the keystore') };
    case 'not-a-key-pair':
      return { mark: 'error', text: texts.say('The alias is not a usable key pair') };
    case 'empty':
      return { mark: 'warning', text: texts.say('No key pair is named') };
    case 'dynamic':
    case 'unresolved':
      return { mark: 'unknown', text: texts.say('Key pair is known at run time only') };
    case 'unverified':
      return { mark: 'unknown', text: texts.say('Key pair could not be checked: no open keystore has it') };
  }
}

/** The rows of the alias field: usable key pairs first, expired ones last. */
export function keyPairViews(
  keystores: readonly KeystoreView[],
  { now, days }: CheckOptions,
  texts: ModelTexts,
): KeyPairView[] {
  return entryViews(keyPairs(keystores, now), { now, days }, texts);
}

/** The rows of a field that takes any certificate: certificates first, then key pairs. */
export function certificateViews(
  keystores: readonly KeystoreView[],
  { now, days }: CheckOptions,
  texts: ModelTexts,
): KeyPairView[] {
  return entryViews(withCertificates(keystores, now), { now, days }, texts);
}

function entryViews(
  entries: readonly LocatedEntry[],
  { now, days }: Pick<CheckOptions, 'now' | 'days'>,
  texts: ModelTexts,
): KeyPairView[] {
  return entries.map(({ entry, keystore }) => {
    const { alias, key = '', subject = '', notBefore, notAfter } = entry;
    const row = { alias, key, subject, keystore: keystore.name };
    if (!notBefore || !notAfter) {
      return { ...row, validity: texts.say('no certificate'), until: '', mark: 'error' as const };
    }
    const validity = { notBefore, notAfter };
    const state = expiryState(validity, now, days);
    return {
      ...row,
      validity: texts.validity(validity),
      until: texts.say('{subject}, valid to {date}', { subject, date: notAfter.toISOString().slice(0, 10) }),
      mark: state === 'valid' ? ('ok' as const) : state === 'expiring' ? ('warning' as const) : ('error' as const),
    };
  });
}

/** Why the list of key pairs is shorter than it may be. Empty where it is not. */
export function keyPairsNote(keystores: readonly KeystoreView[], texts: ModelTexts): string {
  if (keystores.length === 0) return texts.say('No keystore is open');
  const locked = keystores.filter(({ state }) => state === 'locked').map(({ name }) => name);
  if (locked.length) return texts.say('Locked, so not listed: {names}', { names: locked.join(', ') });
  const none = !keystores.some(({ entries }) => entries.some(({ kind }) => kind === 'keyPair'));
  return none ? texts.say('No keystore has a key pair') : '';
}

/** A field of a channel or step, as the parameters stand. @param id one of the five main names, or the field's own */
export function fieldOf({ flow, parametersFile }: CheckedFlow, part: string, id: string): PartField | undefined {
  const found = partById(flow, part);
  return found && fieldById(found, id, parametersFile?.parameters);
}
