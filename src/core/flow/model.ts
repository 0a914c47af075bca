/**
 * A flow (`.iflw`) as it is read: its channels, where each value lies in the text, and what is wrong with the file. Immutable.
 * All offsets and lengths are UTF-16 code units into `Flow.text`, as VS Code's `TextDocument.positionAt` counts.
 */
export interface Flow {
  /** The text the spans point into, a byte order mark included where there is one. */
  readonly text: string;
  /** As the caller named it: flows do not name themselves (the collaboration is called "Default Collaboration"), their files do. */
  readonly name: string;
  /** In file order, senders and receivers. */
  readonly channels: readonly Channel[];
  /** In file order: whatever else has properties (steps, events, gateways, processes, participants, the collaboration). */
  readonly steps: readonly Step[];
  /** What kept parts of the file from being read. Channels before and after a problem are still listed where they can be. */
  readonly problems: readonly FlowProblem[];
  /** How this file writes an empty value, so that an emptied value looks like its neighbours. */
  readonly emptyValue: EmptyValueForm;
}

export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Replace `length` UTF-16 code units at `offset` by `text`. A list of edits is sorted, does not overlap, and speaks of the text before any of them. */
export interface TextEdit extends Span {
  readonly text: string;
}

export type Direction = 'Sender' | 'Receiver';
export type EmptyValueForm = '<value/>' | '<value />' | '<value></value>';

/** A part of a flow that has properties: a channel or a step. */
export interface FlowPart {
  /** `id` of the element; of a channel, what `--channel` and commands name. */
  readonly id: string;
  readonly name: string;
  /** Of the variant (`1.17.1`), else `componentVersion`; empty where neither is written. */
  readonly version: string;
  /** In file order; keys are not unique in hand-made files: the last one counts. */
  readonly properties: readonly Property[];
  /** The element, from its `<` to the `>` of its end tag. */
  readonly span: Span;
  /** Where a property may be added: just before the end tag of extensionElements. Absent where there is no such element. */
  readonly insertAt?: InsertionPoint;
}

/** Something of a flow that is no channel: `callActivity`, `serviceTask`, `startEvent`, `process`, `participant`, `collaboration`, ... */
export interface Step extends FlowPart {
  /** Name of the BPMN element, without its prefix. */
  readonly element: string;
  /** `activityType`: `PgpEncrypt`, `Enricher`, ... Empty where none is written. */
  readonly activity: string;
}

/** A message flow with an adapter. */
export interface Channel extends FlowPart {
  /** By the `direction` property: arrows lie for polling adapters. */
  readonly direction: Direction;
  /** `ComponentType`: `HTTP`, `SOAP`, `IDOC`, `HCIOData`, `XI`, ... Empty where the channel does not say. */
  readonly adapter: string;
  /** As written; tells adapters of the same name apart. SAP's own have none, a few `SAP`. */
  readonly vendor?: string;
  readonly messageProtocol: string;
  /** Name of the participant at the other end (`system`), else empty. */
  readonly system: string;
}

export interface InsertionPoint {
  readonly offset: number;
  /** What a new property starts with: end of line and indentation, as the last property has it. */
  readonly lead: string;
  /** One further level of indentation. */
  readonly indent: string;
  readonly eol: '\n' | '\r\n';
  /** Tag names as the file writes them. */
  readonly tags: { readonly property: string; readonly key: string; readonly value: string };
}

export interface Property {
  readonly key: string;
  /** Decoded: entities resolved, ends of lines as XML reads them (LF, unless written `&#13;`). */
  readonly value: string;
  /** The whole property element. */
  readonly span: Span;
  /**
   * What lies between `<value>` and `</value>` (length 0 for `<value></value>`); for form `selfClosing` the whole `<value/>` tag.
   * Length 0 and form `missing` where the property has no value element.
   */
  readonly valueSpan: Span;
  /** The value element with its tags; length 0 for form `missing`. */
  readonly valueElement: Span;
  readonly form: ValueForm;
  /** The pieces of text in the value, in order, raw: one for plain text, more around comments and CDATA sections. */
  readonly pieces: readonly ValuePiece[];
}

/**
 * `text`: text alone, or nothing between two tags. `cdata`: one CDATA section alone. `mixed`: several pieces, comments between them.
 * `missing`: no value element. `foreign`: elements inside, or an element that is not closed; not editable.
 */
export type ValueForm = 'text' | 'selfClosing' | 'cdata' | 'mixed' | 'missing' | 'foreign';

/** A run of text or the inside of a CDATA section (without its markers). */
export interface ValuePiece extends Span {
  readonly kind: 'text' | 'cdata';
}

