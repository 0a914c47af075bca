import * as vscode from 'vscode';
import type { ExpirySpan, Grouping, GroupTitle, SortOrder } from '../../core/keystore/group';
import type { EntryKind } from '../../core/keystore/model';

const { t } = vscode.l10n;

/** The label of a group, and what it means where that is not plain. */
export function groupText(title: GroupTitle): { readonly label: string; readonly hint?: string } {
  switch (title.by) {
    case 'kind':
      return { label: kindsText(title.kind) };
    case 'issuer':
      if (title.selfSigned) return { label: t('Roots and self-signed') };
      return { label: title.issuer ? title.issuer.short : t('Without a certificate') };
    case 'expiry':
      return { label: spanText(title.span) };
    case 'prefix':
      return title.prefix === undefined ? { label: t('Others'), hint: t('no common prefix') } : { label: title.prefix };
    case 'use':
      return useText(title.use);
  }
}

function kindsText(kind: EntryKind): string {
  switch (kind) {
    case 'keyPair':
      return t('Key pairs');
    case 'certificate':
      return t('Certificates');
    case 'secretKey':
      return t('Secret keys');
    case 'unknown':
      return t('Unknown entries');
  }
}

function useText(use: 'used' | 'unused' | 'unknown' | 'not-a-key-pair'): {
  readonly label: string;
  readonly hint?: string;
} {
  switch (use) {
    case 'used':
      return { label: t('Used in flows') };
    case 'unused':
      return { label: t('Unused key pairs'), hint: t('no channel of this workspace names them') };
    case 'unknown':
      return { label: t('Key pairs'), hint: t('there are no flows here to look in, or not all could be read') };
    case 'not-a-key-pair':
      return { label: t('Certificates and others'), hint: t('flows do not name them') };
  }
}

function spanText(span: ExpirySpan): string {
  switch (span) {
    case 'expired':
      return t('Expired');
    case 'expiring':
      return t('Expiring');
    case 'within-90-days':
      return t('Within 90 days');
    case 'within-a-year':
      return t('Within a year');
    case 'later':
      return t('Later');
    case 'not-yet-valid':
      return t('Not valid yet');
    case 'none':
      return t('Without a certificate');
  }
}

export function groupingText(grouping: Grouping): string {
  switch (grouping) {
    case 'none':
      return t('Do not group');
    case 'kind':
      return t('Kind');
    case 'issuer':
      return t('Issuer');
    case 'expiry':
      return t('Expiry');
    case 'prefix':
      return t('Prefix of the alias');
    case 'use':
      return t('Use in flows');
  }
}

export function orderText(order: SortOrder): string {
  switch (order) {
    case 'file':
      return t('As in the file');
    case 'alias':
      return t('Alias');
    case 'expiry':
      return t('What ends first');
    case 'subject':
      return t('Subject');
    case 'issuer':
      return t('Issuer');
    case 'serial':
      return t('Serial number');
  }
}
