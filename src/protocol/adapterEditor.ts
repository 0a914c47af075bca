import { count, flag, list, messages, optional, shape, text, word, type Guard } from './guards';

/** Between the adapter editor's view and its host. Values of the flow and names and dates of certificates; no key, no password. */

/** One of the five main fields by its name (`privateKeyAlias`), any other by its id in the flow (`PrivateKeyAliasSigning`, `headers/0`). */
export type FieldId = string;
/** Where a value is written: in the flow, or in the parameters.prop of its project. */
export type WritePlace = 'flow' | 'parameters';
/** Each has a shape and a word of its own. `none`: nothing is said. */
export type Mark = 'ok' | 'information' | 'warning' | 'error' | 'unknown' | 'none';

export interface EditorState {
  readonly flow: string;
  /** Why the flow cannot be shown: broken XML and the like. */
  readonly broken?: BrokenFlow;
  /** Receivers, then what else uses keys. */
  readonly channels: readonly ChannelView[];
  /** Unsaved changes of parameters.prop, in words. Absent where there are none. */
  readonly parametersUnsaved?: string;
  /** The last change from here went to parameters.prop and still stands: undo and redo are the view's to ask for. */
  readonly undoParameters: boolean;
  readonly redoParameters: boolean;
}

export interface BrokenFlow {
  readonly message: string;
  /** "line 12, column 3" in words. */
  readonly place: string;
}

export type ChannelKind = 'receiver' | 'sender' | 'step';

export interface ChannelView {
  readonly id: string;
  readonly kind: ChannelKind;
  /** What a search looks in, beside name and adapter: addresses, aliases. */
  readonly words: string;
  readonly name: string;
  readonly adapter: string;
  /** "version 1.17", or empty. */
  readonly version: string;
  readonly mark: Mark;
  readonly status: string;
  /** Why it is only shown, where it cannot be edited here. */
  readonly readOnly?: string;
  readonly testable: boolean;
  readonly fields: readonly FieldView[];
  /** Those that not every adapter has: folded, as long as nothing is wrong with them. */
  readonly further: readonly FieldView[];
  /** Why the fields are few, or to be taken with care. */
  readonly hint?: string;
  readonly readiness: readonly ReadinessView[];
}

export interface FieldView {
  readonly id: FieldId;
  readonly label: string;
  /** The key in the flow, for the tooltip. */
  readonly key: string;
  /** As written in the flow. */
  readonly value: string;
  /** Where the value is a whole parameter. */
  readonly parameter?: ParameterView;
  /** What the value comes to, where that differs from what is written. */
  readonly preview?: string;
  /** Further facts under the field: the entry that an alias names, "set at run time", "not used". */
  readonly notes: readonly NoteView[];
  readonly problems: readonly ProblemView[];
  /** What may be chosen, where that is known. Other values can be typed. */
  readonly options?: readonly OptionView[];
  /** The channel does not have the key: why, and that it can be added on purpose. */
  readonly missing?: string;
  /** Left over from another authentication: may be cleared. */
  readonly leftOver: boolean;
  readonly readOnly: boolean;
  /** The list offers key pairs, or all certificates. */
  readonly aliases?: 'keyPairs' | 'certificates';
  /** The row of a table: may be removed. */
  readonly row?: number;
  /** The last row of a table, or its place where it has none: rows may be added. `only`: there is no value to be edited. */
  readonly addRow?: 'after' | 'only';
  readonly canExternalize: boolean;
  readonly canInternalize: boolean;
}

export interface ParameterView {
  readonly name: string;
  /** The value in parameters.prop; empty where it has none. */
  readonly value: string;
  /** Why it cannot be written there. */
  readonly unavailable?: string;
  /** "shared with 2 other channels", or empty. */
  readonly shared: string;
}

export interface NoteView {
  readonly mark: Mark;
  readonly text: string;
}

export interface ProblemView extends NoteView {
  readonly help?: string;
  readonly fixes: readonly FixView[];
}

export interface FixView {
  readonly label: string;
  readonly value: string;
}

