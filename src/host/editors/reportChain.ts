import type { Certificate } from '../../core/certificates/certificate';
import { pathOf } from '../../core/connectivity/missingIssuer';
import type { ConnectivityReport, ServerReport } from '../../core/connectivity/report';
import { groups } from '../../core/keystore/describe';
import type { ChainRow, DetailView } from '../../protocol/connectivityReport';
import type { ModelTexts } from './fieldModel';

/**
 * The certificates of a server as a tree: what vouches for them or is missing at the top, the server's own at the bottom; what was sent and is not
 * above it stands for itself at the end.
 */
export function chainRows(report: ConnectivityReport, texts: ModelTexts, offerAdded: boolean): ChainRow[] {
  const { server } = report;
  if (!server) return [];
  const path = pathOf(server.chain);
  const row = (certificate: Certificate, role: string): Omit<ChainRow, 'depth'> =>
    sentRow({ certificate, role, report, texts, offerAdded });
  const upwards = path.map((certificate, at) =>
    row(
      certificate,
      at === 0 ? texts.say('server') : certificate.selfIssued ? texts.say('root') : texts.say('intermediate'),
    ),
  );
  const above = notSent(server, texts, offerAdded);
  if (above) upwards.push(above);
  const others = server.chain.filter((certificate) => !path.includes(certificate));
  const otherRole = (certificate: Certificate): string =>
    path.some((each) => each.equals(certificate))
      ? texts.say('sent once more')
      : texts.say('sent, and not above the certificate of the server');
  return [
    ...upwards.reverse().map((each, depth) => ({ ...each, depth })),
    ...others.map((certificate) => ({
      ...row(certificate, otherRole(certificate)),
      depth: 0,
    })),
  ];
}

interface SentCertificate {
  readonly certificate: Certificate;
  /** In the chain. */
  readonly role: string;
  readonly report: ConnectivityReport;
  readonly texts: ModelTexts;
  readonly offerAdded: boolean;
}

function sentRow({
  certificate,
  role,
  report: { server, at },
  texts,
  offerAdded,
}: SentCertificate): Omit<ChainRow, 'depth'> {
  const anchor = server?.anchor;
  const expired = certificate.notAfter < at || certificate.notBefore > at;
  const offered = certificate === server?.offer;
  const isAdded = offered && offerAdded;
  const roles = [
    role,
    expired && texts.say('outside its validity'),
    anchor?.certificate.equals(certificate) && texts.say('trusted, entry "{alias}"', { alias: anchor.alias }),
    isAdded && addedText(texts),
  ];
  return {
    subject: certificate.subject.toString(),
    role: roles.filter((each) => each !== undefined && each !== false).join(' \u00b7 '),
    state: expired ? 'failed' : anchor ? 'ok' : offered && !isAdded ? 'warning' : 'untrusted',
    details: certificateDetails(certificate, texts),
    ...(offered && !isAdded && { add: addOf(certificate, texts) }),
  };
}

/** What stands above the chain that was sent: the anchor, or what is missing. */
function notSent(
  { chain, anchor, missing, offer, fetched }: ServerReport,
  texts: ModelTexts,
  offerAdded: boolean,
): Omit<ChainRow, 'depth'> | undefined {
  if (anchor) {
    if (chain.some((certificate) => certificate.equals(anchor.certificate))) return undefined;
    return {
      subject: anchor.certificate.subject.toString(),
      role: texts.say('not sent \u00b7 trusted, entry "{alias}"', { alias: anchor.alias }),
      state: 'ok',
      details: certificateDetails(anchor.certificate, texts),
    };
  }
  if (offer && !chain.includes(offer)) {
    return {
      subject: offer.subject.toString(),
      role: offerAdded
        ? addedText(texts)
        : fetched?.includes(offer)
          ? texts.say('fetched \u00b7 not sent \u00b7 not in the keystore')
          : texts.say('root of a public authority \u00b7 not sent \u00b7 not in the keystore'),
      state: offerAdded ? 'untrusted' : 'missing',
      details: certificateDetails(offer, texts),
      ...(!offerAdded && { add: addOf(offer, texts) }),
    };
  }
  if (missing === undefined || chain.some(({ subject }) => subject.toString() === missing)) return undefined;
  return {
    subject: missing,
    role: texts.say('not sent \u00b7 not in the keystore'),
    state: 'missing',
    details: [],
  };
}

function addedText(texts: ModelTexts): string {
  return texts.say('added to the keystore: test again');
}

function addOf(certificate: Certificate, texts: ModelTexts): NonNullable<ChainRow['add']> {
  return {
    certificate: 0,
    label: texts.say('Add "{name}" to Keystore...', { name: certificate.subject.short }),
  };
}

function certificateDetails(certificate: Certificate, texts: ModelTexts): DetailView[] {
  const { notBefore, notAfter } = certificate;
  const day = (date: Date): string => date.toISOString().slice(0, 10);
  return [
    { label: texts.say('Issuer'), value: certificate.issuer.toString() },
    {
      label: texts.say('Valid'),
      value: texts.say('{from} to {to} ({days})', {
        from: day(notBefore),
        to: day(notAfter),
        days: texts.validity({ notBefore, notAfter }),
      }),
    },
    { label: texts.say('SHA-256'), value: groups(certificate.sha256) },
  ];
}
