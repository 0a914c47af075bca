import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { publicKeyText } from '../../core/certificates/publicKey';
import { groups } from '../../core/keystore/describe';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { settings } from '../services/settings';
import { confirmed } from '../ui/messages';
import { dateText, fingerprintText, validityText } from '../ui/texts';
import { GaveUp } from './choosing';

const { t } = vscode.l10n;

interface Named {
  readonly alias: string;
  readonly certificate: Certificate;
}

/** How many certificates are shown in full, and how many more on a line each: a dialogue does not scroll. */
const shownInFull = 3;
const shownInBrief = 8;

/**
 * One question, with all that is needed to compare the certificates with what their owner says.
 * @param named what the keystore is about to trust
 * @param server that sent them
 * @throws GaveUp
 */
export async function confirmTrust(
  host: Host,
  session: KeystoreSession,
  named: readonly Named[],
  server?: string,
): Promise<void> {
  if (!named.length) return;
  const [only] = named;
  const question =
    named.length === 1 && only
      ? t('Trust "{0}"?', only.certificate.subject.short)
      : t('Trust these {0} certificates?', named.length);
  const rows = named.slice(0, shownInFull).map((each) => trustText(each, host.now()));
  rows.push(
    named
      .slice(shownInFull, shownInFull + shownInBrief)
      .map(({ certificate }) => `${certificate.subject.short}: ${groups(certificate.sha256)}`)
      .join('\n'),
  );
  const rest = named.length - shownInFull - shownInBrief;
  if (rest > 0) rows.push(t('and {0} more, as chosen from the list before', rest));
  const why = server
    ? t(
        'It was sent by {0}, which proves nothing yet: compare the fingerprint with what the owner tells you another way.',
        server,
      )
    : t(
        'Compare the fingerprint with what the owner tells you another way. Servers that it vouches for will be trusted.',
      );
  const trust = t('Trust and Add to {0}', session.name);
  const detail = [...rows, why].filter(Boolean).join('\n\n');
  if (!(await confirmed(question, detail, trust))) throw new GaveUp();
  for (const { certificate } of named) host.tenants.confirmed.add(certificate.sha256);
}

/** All that is needed to compare a certificate with what its owner says. */
export function trustText({ alias, certificate }: Named, now: Date): string {
  return [
    t('Subject: {0}', certificate.subject.toString()),
    certificate.selfIssued ? t('Issuer: itself (self-signed)') : t('Issuer: {0}', certificate.issuer.toString()),
    t(
      'Valid: {0} to {1} ({2})',
      dateText(certificate.notBefore),
      dateText(certificate.notAfter),
      validityText(certificate, now, settings.expiryThresholds()),
    ),
    t('Key: {0}', publicKeyText(certificate.publicKey)),
    t('SHA-256 fingerprint:'),
    fingerprintText(certificate.sha256),
    t('Alias: {0}', alias),
  ].join('\n');
}