export interface OptionView {
  readonly value: string;
  readonly label: string;
  /** Why to be careful with it, or empty. */
  readonly note: string;
}

export interface ReadinessView {
  readonly mark: Mark;
  readonly text: string;
}

/** One row of an alias field's list. */
export interface KeyPairView {
  readonly alias: string;
  /** Algorithm and size: `RSA 3072`. */
  readonly key: string;
  readonly subject: string;
  /** "412 days left", "expired 12 days ago". */
  readonly validity: string;
  /** The last day, for the tooltip. */
  readonly until: string;
  readonly keystore: string;
  readonly mark: Mark;
}

export interface FieldDraft {
  /** Id of the channel or step. */
  readonly channel: string;
  readonly field: FieldId;
  readonly value: string;
  readonly place: WritePlace;
  /** Adds the key where the channel does not have it. */
  readonly add: boolean;
}

export type ToAdapterEditor =
  | { readonly type: 'strings'; readonly strings: EditorStrings }
  | { readonly type: 'state'; readonly state: EditorState }
  | {
      readonly type: 'keyPairs';
      readonly keyPairs: readonly KeyPairView[];
      readonly certificates: readonly KeyPairView[];
      readonly note: string;
    }
  /** Chooses a channel; the focus goes to `field` where one is named. */
  | { readonly type: 'reveal'; readonly channel: string; readonly field?: FieldId }
  /** A request, before a save: what was typed is to be written now. Answered when each was written, or its field says why it could not be. */
  | { readonly type: 'commitDrafts' };

export type FromAdapterEditor =
  | { readonly type: 'ready' }
  /** A request, answered when the edit is made. */
  | ({ readonly type: 'setField' } & FieldDraft)
  /** Requests, answered when the table is changed. */
  | { readonly type: 'addRow'; readonly channel: string; readonly field: FieldId; readonly value: string }
  | { readonly type: 'removeRow'; readonly channel: string; readonly field: FieldId }
  | { readonly type: 'externalize'; readonly channel: string; readonly field: FieldId }
  | { readonly type: 'internalize'; readonly channel: string; readonly field: FieldId }
  | { readonly type: 'undoParameters' }
  | { readonly type: 'redoParameters' }
  | { readonly type: 'saveParameters' }
  | { readonly type: 'openParameters'; readonly parameter: string }
  | { readonly type: 'test'; readonly channel: string }
  | { readonly type: 'testAll' }
  /** `use`: names it in the channel at once. */
  /** `alias`: proposed for it. */
  | { readonly type: 'generateKeyPair'; readonly channel: string; readonly use: boolean; readonly alias?: string }
  /** All that is typed and not written now; to be offered where the view is closed with it. */
  | { readonly type: 'drafts'; readonly drafts: readonly FieldDraft[] }
  | { readonly type: 'openAsText'; readonly channel?: string };

/** What the view itself has to say, in the user's language. */
export interface EditorStrings {
  readonly receivers: string;
  readonly senders: string;
  readonly steps: string;
  readonly search: string;
  /** Nothing has what is searched for. */
  readonly nothingFound: string;
  /** `{count}` of `{all}`. */
  readonly found: string;
  /** `{count}` of them. */
  readonly furtherFields: string;
  readonly addRow: string;
  readonly removeRow: string;
  readonly externalize: string;
  readonly internalize: string;
  readonly noReceivers: string;
  readonly noReceiversHelp: string;
  readonly broken: string;
  readonly openAsText: string;
  readonly testAll: string;
  readonly test: string;
  readonly generate: string;
  readonly readiness: string;
  readonly writtenTo: string;
  readonly placeParameters: string;
  readonly placeFlow: string;
  readonly placeFlowHelp: string;
  readonly openParameter: string;
  readonly parameterIs: string;
  readonly resolvesTo: string;
  readonly choices: string;
  readonly showChoices: string;
  readonly generateRow: string;
  /** `{count}` more rows. */
  readonly moreRows: string;
  readonly notWritten: string;
  /** The same in a word or two, in the list. */
  readonly unwritten: string;
  readonly changedMeanwhile: string;
  readonly takeTheirs: string;
  readonly clear: string;
  readonly addField: string;
  readonly saveParameters: string;
  readonly undoParameters: string;
  readonly written: string;
}

