import type { FieldDraft, FieldId } from '../../protocol/adapterEditor';
import { flag, list, optional, shape, text, word } from '../../protocol/guards';

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
}

/** An older version of the view may have kept something else. */
export const isKeptState = shape<KeptState>({
  channel: optional(text),
  drafts: list(
    shape<KeptField>({
      channel: text,
      field: word('address', 'authentication', 'privateKeyAlias', 'credential', 'proxyType'),
      place: word('flow', 'parameters'),
      adding: flag,
      base: text,
      text,
    }),
  ),
});
