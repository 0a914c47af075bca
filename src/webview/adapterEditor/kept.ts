import type { FieldDraft, FieldId } from '../../protocol/adapterEditor';
import { count, flag, list, optional, shape, text, word } from '../../protocol/guards';

/** A field with something that is not in the files: what was typed, or where it is to be written. */
export interface KeptField {
  readonly channel: string;
  readonly field: FieldId;
  readonly place: FieldDraft['place'];
  readonly adding: boolean;
  readonly base: string;
  readonly text: string;
}

/** What the editor keeps while it is hidden. */
export interface KeptState {
  /** The chosen one. */
  readonly channel?: string;
  /** Of all channels: what could not be written stays when another one is looked at. */
  readonly drafts: readonly KeptField[];
  /** What is searched for. */
  readonly query?: string;
  /** Groups of the list, and parts of the form, that a person has opened or closed. */
  readonly folds?: readonly KeptFold[];
  /** How far the list and the form are scrolled, in pixels. */
  readonly scrolled?: number;
}

export interface KeptFold {
  readonly id: string;
  readonly open: boolean;
}

/** An older version of the view may have kept something else. */
export const isKeptState = shape<KeptState>({
  channel: optional(text),
  drafts: list(
    shape<KeptField>({
      channel: text,
      field: text,
      place: word('flow', 'parameters'),
      adding: flag,
      base: text,
      text,
    }),
  ),
  query: optional(text),
  folds: optional(list(shape<KeptFold>({ id: text, open: flag }))),
  scrolled: optional(count),
});
