import type { DialogueEnd, Reached, ServiceFacts } from './protocols/dialogue';

/** What came of the dialogue after TLS, or without it. `silent`: the server said nothing more in time, `closed`: it went away. */
export type ServiceEnd =
  | { readonly kind: 'done'; readonly facts: ServiceFacts }
  | ({ readonly kind: 'refused'; readonly message: string } & Reached)
  | ({ readonly kind: 'silent' | 'closed' } & Reached);

/** How a dialogue ended that the server took part in to the end. */
export function serviceEnd(said: DialogueEnd): ServiceEnd {
  if (said.kind === 'done') return { kind: 'done', facts: said.facts };
  const { message, part, facts } = said;
  return { kind: 'refused', message, part, ...(facts && { facts }) };
}
