import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { certificateOf } from '../../core/keystore/chain';
import { findEntry } from '../../core/keystore/edit';
import type { Entry, Keystore } from '../../core/keystore/model';
import { touchedBy, type TenantStep } from '../../core/tenant/editPlan';
import type { AuditRecord } from './audit';

const { t } = vscode.l10n;

/**
 * Somebody else may have put another thing where an edit means what was there before.
 * @throws FlowKeystoreError `tenant-changed`
 */
export function refuseChanged(steps: readonly TenantStep[], before: Keystore, now: Keystore): void {
  if (before === now) return;
  const touched = steps.flatMap((step) => {
    switch (step.kind) {
      case 'delete':
        return step.aliases;
      case 'rename':
        return [step.from];
      case 'chain':
        return [step.alias];
      case 'upload':
        return step.updates;
      default:
        return step.update ? [step.entry.alias] : [];
    }
  });
  for (const alias of touched) {
    const [old, fresh] = [findEntry(before, alias), findEntry(now, alias)];
    if (!old || !fresh || fingerprintOf(old) === fingerprintOf(fresh)) continue;
    throw new FlowKeystoreError(
      'tenant-changed',
      t('Somebody else changed "{0}" since it was read.', alias),
      { detail: alias },
      t('It is shown as it is now: look at it, and do it again.'),
    );
  }
}

/** What stood and stands under the aliases of a step, for the audit. */
export function fingerprintsOf(
  step: TenantStep,
  before: Keystore | undefined,
  after: Keystore | undefined,
): NonNullable<AuditRecord['entries']> {
  const aliases = touchedBy(step);
  return aliases.map((alias) => {
    const [old, fresh] = [before && findEntry(before, alias), after && findEntry(after, alias)];
    return { alias, before: old ? fingerprintOf(old) : null, after: fresh ? fingerprintOf(fresh) : null };
  });
}

const fingerprintOf = (entry: Entry): string => certificateOf(entry)?.sha256 ?? '';
