/**
 * What a person types into a field against what the file says, over all orders in which keystrokes, own edits and other people's edits arrive.
 * Pure: the field draws it.
 */
export interface Draft {
  /** What the file said when the typing began, or says since. */
  readonly base: string;
  /** What the field shows. */
  readonly text: string;
  /** What was sent to be written and is not confirmed yet. */
  readonly sent?: string;
  /** The file changed to this while something else was typed. */
  readonly theirs?: string;
}

export function begin(value: string): Draft {
  return { base: value, text: value };
}

/** Takes up what was kept while the view was hidden. */
export function resume(value: string, kept: { readonly base: string; readonly text: string }): Draft {
  return received({ base: kept.base, text: kept.text }, value);
}

export function typed(draft: Draft, text: string): Draft {
  return { ...draft, text };
}

/** Whether there is something to write: typed, and not on its way already. */
export function isDirty({ base, text, sent }: Draft): boolean {
  return text !== (sent ?? base);
}

/** The text is on its way. What was typed over the other's change is written on purpose. */
export function sending({ base, text }: Draft): Draft {
  return { base, text, sent: text };
}

/** The edit of `value` was made. */
export function written(draft: Draft, value: string): Draft {
  if (draft.sent !== value) return draft;
  return { base: value, text: draft.text, ...(draft.theirs === undefined ? {} : { theirs: draft.theirs }) };
}

/** The edit of `value` was not made: the text stays, to be mended. */
export function refused(draft: Draft, value: string): Draft {
  const { sent, ...rest } = draft;
  return sent === value ? rest : draft;
}

/** The file says `value` now. */
export function received(draft: Draft, value: string): Draft {
  const { base, text, sent } = draft;
  // An old state that was on its way, or news of another field.
  if (value === base) return draft;
  if (value === sent) return { base: value, text };
  if (value === text) return begin(value);
  if (sent === undefined && text === base) return begin(value);
  return { base: value, text, theirs: value, ...(sent === undefined ? {} : { sent }) };
}

/** Escape: what the file says. */
export function takenBack({ base }: Draft): Draft {
  return begin(base);
}
