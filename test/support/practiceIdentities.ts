import { makeCa, type TestIdentity } from './testCertificates';

/** What a practice receiver is made of, in a form that issues further certificates. */
export async function makePracticeIdentities(): Promise<Record<'root' | 'clientCa', TestIdentity>> {
  const organization = 'Practice';
  return {
    root: await makeCa('Practice Receiver Root', { organization }),
    clientCa: await makeCa('Practice Client CA', { organization }),
  };
}
