import type { Certificate } from '../certificates/certificate';
import { roleInChain } from './chain';
import { chainState, isBroken, type Link } from './chainState';
import { validityText } from './describe';
import type { WarnFrom } from './expiry';
import { describePathProblem } from './lintText';
import type { Keystore } from './model';

const broken: Readonly<Partial<Record<Link, string>>> = {
  'other-issuer': 'BROKEN HERE: the next certificate is not that of its issuer',
  'bad-signature': 'BROKEN HERE: the next certificate has the name of its issuer, and did not sign it',
  'not-checked': 'signature not checked: this platform does not know the key or the algorithm',
};

/** A chain as a tree, leaf first, with what holds it together, and whether it is complete. */
export function chainLines(
  chain: readonly Certificate[],
  { now, warnDays, keystore }: { now: Date; warnDays: WarnFrom; keystore?: Pick<Keystore, 'entries'> | undefined },
): string[] {
  const state = chainState(chain, keystore);
  if (!state) return [];
  const { links, end, problems } = state;
  const lines: string[] = [];
  const add = (depth: number, text: string): void => void lines.push(`  ${'  '.repeat(depth)}${text}`);
  const note = (depth: number, link: Link | undefined): void => {
    const text = link && broken[link];
    if (text) add(depth, `!! ${text}`);
  };
  chain.forEach((member, i) => {
    const facts = [roleInChain(chain, i), validityText(member, now, warnDays)];
    add(i, `${member.subject.toString()}  [${facts.join(', ')}]`);
    for (const { index, problem } of problems) {
      if (index === i) add(i + 1, `!! REFUSED: ${describePathProblem(problem)}`);
    }
    note(i + 1, links[i]);
  });
  const depth = chain.length;
  switch (end.kind) {
    case 'root':
      note(depth, end.link);
      break;
    case 'issuer-in-keystore':
      note(depth, end.link);
      add(depth, `${end.issuer.subject.toString()}  [not in the chain; in the keystore as "${end.alias}"]`);
      break;
    case 'issuer-missing':
      add(depth, `${chain.at(-1)?.issuer.toString() ?? ''}  [not in the chain, and not in the keystore]`);
  }
  return [`Chain: ${verdict(state)}`, ...lines];
}

function verdict({ links, end, problems, complete }: NonNullable<ReturnType<typeof chainState>>): string {
  const at = links.findIndex(isBroken);
  if (at >= 0) return `broken after certificate ${at + 1} of ${links.length + 1}`;
  const [refused] = problems;
  if (refused) return `refused because of certificate ${refused.index + 1} of ${links.length + 1}`;
  if (end.kind === 'issuer-missing') return 'the root is missing, in the chain and in the keystore';
  if (isBroken(end.link)) return 'the signature at its end is wrong';
  if (end.kind === 'root') return complete ? 'complete, with its root' : 'not complete';
  return end.issuer.selfIssued
    ? `complete; its root is in the keystore as "${end.alias}"`
    : `ends below an issuer that is in the keystore as "${end.alias}"`;
}
