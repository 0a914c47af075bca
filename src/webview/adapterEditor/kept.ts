import type { FieldId } from '../../protocol/adapterEditor';
import { flag, optional, shape, text, word } from '../../protocol/guards';
import type { KeptField } from './fieldRow';

/** What the editor keeps while it is hidden: the chosen channel, what was typed and not written, where the page was scrolled to. */
export interface KeptState {
  readonly channel?: string;
  /** Of the chosen channel alone: leaving a channel writes its fields. */
  readonly fields: Partial<Record<FieldId, KeptField>>;
}

const keptField = optional(shape<KeptField>({ place: word('flow', 'parameters'), adding: flag, base: text, text }));

/** An older version of the view may have kept something else. */
export const isKeptState = shape<KeptState>({
  channel: optional(text),
  fields: shape<KeptState['fields']>({
    address: keptField,
    authentication: keptField,
    privateKeyAlias: keptField,
    credential: keptField,
    proxyType: keptField,
  }),
});
