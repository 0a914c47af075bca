import type { Certificate } from '../certificates/certificate';
import type { Name } from '../certificates/name';
import { checkSignature } from '../certificates/signature';

/** A chain, as far as it goes. */
export interface KitChain {
  /** Leaf first. */
  readonly members: readonly Certificate[];
  /** Absent where the chain does not reach one. Of a self-signed certificate: itself. */
  readonly root?: Certificate;
  readonly missing?: Name;
}

const longest = 20;

/** The chain, completed with certificates that are known: those that made the signature. */
export function completeChain(chain: readonly Certificate[], known: readonly Certificate[]): KitChain {
  const members = [...chain];
  for (let last = members.at(-1); last && !last.selfIssued && members.length < longest;) {
    const child: Certificate = last;
    last = known.find(
      (candidate) =>
        !members.some((member) => member.equals(candidate)) &&
        child.mayBeIssuedBy(candidate) &&
        checkSignature(child, candidate) !== 'bad',
    );
    if (last) members.push(last);
  }
  const last = members.at(-1);
  if (!last) return { members };
  return last.selfIssued ? { members, root: last } : { members, missing: last.issuer };
}
