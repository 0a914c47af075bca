import type { PathProblem } from '../certificates/pathRules';
import type { EntryFinding } from './lint';

const bytesText = (bytes: number): string => bytes.toLocaleString('en');

/** A finding in one or two plain sentences: what, and what follows from it. Of a member of a chain, with its name. */
export function describeFinding(finding: EntryFinding): string {
  const text = sentences(finding);
  const member = 'index' in finding && finding.index ? finding.certificate.subject.short : undefined;
  return member === undefined ? text : `${member}: ${text}`;
}

/** Without the period: a sentence goes on. */
export function describePathProblem(problem: PathProblem): string {
  switch (problem.code) {
    case 'not-an-authority':
      return 'It issued a certificate and is no certification authority';
    case 'may-not-sign':
      return 'It issued a certificate, and its key usage does not let it';
    case 'path-too-long':
      return `It allows ${problem.allowed} intermediate authorities below itself, and there are ${problem.below}`;
    case 'unknown-critical':
      return `It has a critical extension that Java does not know (${problem.oid})`;
    case 'name-not-permitted':
      return `"${problem.authority.subject.short}" may not issue for ${problem.name.kind}:${problem.name.value} (name constraints)`;
  }
}

function sentences(finding: EntryFinding): string {
  switch (finding.code) {
    case 'weak-key':
      return `The key is weak: ${finding.key} with ${finding.size} bits. Servers refuse it.`;
    case 'dsa-key':
      return 'The key is DSA, which TLS 1.3 does not know and most servers refuse.';
    case 'explicit-curve':
      return 'The curve is spelled out instead of named (RFC 5480 forbids that): Java and most servers refuse the key.';
    case 'weak-signature':
      return `The signature is weak: ${finding.algorithm}. Servers refuse it.`;
    case 'no-client-usage':
      return 'The certificate is not for clients: its extended key usage lacks client authentication, and a server may refuse it.';
    case 'no-alternative-name':
      return 'The certificate is for servers and has no alternative name: clients do not look at the common name any longer.';
    case 'leaf-is-ca':
      return 'The certificate of the key pair is that of a certification authority; servers expect one that may not issue others.';
    case 'issuer-is-no-ca':
      return 'This certificate issued another one and is no certification authority: the chain is refused.';
    case 'issuer-may-not-sign':
      return 'This certificate issued another one, and its key usage does not let it sign certificates: the chain is refused.';
    case 'long-lifetime':
      return `The certificate is valid for ${finding.days} days; browsers take at most 398 from public authorities.`;
    case 'too-large-for-sap':
      return `The certificate has ${bytesText(finding.bytes)} bytes; SAP takes at most ${bytesText(finding.limit)}.`;
    case 'old-version':
      return 'The certificate is of version 1, without extensions: what it may be used for is not said.';
    case 'serial-not-positive':
      return 'The serial number is not positive, as RFC 5280 asks for; some programs refuse it.';
    case 'malformed-extension':
      return `Extensions cannot be read: ${finding.oids.join(', ')}.`;
    case 'expired-in-chain':
      return `It has expired on ${finding.certificate.notAfter.toISOString().slice(0, 10)}: the chain is refused.`;
    case 'duplicate-in-chain':
      return 'It is twice in the chain.';
    case 'chain-order':
      return 'The chain is in the wrong order: each certificate has to be followed by that of its issuer.';
    case 'chain-broken':
      return 'The chain is broken after this certificate: the next one is not that of its issuer.';
    case 'bad-signature':
      return 'The signature is wrong: the certificate of that name was not the one that signed it, or it was changed.';
    case 'path-problem':
      return `${describePathProblem(finding.problem)}: the chain is refused.`;
    case 'signature-not-checked':
      return 'The signature could not be checked: this platform does not know the key or the algorithm.';
    case 'issuer-missing':
      return `The chain does not reach a root: "${finding.issuer}" is neither in it nor in the keystore.`;
    case 'key-pair-too-large-for-sap':
      return `Key and chain have about ${bytesText(finding.bytes)} bytes; SAP takes key pairs of at most ${bytesText(finding.limit)}.`;
  }
}
