import type { Certificate } from '../certificates/certificate';
import { publicKeyText } from '../certificates/publicKey';
import { groups } from '../keystore/describe';
import { decimalSerial, evenHex } from './handOverKit';
import { hostsOf, type KeyUse } from './keyUses';
import { connectionLines, issuerText, validText } from './letterText';
import { day, inMarkdown, table } from './markdown';

export interface RenewalLetter {
  readonly old: Certificate;
  readonly successor: Certificate;
  readonly uses: readonly KeyUse[];
  /** The day of the switch; a gap to fill in when absent. */
  readonly switchDay?: Date;
  readonly now: Date;
}

/** The letter to the partners that a client certificate changes, Markdown: what to accept, from when, how to recognise it. */
export function renewalLetter({ old, successor, uses, switchDay, now }: RenewalLetter): string {
  const hosts = hostsOf(uses);
  const when = switchDay ? day(switchDay) : '[day of the switch, agreed with you]';
  return [
    `# Our client certificate "${inMarkdown(successor.subject.short)}" changes on ${when}`,
    '',
    `${day(now)}, to the administrators of ${hosts.length ? inMarkdown(hosts.join(', ')) : '[receivers]'}`,
    '',
    `Our integration flows on SAP Cloud Integration identify themselves to your system with a TLS client certificate. It ends on ${day(old.notAfter)}; on ${when} we switch to its successor.`,
    '',
    table(
      [
        ['Subject', old.subject.toString(), successor.subject.toString()],
        ['Issuer', issuerText(old), issuerText(successor)],
        ['Serial (hexadecimal)', groupsOf(old), groupsOf(successor)],
        ['Serial (decimal)', decimalSerial(old), decimalSerial(successor)],
        ['Valid', validText(old), validText(successor)],
        ['Key', publicKeyText(old.publicKey), publicKeyText(successor.publicKey)],
        ['SHA-256', groups(old.sha256), groups(successor.sha256)],
        ['SHA-1', groups(old.fingerprint('sha1')), groups(successor.fingerprint('sha1'))],
      ],
      ['', 'Until now', 'New'],
    ),
    '',
    '## What to do',
    '',
    `1. Before ${when}: accept the new certificate **beside** the old one. ${
      successor.selfIssued
        ? 'It is self-signed: import it itself.'
        : 'Import its root and, where you need them, the certificates in between.'
    }`,
    '2. Where the certificate is assigned to a user or account, assign the new one too.',
    '3. Tell us when that is done: we test the connection with the new certificate before we switch.',
    `4. After ${when}, once we have confirmed the switch: remove the old certificate.`,
    '',
    'Where your system can hold only one certificate, please agree on a time with us: both sides have to change it at once.',
    '',
    '## Connections',
    '',
    ...connectionLines(uses, '[addresses]'),
    '',
    '## Contact',
    '',
    '[name], [e-mail], [telephone]',
    '',
  ].join('\n');
}

function groupsOf({ serialNumber }: Certificate): string {
  return groups(evenHex(serialNumber));
}
