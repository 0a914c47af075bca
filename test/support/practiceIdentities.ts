import { makeCa, type TestIdentity } from './testCertificates';

/** What a practice receiver is made of, in a form that issues further certificates. */
export async function makePracticeIdentities(): Promise<Record<'root' | 'issuing' | 'clientCa', TestIdentity>> {
  const organization = 'Practice';
  const root = await makeCa('Practice Receiver Root', { organization });
  return {
    root,
    issuing: await root.issue('Practice Receiver Issuing CA', { ca: {}, organization }),
    clientCa: await makeCa('Practice Client CA', { organization }),
  };
}
