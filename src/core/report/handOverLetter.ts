import type { Certificate } from '../certificates/certificate';
import { publicKeyText } from '../certificates/publicKey';
import { groups } from '../keystore/describe';
import { day, inMarkdown, table } from './markdown';
import type { KitOptions } from './handOverKit';
import { hostsOf } from './keyUses';
import type { KitChain } from './kitChain';
import { connectionLines, issuerText, validText } from './letterText';

export interface LetterFacts {
  readonly alias: string;
  /** What the names of the files begin with. */
  readonly base: string;
  readonly leaf: Certificate;
  readonly chain: KitChain;
  readonly names: readonly string[];
  readonly options: KitOptions;
}

/** The letter to the receiver's administrator, Markdown. What a person has to fill in stands in brackets. */
export function letterOf(facts: LetterFacts): string {
  const { leaf, chain, options } = facts;
  const { uses = [] } = options;
  const hosts = hostsOf(uses);
  const receiver = inMarkdown(options.receiver ?? hosts.join(', ')) || '[name of the receiver]';
  const selfSigned = chain.members.length === 1 && chain.root !== undefined;
  return [
    `# Client certificate "${inMarkdown(leaf.subject.short)}" for ${receiver}`,
    '',
    `${day(options.now)}, to the administrator of ${receiver}`,
    '',
    'Our integration flows on SAP Cloud Integration call your system and identify themselves with a TLS client certificate. ' +
      'Please let your system accept the certificate of this kit. It is public: no private key is in the kit, and nobody needs ours.',
    '',
    table([
      ['Subject', leaf.subject.toString()],
      ['Issuer', issuerText(leaf)],
      ['Valid', validText(leaf)],
      ['Key', publicKeyText(leaf.publicKey)],
      ['SHA-256 fingerprint', groups(leaf.sha256)],
      ['SHA-1 fingerprint', groups(leaf.fingerprint('sha1'))],
    ]),
    '',
    'Serial numbers (hexadecimal and decimal) and the fingerprints of the whole chain are in `fingerprints.txt`. ' +
      'Please compare one fingerprint with us by telephone before you trust the certificate.',
    '',
    '## What to do',
    '',
    ...steps(facts, selfSigned).map((step, i) => `${i + 1}. ${step}`),
    '',
    '## Where we connect',
    '',
    ...connectionLines(uses, '[host and port of your system]'),
    '',
    '## What we need from you',
    '',
    '- the root certificate of the authority that issued the certificate of your server, and the certificates between, where your server does not send them',
    '- host name and port, and whether we may test the connection',
    '',
    '## Validity',
    '',
    `The certificate ends on ${day(leaf.notAfter)}. You will get its successor in time; please be prepared to accept both for a while.`,
    '',
    '## Contact',
    '',
    '[name], [e-mail], [telephone]',
    '',
  ].join('\n');
}

function steps({ base, chain, names }: LetterFacts, selfSigned: boolean): string[] {
  const user =
    'Assign the certificate to the technical user or account that our calls are to have (by subject and issuer, or by the certificate itself).';
  if (selfSigned) {
    return [
      `Import \`${base}.cer\` itself into the list of client certificates or authorities that your server trusts: it is self-signed, there is no root above it.`,
      user,
      'Let the server ask for a client certificate at the address below.',
    ];
  }
  const root = names.includes(`${base}-root.cer`)
    ? `Import the root \`${base}-root.cer\` into the authorities that your server trusts for client certificates.`
    : `Import the root of the authority into those that your server trusts for client certificates. It is not in this kit: \`ROOT-IS-MISSING.txt\` says where to get it.`;
  const between = chain.members.length - 1 - (chain.root ? 1 : 0);
  return [
    root,
    ...(between
      ? [
          `Our side sends the certificates in between with each connection; where your server wants them installed, they are in \`${base}-chain.p7b\` and \`${base}-chain.pem\`.`,
        ]
      : []),
    user,
    'Let the server ask for a client certificate at the address below, and offer the authority among those it accepts.',
  ];
}
