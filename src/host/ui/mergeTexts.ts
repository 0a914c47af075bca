import * as vscode from 'vscode';
import type { ImportItem, PassedOver } from '../../core/keystore/import/items';
import type { MergeAction, MergePlan, MergeRow, MergeWarning } from '../../core/keystore/import/plan';
import { chosenRows } from '../../core/keystore/import/plan';
import { describePassedOver } from '../../core/keystore/import/describe';
import { visible } from '../../core/visible';
import { aliasProblemText, kindText } from './texts';

const { t } = vscode.l10n;

export function itemText(item: ImportItem): string {
  if (item.kind === 'keyPair' && item.certified) return t('SSH key');
  return kindText(item.kind === 'other' ? item.entry.kind : item.kind);
}

/** What happens to a row, short enough to stand beside its alias. */
export function outcomeText({ action, state, problem }: MergeRow): string {
  if (problem) return t('cannot be added: {0}', aliasProblemText(problem));
  if (action === 'overwrite') return t('overwrites what is there');
  if (action === 'add') {
    return state.kind === 'conflict'
      ? t('added beside "{0}", which is something else', visible(state.entry.alias))
      : t('added');
  }
  switch (state.kind) {
    case 'same':
      return t('there already');
    case 'conflict':
      return t('left out: what is there is kept');
    case 'impossible':
      return t('left out: only a keystore of the same format can hold it');
    case 'new':
      return t('left out');
  }
}

export function warningText(warning: MergeWarning): string {
  switch (warning.code) {
    case 'alias':
      return aliasProblemText(warning.problem);
    case 'too-large-for-sap':
      return t('too large for SAP: {0} octets, at most {1}', warning.octets, warning.most);
    case 'private-key-lost':
      return t('the private key that "{0}" has now is lost', visible(warning.alias));
    case 'signing-response':
      return t('issued for the private key of "{0}": import it there as a signing response', visible(warning.alias));
    case 'was-ignored':
      return t('Java and SAP ignored it where it was');
  }
}

/** What may be done with a row, as a choice. */
export function actionText(action: MergeAction, { state }: Pick<MergeRow, 'state'>): string {
  switch (action) {
    case 'add':
      return state.kind === 'conflict' ? t('Add under Another Alias') : t('Add');
    case 'overwrite':
      return state.kind === 'conflict' ? t('Overwrite "{0}"', visible(state.entry.alias)) : t('Overwrite');
    case 'skip':
      return state.kind === 'conflict' ? t('Keep What Is There') : t('Leave Out');
  }
}

/** `2 to add, 1 to overwrite`; empty where nothing is to be done. */
export function intentText(plan: MergePlan): string {
  const { added, overwritten } = countsOf(plan);
  return [
    ...(added ? [t('{0} to add', added)] : []),
    ...(overwritten ? [t('{0} to overwrite', overwritten)] : []),
  ].join(', ');
}

/** `2 added, 1 overwritten, 3 there already, 1 left out`. */
export function resultText(plan: MergePlan): string {
  const { added, overwritten, there, left } = countsOf(plan);
  return [
    ...(added ? [t('{0} added', added)] : []),
    ...(overwritten ? [t('{0} overwritten', overwritten)] : []),
    ...(there ? [t('{0} there already', there)] : []),
    ...(left ? [t('{0} left out', left)] : []),
  ].join(', ');
}

export function passedOverText(passed: PassedOver): string {
  return t('{0}: {1}', passed.from, describePassedOver(passed));
}

function countsOf(plan: MergePlan): { added: number; overwritten: number; there: number; left: number } {
  const chosen = chosenRows(plan);
  const overwritten = chosen.filter(({ action }) => action === 'overwrite').length;
  const there = plan.rows.filter(({ state }) => state.kind === 'same').length;
  return {
    added: chosen.length - overwritten,
    overwritten,
    there,
    left: plan.rows.length - chosen.length - there,
  };
}
