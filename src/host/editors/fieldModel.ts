import type { Finding, Fix } from '../../core/checks/finding';
import type { KeystoreView, LocatedEntry } from '../../core/checks/keystoreView';
import { lookUpAlias } from '../../core/checks/keystoreView';
import type { CheckedFlow, CheckOptions } from '../../core/checks/context';
import { spanInFlow } from '../../core/checks/context';
import { authenticationOf, describeAdapter } from '../../core/flow/adapters';
import { addressOf } from '../../core/flow/fields';
import { structuralKeys } from '../../core/flow/externalize';
import type { ChannelFields, Field, PartField } from '../../core/flow/model';
import { allParts, type Part } from '../../core/flow/partFields';
import { parameterOf } from '../../core/flow/parameters';
import { hasParameter } from '../../core/flow/placeholders';
import { entriesOf } from '../../core/languageService/aliasAt';
import type { Validity } from '../../core/keystore/expiry';
import { fixSentence, helpSentence, messageSentences } from '../../core/report/findingText';
import type { FieldView, Mark, NoteView, ParameterView, ProblemView } from '../../protocol/adapterEditor';

/** How facts become sentences. In VS Code `say` is `vscode.l10n.t`. */
export interface ModelTexts {
  /** @param text English, with `{name}` places */
  say(text: string, args?: Readonly<Record<string, string | number>>): string;
  /** "412 days", "expired 3 days ago". */
  validity(validity: Validity): string;
  /** A moment of today or another day, short. */
  moment(at: Date): string;
}

export interface FieldContext {
  readonly source: CheckedFlow;
  readonly part: Part;
  /** The five main ones; none of a step. */
  readonly fields: ChannelFields;
  readonly findings: readonly Finding[];
  readonly keystores: readonly KeystoreView[];
  readonly options: CheckOptions;
  readonly texts: ModelTexts;
  readonly readOnly: boolean;
}

/** Whether a main field is shown: what the adapter's version does not have, or the authentication does not read, only where it has a value. */
export function isShown({ name, used, value, missing }: Field): boolean {
  if (missing) return used === 'yes' && (name === 'privateKeyAlias' || name === 'credential');
  return used !== 'no' || value !== '';
}

/** The same for any other field, which is never added. */
export const isFurtherShown = ({ used, value, missing }: PartField): boolean =>
  missing !== true && (used !== 'no' || value !== '');

/** @param id one of the five names, or the field's own id */
export function fieldView(context: FieldContext, field: PartField, id: string): FieldView {
  const { part, texts, readOnly } = context;
  const parameter = field.parameter === undefined ? undefined : parameterView(context, field.parameter);
  const preview = previewOf(context, field, id);
  const { property, cell, role } = field;
  const leftOver = field.used === 'no' && field.value !== '';
  const frozen = readOnly || property?.form === 'foreign' || property?.form === 'missing';
  const place = placeOf(field);
  return {
    id,
    label: cell
      ? texts.say('{field}, row {row}', { field: texts.say(field.label), row: cell.row + 1 })
      : texts.say(field.label),
    key: field.key,
    value: field.value,
    ...(parameter ? { parameter } : {}),
    ...(preview === undefined ? {} : { preview }),
    notes: notesOf(context, field, leftOver),
    problems: context.findings
      .filter((finding) => standsAt(context, field, finding))
      .map((each) => problemView(texts, each)),
    ...(field.options
      ? {
          options: field.options.map(({ value, label: name, proven }) => ({
            value,
            label: texts.say(name),
            note: proven ? '' : texts.say('Never seen in an exported flow: the tenant may spell it differently'),
          })),
        }
      : {}),
    ...(field.missing
      ? {
          missing: texts.say('Version {version} of this adapter was exported without this field.', {
            version: part.part.version || '?',
          }),
        }
      : {}),
    // A parameter may feed other channels: it is not emptied by a button.
    leftOver: leftOver && parameter === undefined,
    readOnly: frozen,
    ...(role === 'keyPair'
      ? { aliases: 'keyPairs' as const }
      : role === 'certificate'
        ? { aliases: 'certificates' as const }
        : {}),
    ...(cell ? { row: cell.row } : {}),
    canExternalize: !frozen && place === 'flow' && !/\{\{|\}\}/.test(field.value) && !structuralKeys.has(field.key),
    canInternalize:
      !frozen && place === 'flow' && field.parameters.length > 0 && field.parameters.every(({ defined }) => defined),
  };
}

/** Where the value that is shown is written; undefined where there is none. */
const placeOf = ({ property, cell }: PartField): 'flow' | 'parameter' | undefined =>
  property && (cell?.tableIn === 'parameter' ? 'parameter' : 'flow');

function parameterView({ source, part, texts }: FieldContext, name: string): ParameterView {
  const { flow, parametersFile } = source;
  const entry = parametersFile && parameterOf(parametersFile.parameters, name);
  const others = allParts(flow).filter(
    (other) => other.id !== part.part.id && other.properties.some(({ value }) => hasParameter(value, name)),
  );
  const names = others.map((other) => other.name || other.id);
  return {
    name,
    value: entry?.value ?? '',
    ...(parametersFile ? {} : { unavailable: texts.say('there is no parameters.prop beside this flow') }),
    shared:
      names.length === 0
        ? ''
        : names.length <= 3
          ? texts.say('shared with {names}', { names: names.join(', ') })
          : texts.say('shared with {names} and {count} more', {
              names: names.slice(0, 2).join(', '),
              count: names.length - 2,
            }),
  };
}

