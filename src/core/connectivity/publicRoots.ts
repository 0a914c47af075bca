import { rootCertificates } from 'node:tls';
import { Certificate } from '../certificates/certificate';
import { readPem } from '../certificates/pem';
import { checkSignature } from '../certificates/signature';

let bySubject: ReadonlyMap<string, readonly Certificate[]> | undefined;

/**
 * The root of a public authority that issued a certificate, from the list that Node brings (Mozilla's). Nobody is trusted by it, as the
 * tenant does not trust by it: it is only at hand to be added, for servers do not send their root.
 */
export function publicRootOf(certificate: Certificate, now: Date): Certificate | undefined {
  bySubject ??= readRoots();
  return bySubject
    .get(certificate.issuer.toString())
    ?.find((root) => root.notAfter.getTime() > now.getTime() && checkSignature(certificate, root) === 'good');
}

function readRoots(): ReadonlyMap<string, readonly Certificate[]> {
  const roots = new Map<string, Certificate[]>();
  for (const { der } of rootCertificates.flatMap(readPem)) {
    const root = Certificate.parse(der);
    const subject = root.subject.toString();
    roots.set(subject, [...(roots.get(subject) ?? []), root]);
  }
  return roots;
}
