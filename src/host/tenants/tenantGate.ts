import * as vscode from 'vscode';
import type { Untrusted } from '../../core/tenant/applyEdit';
import { groups } from '../../core/keystore/describe';
import { askText } from '../input/quickInput';
import { confirmed } from '../ui/messages';
import { dateText } from '../ui/texts';
import type { TenantGate, TenantKeystoreSession } from './tenantKeystore';

const { t } = vscode.l10n;

/** So many certificates are shown: a dialogue does not scroll. */
const most = 6;

/** Asks a person. */
export const userGate: TenantGate = {
  confirmTrust(tenant, untrusted) {
    const rows = untrusted.flatMap(rowsOf);
    const shown = rows.slice(0, most);
    if (rows.length > most) shown.push(t('and {0} more', rows.length - most));
    const [only] = untrusted;
    const question =
      untrusted.length === 1 && only
        ? t('{0} does not know the issuer of "{1}". Trust it?', tenant.name, only.alias)
        : t('{0} does not know the issuers of {1} entries. Trust them?', tenant.name, untrusted.length);
    const why = t(
      'Compare the fingerprints with what the owner tells you another way. What is not confirmed is left out.',
    );
    return confirmed(question, [...shown, why].join('\n\n'), t('Trust and Go On'));
  },

  async confirmName(tenant: TenantKeystoreSession) {
    const { name } = tenant.profile;
    const asked = await askText({
      title: t('{0} Is Protected', name),
      prompt: t('Type its name to change it. First its entries are backed up on the tenant, over the backup before.'),
      placeholder: name,
      check: (value) =>
        value === name ? undefined : { severity: 'error', text: t('This is not the name: {0}', name) },
    });
    return asked.kind === 'answer';
  },
};

function rowsOf({ alias, certificates }: Untrusted): string[] {
  return certificates.map((certificate) =>
    [
      t('{0}: {1}', alias, certificate.subject.toString()),
      certificate.selfIssued ? t('Issuer: itself (self-signed)') : t('Issuer: {0}', certificate.issuer.toString()),
      t('Valid to {0}', dateText(certificate.notAfter)),
      t('SHA-256 fingerprint: {0}', groups(certificate.sha256)),
    ].join('\n'),
  );
}
