/**
 * A dialogue of several steps, one after the other: each may be gone back from, and the last may send the person to any of them. Knows no
 * editor: what a step shows is its own business.
 */
export interface Step<T> {
  readonly id: string;
  /** Left out, and not counted, while this says no. */
  readonly when?: (state: Readonly<Partial<T>>) => boolean;
  /** Asked only where another step sends the person to it: left out of the sequence, and not counted. */
  readonly aside?: true;
  /** Asks, and says what was answered or where to go. */
  readonly ask: (state: Readonly<Partial<T>>, place: StepPlace) => Promise<StepAnswer<T>>;
}

export interface StepPlace {
  /** 1-based. */
  readonly step: number;
  readonly total: number;
  readonly canGoBack: boolean;
}

export type StepAnswer<T> =
  | { readonly kind: 'next'; readonly answer: Partial<T> }
  | { readonly kind: 'back' }
  /** To the step of that id; from there the dialogue comes back to where it was left. */
  | { readonly kind: 'to'; readonly id: string }
  | { readonly kind: 'cancel' };

/** Runs the steps. Undefined when the person gave up. */
export async function runSteps<T>(steps: readonly Step<T>[], start: Partial<T>): Promise<Partial<T> | undefined> {
  let state: Partial<T> = { ...start };
  const possible = (): Step<T>[] => steps.filter((step) => step.when?.(state) ?? true);
  const shown = (): Step<T>[] => possible().filter(({ aside }) => !aside);
  let at = shown()[0];
  /** Where a detour ends. */
  let returnTo: string | undefined;
  while (at) {
    const visible = shown();
    // One that stands aside has the place of that which sent there.
    const index = visible.findIndex(({ id }) => id === (at?.aside ? returnTo : at?.id));
    const place = { step: index + 1, total: visible.length, canGoBack: index > 0 || at.aside === true };
    const answer = await at.ask(state, place);
    switch (answer.kind) {
      case 'cancel':
        return undefined;
      case 'back':
        at = visible[at.aside ? index : Math.max(0, index - 1)];
        returnTo = undefined;
        break;
      case 'to':
        returnTo = at.id;
        at = possible().find(({ id }) => id === answer.id) ?? at;
        break;
      case 'next': {
        state = { ...state, ...answer.answer };
        const after = shown();
        const next = after[after.indexOf(at) + 1];
        const back: string | undefined = returnTo;
        returnTo = undefined;
        at = back === undefined ? next : (after.find(({ id }) => id === back) ?? next);
      }
    }
  }
  return state;
}
