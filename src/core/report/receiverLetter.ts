import type { Certificate } from '../certificates/certificate';
import type { ConnectivityReport } from '../connectivity/report';
import { targetText } from '../connectivity/target';
import { groups } from '../keystore/describe';
import { explanationOf, headlineOf } from './connectivityText';
import { issuerText, validText } from './letterText';
import { day, inMarkdown, table } from './markdown';
import { proofCommands } from './proofCommands';

/**
 * A letter to the administrator of the receiver, Markdown: what was seen, and what they have to do. What a person has to fill in stands in brackets.
 * Public facts alone.
 */
export function receiverLetter(report: ConnectivityReport): string {
  const { target, at, from, server, client } = report;
  const where = inMarkdown(targetText(target));
  const [leaf] = server?.chain ?? [];
  const [command] = proofCommands(report);
  return [
    `# Connection to ${where}`,
    '',
    `${day(at)}, to the administrator of ${where}`,
    '',
    'Our integration flows on SAP Cloud Integration call your system. A test of the connection says:',
    '',
    `> ${inMarkdown(headlineOf(report))}.`,
    '',
    `It was made on ${at.toISOString()} from ${inMarkdown(from)}.`,
    '',
    '## What we ask of you',
    '',
    ...requests(report).map((text, i) => `${i + 1}. ${text}`),
    '',
    ...(client?.chain?.length ? ourCertificates(client.chain) : []),
    ...(leaf ? ['## The certificate that your server showed', '', certificateTable(leaf), ''] : []),
    ...(client?.acceptableIssuers.length
      ? [
          '## Issuers that your server says it accepts',
          '',
          ...client.acceptableIssuers.map((issuer) => `- ${inMarkdown(issuer)}`),
          '',
        ]
      : []),
    ...(command ? ['## The same test', '', '```', command.command, '```', ''] : []),
    '## Contact',
    '',
    '[name], [e-mail], [telephone]',
    '',
  ].join('\n');
}

function requests(report: ConnectivityReport): string[] {
  const { verdict, client, target, server } = report;
  const missing = inMarkdown(server?.missing ?? 'its issuer');
  switch (verdict) {
    case 'client-certificate-rejected':
    case 'client-certificate-required': {
      const top = client?.chain?.at(-1);
      if (!top) {
        return [
          'Tell us which authorities you accept for client certificates, and what a certificate has to have besides.',
        ];
      }
      const self = client?.chain?.length === 1 && top.selfIssued;
      const which = self
        ? 'the certificate below itself: it is self-signed'
        : top.selfIssued
          ? `the root "${inMarkdown(top.subject.short)}" below`
          : `the authority that issued it, ${inMarkdown(top.issuer.toString())}`;
      return [
        `Have your server trust ${which}, for client certificates. Compare one fingerprint with us by telephone first.`,
        'Assign the certificate to the technical user that our calls are to have.',
        'If it is there already: look into the log of your server for the moment of the test, which says why the connection was refused.',
      ];
    }
    case 'server-expired':
      return ['Renew the certificate of your server, and tell us when its issuer changes with that.'];
    case 'server-name-mismatch':
      return [
        `Have the certificate of your server name ${inMarkdown(target.serverName)} among its alternative names, or tell us the name by which we should call you.`,
      ];
    case 'server-chain-incomplete':
      return [
        `Have your server send the intermediate certificate that issued its own (${missing}): clients like ours do not look for it.`,
      ];
    case 'protocol-version':
      return ['Enable TLS 1.2 or 1.3: SAP Cloud Integration speaks nothing older.'];
    case 'no-shared-cipher':
      return ['Enable a cipher of today, such as ECDHE with AES-GCM.'];
    default:
      return [inMarkdown(explanationOf(report))];
  }
}

const ourCertificates = (chain: readonly Certificate[]): string[] => [
  '## Our client certificate, and what is above it',
  '',
  ...chain.flatMap((certificate) => [certificateTable(certificate), '']),
];

const certificateTable = (certificate: Certificate): string =>
  table([
    ['Subject', certificate.subject.toString()],
    ['Issuer', issuerText(certificate)],
    ['Serial number', certificate.serialNumber],
    ['Valid', validText(certificate)],
    ['SHA-256 fingerprint', groups(certificate.sha256)],
    ['SHA-1 fingerprint', groups(certificate.fingerprint('sha1'))],
  ]);
