import { issuerAddresses } from '../connectivity/missingIssuer';
import type { ConnectivityReport, VerdictCode } from '../connectivity/report';

/** What can be done about a verdict, beside adding a certificate that the report offers. */
export type NextStep =
  /** Get the certificate that the server leaves out from where its own says that it lies. */
  | 'fetch-missing'
  /** The same test with another key pair of the keystore. */
  | 'choose-key-pair'
  /** Set the alias that was tested in the channel. */
  | 'set-alias'
  /** Only the tenant has the private key: its own test proves the rest. */
  | 'test-on-tenant'
  /** The key pair has no chain that a receiver could know: import the authority's response. */
  | 'import-response'
  | 'open-channel'
  /** To the administrator of the receiver. */
  | 'write-letter'
  /** Keep the test in the workspace, to be repeated. */
  | 'save-test';

export interface Surroundings {
  /** A channel was tested: its alias, or none. */
  readonly channel?: { readonly alias?: string };
  /** The test can be kept. */
  readonly keeps?: boolean;
}

const keyVerdicts: ReadonlySet<VerdictCode> = new Set<VerdictCode>([
  'client-certificate-required',
  'client-certificate-rejected',
  'client-key-unusable',
]);

/** What only the receiver can mend, or has to know. */
const letterVerdicts: ReadonlySet<VerdictCode> = new Set<VerdictCode>([
  'server-expired',
  'server-name-mismatch',
  'server-chain-incomplete',
  'server-certificate-invalid',
  'protocol-version',
  'no-shared-cipher',
  'client-certificate-required',
  'client-certificate-rejected',
]);

/** Nothing in the channel would mend these. */
const receiverVerdicts: ReadonlySet<VerdictCode> = new Set<VerdictCode>([
  'server-expired',
  'server-certificate-invalid',
  'protocol-version',
  'no-shared-cipher',
]);

/** The most helpful first. */
export function nextSteps(report: ConnectivityReport, { channel, keeps = false }: Surroundings): NextStep[] {
  const { verdict, ok, client } = report;
  const chain = client?.chain ?? [];
  const others = (client?.candidates ?? []).some(({ alias }) => alias !== client?.sent);
  const lacksChain = chain.length > 0 && !(chain.length > 1 && chain.at(-1)?.selfIssued === true);
  const letter = letterVerdicts.has(verdict);
  const letterFirst = receiverVerdicts.has(verdict);
  const steps: [NextStep, boolean][] = [
    ['fetch-missing', issuerAddresses(report).length > 0],
    ['set-alias', ok && channel !== undefined && client?.sent !== undefined && client.sent !== channel.alias],
    ['test-on-tenant', verdict === 'ok-client-key-elsewhere'],
    ['choose-key-pair', keyVerdicts.has(verdict) && others],
    ['import-response', verdict === 'client-certificate-rejected' && lacksChain],
    ['write-letter', letter && letterFirst],
    ['open-channel', channel !== undefined && !ok],
    ['write-letter', letter && !letterFirst],
    ['save-test', keeps],
  ];
  return steps.filter(([, wanted]) => wanted).map(([step]) => step);
}