const fieldId: Guard<FieldId> = text;
const place: Guard<WritePlace> = word('flow', 'parameters');
const mark: Guard<Mark> = word('ok', 'information', 'warning', 'error', 'unknown', 'none');
const note = shape<NoteView>({ mark, text });

const problem = shape<ProblemView>({
  mark,
  text,
  help: optional(text),
  fixes: list(shape<FixView>({ label: text, value: text })),
});

const field = shape<FieldView>({
  id: fieldId,
  label: text,
  key: text,
  value: text,
  parameter: optional(shape<ParameterView>({ name: text, value: text, unavailable: optional(text), shared: text })),
  preview: optional(text),
  notes: list(note),
  problems: list(problem),
  options: optional(list(shape<OptionView>({ value: text, label: text, note: text }))),
  missing: optional(text),
  leftOver: flag,
  readOnly: flag,
  aliases: optional(word('keyPairs', 'certificates')),
  row: optional(count),
  addRow: optional(word('after', 'only')),
  canExternalize: flag,
  canInternalize: flag,
});

const channel = shape<ChannelView>({
  id: text,
  kind: word('receiver', 'sender', 'step'),
  words: text,
  name: text,
  adapter: text,
  version: text,
  mark,
  status: text,
  readOnly: optional(text),
  testable: flag,
  fields: list(field),
  further: list(field),
  hint: optional(text),
  readiness: list(shape<ReadinessView>({ mark, text })),
});

const state = shape<EditorState>({
  flow: text,
  broken: optional(shape<BrokenFlow>({ message: text, place: text })),
  channels: list(channel),
  parametersUnsaved: optional(text),
  undoParameters: flag,
  redoParameters: flag,
});

const keyPair = shape<KeyPairView>({
  alias: text,
  key: text,
  subject: text,
  validity: text,
  until: text,
  keystore: text,
  mark,
});

const strings = shape<EditorStrings>({
  receivers: text,
  senders: text,
  steps: text,
  search: text,
  nothingFound: text,
  found: text,
  furtherFields: text,
  addRow: text,
  removeRow: text,
  externalize: text,
  internalize: text,
  noReceivers: text,
  noReceiversHelp: text,
  broken: text,
  openAsText: text,
  testAll: text,
  test: text,
  generate: text,
  readiness: text,
  writtenTo: text,
  placeParameters: text,
  placeFlow: text,
  placeFlowHelp: text,
  openParameter: text,
  parameterIs: text,
  resolvesTo: text,
  choices: text,
  showChoices: text,
  generateRow: text,
  moreRows: text,
  notWritten: text,
  unwritten: text,
  changedMeanwhile: text,
  takeTheirs: text,
  clear: text,
  addField: text,
  saveParameters: text,
  undoParameters: text,
  written: text,
});

const draft = { channel: text, field: fieldId, value: text, place, add: flag };

export const isToAdapterEditor: Guard<ToAdapterEditor> = messages<ToAdapterEditor>({
  strings: { strings },
  state: { state },
  keyPairs: { keyPairs: list(keyPair), certificates: list(keyPair), note: text },
  reveal: { channel: text, field: optional(fieldId) },
  commitDrafts: {},
});

export const isFromAdapterEditor: Guard<FromAdapterEditor> = messages<FromAdapterEditor>({
  ready: {},
  setField: draft,
  addRow: { channel: text, field: fieldId, value: text },
  removeRow: { channel: text, field: fieldId },
  externalize: { channel: text, field: fieldId },
  internalize: { channel: text, field: fieldId },
  undoParameters: {},
  redoParameters: {},
  saveParameters: {},
  openParameters: { parameter: text },
  test: { channel: text },
  testAll: {},
  generateKeyPair: { channel: text, use: flag, alias: optional(text) },
  drafts: { drafts: list(shape<FieldDraft>(draft)) },
  openAsText: { channel: optional(text) },
});