export interface FlowProblem {
  readonly code: 'xml-broken' | 'not-a-flow' | 'too-large' | 'channel-incomplete' | 'not-utf8' | 'unreadable';
  /** English, one sentence. */
  readonly message: string;
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
}

export type FieldName = 'address' | 'authentication' | 'privateKeyAlias' | 'credential' | 'proxyType';

/**
 * A cell of a value that holds a table: rows of cells as XML in text, `<row><cell id='publicKeyAlias'>a</cell></row>`, as signers, encryptors and
 * client certificates of senders have them. Old versions write cells without ids.
 */
export interface Cell {
  /** From 0. */
  readonly row: number;
  /** The id, or the place within the row from 0 where it has none. */
  readonly column: string;
  /** Plain: what the table's XML escapes is resolved. */
  readonly value: string;
  /** The text of the cell within the table's text; of `<cell id='x'/>` the whole element. */
  readonly span: Span;
  readonly form: 'text' | 'selfClosing';
}

/**
 * What a value is for. `keyPair`: alias of a key pair in the keystore. `certificate`: alias of an entry whose certificate is used. `credential`, `secureParameter`:
 * name of security material that is not in the keystore, whatever it is called. `pgpUser`: user id in a PGP keyring.
 */
export type FieldRole =
  | 'address'
  | 'authentication'
  | 'keyPair'
  | 'certificate'
  | 'credential'
  | 'secureParameter'
  | 'pgpUser'
  | 'proxyType'
  | 'location'
  | 'user'
  | 'distinguishedName'
  | 'choice'
  | 'text';

/**
 * Where knowledge comes from. `flows`: seen in flows exported from tenants. `documented`: SAP's documentation names the field or value, its spelling in flows is
 * taken from there or from siblings. `unverified`: from other tools, or guessed by its name.
 */
export type Source = 'flows' | 'documented' | 'unverified';

/** A value of a channel or step that this product knows by meaning, whatever it is called there. */
export interface PartField {
  /** Tells the fields of a part apart: the key, or `key/row` for a cell of a table. */
  readonly id: string;
  /** The key in the flow: `privateKeyAlias`, `odataCertAuthPrivateKeyAlias`, ... */
  readonly key: string;
  /** As SAP's editor has it; the key where it is not known. */
  readonly label: string;
  readonly role: FieldRole;
  readonly source: Source;
  /** Absent where the part's version does not have the key (see `missing`). */
  readonly property?: Property;
  /** The field is a cell of a table; `value` is the cell's. */
  readonly cell?: Cell & {
    /** Where the table lies: in the parameter, where the property is a whole parameter. */
    readonly tableIn: 'flow' | 'parameter';
  };
  /** The value is, or would be, a table: rows can be added. `column`: of a new row's value, where that is known. */
  readonly table?: { readonly column?: string };
  /** As written in the flow, XML decoded. Empty where the property is empty or missing. */
  readonly value: string;
  /** With `parameters.prop` applied; what could not be resolved is left as written. */
  readonly resolved: string;
  /** Name of the parameter where the value is a whole `{{parameter}}`. */
  readonly parameter?: string;
  /** All parameters in the value, in order. */
  readonly parameters: readonly ParameterUse[];
  /** Set at run time (`${...}`, `pd:`), after resolving: cannot be checked in the files. */
  readonly dynamic?: true;
  /** `resolved` still contains a `{{parameter}}`: not defined, or no parameters.prop at hand. */
  readonly unresolved?: true;
  /** The part does not have the key; it can only be set by adding it. */
  readonly missing?: true;
  /** Whether the part's present settings (its authentication above all) read this field. `unknown` where the files do not say. */
  readonly used: 'yes' | 'no' | 'unknown';
  /** For fields with a known set of values: what may be chosen. Other values are kept as they are. */
  readonly options?: readonly FieldOption[];
}

/** One of the five values that nearly every adapter has. */
export interface Field extends PartField {
  readonly name: FieldName;
}

export interface ParameterUse {
  readonly name: string;
  /** Whether `parameters.prop` has it. */
  readonly defined: boolean;
}

export interface FieldOption {
  /** As written in the flow. */
  readonly value: string;
  /** As SAP's editor shows it. */
  readonly label: string;
  /** Seen in exported flows of this adapter. Others are taken from documentation or siblings, and may be spelt differently. */
  readonly proven: boolean;
}

/** The fields of one channel; a field is absent where the adapter has none of the kind or is not known. */
export type ChannelFields = Readonly<Partial<Record<FieldName, Field>>>;