function previewOf({ source, part }: FieldContext, field: PartField, id: string): string | undefined {
  const parameters = source.parametersFile?.parameters;
  if (id === 'address' && part.kind === 'channel') {
    const whole = addressOf(part.part, parameters)?.resolved;
    const shown = field.parameter === undefined ? field.value : field.resolved;
    return whole === undefined || whole === shown ? undefined : whole;
  }
  return field.parameter !== undefined || field.resolved === field.value ? undefined : field.resolved;
}

function notesOf(context: FieldContext, field: PartField, leftOver: boolean): NoteView[] {
  const { texts } = context;
  const notes: NoteView[] = [];
  if (leftOver) notes.push({ mark: 'information', text: leftOverText(context, field) });
  if (field.dynamic) {
    notes.push({ mark: 'unknown', text: texts.say('Set at run time, cannot be checked here.') });
  } else if (field.unresolved && field.value !== '') {
    const names = field.parameters.filter(({ defined }) => !defined).map(({ name }) => `{{${name}}}`);
    notes.push({
      mark: 'unknown',
      text: texts.say('{names} has no value here, so this cannot be checked.', { names: names.join(', ') }),
    });
  } else if (field.role === 'keyPair' && !leftOver && field.resolved !== '') {
    notes.push(...aliasNotes(context, field.resolved));
  } else if (field.role === 'certificate' && !leftOver && field.resolved !== '') {
    notes.push(...certificateNotes(context, field.resolved));
  }
  if (field.source === 'unverified') {
    notes.push({ mark: 'information', text: texts.say('Not verified: taken from other adapters, or from its name.') });
  }
  return notes;
}

function leftOverText({ part, fields, texts }: FieldContext, { key }: PartField): string {
  const written = fields.authentication?.resolved ?? '';
  const main = Object.values(fields).some((each) => each.key === key);
  if (!written || !main || part.kind === 'step') return texts.say('Left over: the present settings do not read it.');
  const row = describeAdapter(part.part);
  const method = (row && authenticationOf(row, written)?.label) ?? written;
  return texts.say('Left over: not used with the authentication {authentication}.', {
    authentication: texts.say(method),
  });
}

function certificateNotes(context: FieldContext, alias: string): NoteView[] {
  const [found] = entriesOf(alias, context.keystores);
  return found ? [entryNote(context, found)] : [];
}

function aliasNotes(context: FieldContext, alias: string): NoteView[] {
  const { keystores, options, texts } = context;
  const found = lookUpAlias(alias, keystores, options.now);
  if (found.state === 'no-keystore') {
    return [{ mark: 'unknown', text: texts.say('No keystore is open to look the alias up in.') }];
  }
  return found.state === 'key-pair' ? [entryNote(context, found)] : [];
}

/** The entry that an alias names: what it is, its validity, and the keystore it is in. */
function entryNote({ texts }: FieldContext, { entry, keystore }: LocatedEntry): NoteView {
  const { notBefore, notAfter } = entry;
  const validity =
    notBefore && notAfter
      ? texts.say('valid to {date} ({days})', {
          date: notAfter.toISOString().slice(0, 10),
          days: texts.validity({ notBefore, notAfter }),
        })
      : undefined;
  const kind = entry.kind === 'keyPair' ? texts.say('Key pair') : texts.say('Certificate');
  const facts = [kind, entry.key, entry.subject, validity, keystore.name];
  return { mark: 'none', text: facts.filter((fact) => fact !== undefined && fact !== '').join(' \u00b7 ') };
}

/** A finding stands at the value in the flow, or at the parameter's value in parameters.prop. */
function standsAt({ source }: FieldContext, field: PartField, { place }: Finding): boolean {
  const { file, parametersFile } = source;
  if (
    field.property &&
    place.file === file &&
    place.span.offset === spanInFlow(source.flow, { ...field, property: field.property }).offset
  ) {
    return true;
  }
  if (field.parameter === undefined || place.file !== parametersFile?.file) return false;
  const entry = parameterOf(parametersFile.parameters, field.parameter);
  if (!entry) return false;
  return (entry.valueSpan.length ? entry.valueSpan : entry.nameSpan).offset === place.span.offset;
}

export function problemView(texts: ModelTexts, finding: Finding): ProblemView {
  const help = helpSentence(finding);
  return {
    mark: markOf(finding),
    text: messageSentences(finding)
      .map((sentence) => texts.say(sentence.text, sentence.args))
      .join(' '),
    ...(help ? { help: texts.say(help.text, help.args) } : {}),
    // What a form writes into the field: a change elsewhere is none.
    fixes: (finding.fixes ?? [])
      .filter(({ code }) => code !== 'add-parameter')
      .map((fix) => ({ value: fix.value, label: fixLabel(texts, fix) })),
  };
}

function fixLabel(texts: ModelTexts, fix: Fix): string {
  if (fix.code === 'use-alias') return texts.say('Use "{alias}"', { alias: fix.value });
  const { text, args } = fixSentence(fix);
  return texts.say(text, args);
}

export function markOf({ severity }: Finding): Mark {
  return severity;
}

/** Findings of the channel that stand at none of its fields. */
export function otherFindings(context: FieldContext, shown: readonly PartField[]): Finding[] {
  return context.findings.filter((finding) => !shown.some((field) => standsAt(context, field, finding)));
}
