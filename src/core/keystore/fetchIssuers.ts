import type { Certificate } from '../certificates/certificate';
import { readCertificates } from '../certificates/import';
import type { CertificateSource } from './buildChain';
import type { ResponsePlan } from './signingResponse';

/** Gets what lies at an http or https address. */
export type Fetch = (address: string, signal?: AbortSignal) => Promise<Uint8Array>;

/** Issuers above issuers are fetched this often. */
const mostSteps = 6;

export interface FetchedIssuers {
  readonly plan: ResponsePlan;
  readonly sources: readonly CertificateSource[];
  /** What could not be fetched or read, and why. */
  readonly failures: readonly unknown[];
}

/**
 * Follows the addresses that certificates give for their issuers (id-ad-caIssuers) until the chain is complete, or nothing more is found. What is
 * fetched counts only where its key made the signature (`buildChain`).
 * @param planWith makes the plan with these sources as well
 */
export async function fetchIssuers(
  planWith: (more: readonly CertificateSource[]) => ResponsePlan,
  fetch: Fetch,
  signal?: AbortSignal,
): Promise<FetchedIssuers> {
  const fetched: Certificate[] = [];
  const failures: unknown[] = [];
  const seen = new Set<string>();
  let sources: readonly CertificateSource[] = [];
  let plan = planWith(sources);
  for (let step = 0; step < mostSteps && plan.chain.missing; step++) {
    const fresh = plan.chain.missingAt.filter((address) => !seen.has(address));
    if (!fresh.length) break;
    for (const address of fresh) {
      seen.add(address);
      try {
        fetched.push(...readCertificates(await fetch(address, signal)).certificates);
        break;
      } catch (error) {
        signal?.throwIfAborted();
        failures.push(error);
      }
    }
    sources = [{ from: 'download', certificates: [...fetched] }];
    plan = planWith(sources);
  }
  return { plan, sources, failures };
}
