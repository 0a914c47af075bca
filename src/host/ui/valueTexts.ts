import * as vscode from 'vscode';
import type { ValueId } from '../../core/keystore/entryValues';

const { t } = vscode.l10n;

/** What a value of an entry or a certificate is called. */
export function valueText(id: ValueId): string {
  switch (id) {
    case 'alias':
      return t('Alias');
    case 'kind':
      return t('Kind');
    case 'subject':
      return t('Subject');
    case 'issuer':
      return t('Issuer');
    case 'serialNumber':
      return t('Serial number');
    case 'notBefore':
      return t('Beginning of validity');
    case 'notAfter':
      return t('End of validity');
    case 'key':
      return t('Key');
    case 'signature':
      return t('Signature algorithm');
    case 'alternativeNames':
      return t('Alternative names');
    case 'keyUsage':
      return t('Key usage');
    case 'extendedKeyUsage':
      return t('Extended key usage');
    case 'basicConstraints':
      return t('Basic constraints');
    case 'subjectKeyIdentifier':
      return t('Subject key identifier');
    case 'authorityKeyIdentifier':
      return t('Authority key identifier');
    case 'otherExtensions':
      return t('Other extensions');
    case 'keyDigest':
      return t('SHA-256 of the public key');
    case 'sha256':
      return t('SHA-256 fingerprint');
    case 'sha1':
      return t('SHA-1 fingerprint');
    case 'sha512':
      return t('SHA-512 fingerprint');
    case 'chain':
      return t('Chain');
  }
}
