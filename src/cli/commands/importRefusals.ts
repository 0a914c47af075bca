import type { Certificate } from '../../core/certificates/certificate';
import { FlowKeystoreError } from '../../core/errors';
import { firstFew } from '../../core/firstFew';
import { groups } from '../../core/keystore/describe';
import { isIgnored } from '../../core/keystore/import/items';
import { chosenRows, isKeptFromOverwriting, newlyTrusted, type MergePlan } from '../../core/keystore/import/plan';
import { visible } from '../../core/visible';

export function refuseConflicts({ rows }: MergePlan, file: string): void {
  const conflicts = rows.filter(({ state, item }) => state.kind === 'conflict' && !isIgnored(item));
  if (!conflicts.length) return;
  const aliases = conflicts.map(({ item }) => `"${item.alias ?? ''}"`);
  throw new FlowKeystoreError(
    'alias-exists',
    `The keystore has something else under the alias ${firstFew(aliases, 5)}.`,
    { file },
    'Say --overwrite, --keep (the entries that are there) or --rename (adds under another alias).',
  );
}

/** Nothing becomes trusted unseen. */
export function refuseTrust(plan: MergePlan, file: string): void {
  const trusted = newlyTrusted(plan);
  if (!trusted.length) return;
  const one = ({ certificate }: { certificate: Certificate }): string =>
    `"${visible(certificate.subject.short)}" (SHA-256 ${groups(certificate.sha256)})`;
  throw new FlowKeystoreError(
    'arguments',
    `The keystore would come to trust ${firstFew(trusted.map(one), 3)}.`,
    { file },
    'Compare the fingerprints with what the owner tells you, then say --trust for all, or --sha256 FINGERPRINT for one.',
  );
}

/** To overwrite was all that was asked for, and none of it can be done: silence would pass for success. */
export function refuseWhereNothingIsOverwritten(plan: MergePlan, file: string): void {
  const kept = plan.rows.filter((row) => isKeptFromOverwriting(row) && !isIgnored(row.item));
  const [first] = kept;
  if (!first || chosenRows(plan).length) return;
  const aliases = kept.map(({ state, alias }) => `"${visible(state.kind === 'conflict' ? state.entry.alias : alias)}"`);
  const isAnswer = kept.some(({ answers }) => answers !== undefined);
  throw new FlowKeystoreError(
    'alias-exists',
    `A private key is overwritten by a key pair alone: ${firstFew(aliases, 5)} ${kept.length === 1 ? 'is' : 'are'} kept.`,
    { file },
    isAnswer
      ? 'Import the signing response with flow-keystore respond; as a trusted certificate it takes another --alias, or --rename.'
      : 'Give the certificate another --alias, or say --rename; a signing response is imported with flow-keystore respond.',
  );
}
