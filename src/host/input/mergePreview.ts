import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { certificateOf } from '../../core/keystore/chain';
import { describePassedOver } from '../../core/keystore/import/describe';
import {
  aliasesBesides,
  chosenRows,
  withAction,
  withActions,
  withAlias,
  type MergeAction,
  type MergePlan,
  type MergeRow,
} from '../../core/keystore/import/plan';
import { certificateOfItem, type PassedOver } from '../../core/keystore/import/items';
import type { Keystore } from '../../core/keystore/model';
import { visible } from '../../core/visible';
import { actionText, intentText, itemText, outcomeText, warningText } from '../ui/mergeTexts';
import { dateText } from '../ui/texts';
import { judgeAlias } from './generateInput';
import {
  askChoice,
  askList,
  askText,
  separator,
  type Asked,
  type Choice,
  type ListRow,
  type Separator,
} from './quickInput';

const { t } = vscode.l10n;

/** Something to know before an import: a few words, since the list cuts off what is long, and a line below. */
export interface MergeNote {
  readonly label: string;
  readonly detail: string;
}

export interface MergeQuestion {
  readonly title: string;
  readonly keystore: Keystore;
  readonly plan: MergePlan;
  readonly passedOver: readonly PassedOver[];
  /** What else is worth knowing before. */
  readonly notes: readonly MergeNote[];
}

/** What a row of the preview stands for. */
type Chosen =
  | { readonly kind: 'accept' | 'all' | 'more' | 'note' }
  | { readonly kind: 'row'; readonly index: number; readonly change?: RowChange };

type RowChange = MergeAction | 'alias';

/** VS Code takes seconds for a list of many thousands. */
const pageSize = 1000;

/**
 * Shows what an import would do, row by row. Each row can be changed, by its buttons or by choosing it, and all of them at once; nothing happens
 * before the first row is chosen.
 */
export async function askMerge(question: MergeQuestion): Promise<Asked<MergePlan>> {
  let { plan } = question;
  let shown = pageSize;
  let filter = '';
  let active: string | undefined;
  for (;;) {
    const asked = await askList<Chosen>({
      title: question.title,
      placeholder: t('Nothing is changed before the first row is chosen. Choose another one to change it'),
      items: listOf(question, plan, shown),
      filter,
      active,
    });
    if (asked.kind !== 'answer') return asked;
    const { value: chosen } = asked.value;
    filter = asked.value.filter;
    active = asked.value.id;
    switch (chosen.kind) {
      case 'accept': {
        const problem = plan.rows.findIndex(hasProblem);
        if (problem < 0) return { kind: 'answer', value: plan };
        plan = await withOtherAlias(question, plan, problem);
        break;
      }
      case 'all':
        plan = await withAllChanged(question, plan);
        break;
      case 'more':
        shown += pageSize;
        break;
      case 'row':
        plan = await withRowChanged(question, plan, chosen.index, chosen.change);
        break;
      case 'note':
        break;
    }
  }
}

const hasProblem = ({ action, problem }: MergeRow): boolean => action === 'add' && problem !== undefined;

type Rows = (ListRow<Chosen> | Separator)[];

function listOf(question: MergeQuestion, plan: MergePlan, shown: number): Rows {
  const rows: Rows = [acceptRow(plan)];
  const changeable = plan.rows.filter(({ actions }) => actions.length > 1);
  if (changeable.length > 1) {
    rows.push({
      id: 'all',
      label: t('Change All at Once...'),
      iconPath: new vscode.ThemeIcon('checklist'),
      alwaysShow: true,
      value: { kind: 'all' },
    });
  }
  // What has to be decided stands first; a row stays in its place whatever is decided.
  const indexed = plan.rows.map((row, index) => ({ row, index }));
  let left = shown;
  for (const [kind, heading] of headings()) {
    const those = indexed.filter(({ row }) => row.state.kind === kind);
    if (!those.length || left <= 0) continue;
    rows.push(separator(`${heading} (${those.length})`));
    rows.push(...those.slice(0, left).map(({ row, index }) => mergeRow(row, index)));
    left -= those.length;
  }
  if (plan.rows.length > shown) {
    rows.push({
      id: 'more',
      label: t('Show More ({0} are not shown)', plan.rows.length - shown),
      iconPath: new vscode.ThemeIcon('ellipsis'),
      alwaysShow: true,
      value: { kind: 'more' },
    });
  }
  rows.push(...noteRows(question));
  return rows;
}

function headings(): [MergeRow['state']['kind'], string][] {
  return [
    ['conflict', t('alias taken')],
    ['new', t('new')],
    ['same', t('there already')],
    ['impossible', t('cannot be imported')],
  ];
}

function acceptRow(plan: MergePlan): ListRow<Chosen> {
  const row = { id: 'accept', alwaysShow: true, value: { kind: 'accept' } } as const;
  const chosen = chosenRows(plan);
  const problem = plan.rows.find(hasProblem);
  if (problem) {
    return {
      ...row,
      label: t('Another Alias for "{0}"...', visible(problem.alias)),
      description: outcomeText(problem),
      iconPath: new vscode.ThemeIcon('error'),
    };
  }
  const lost = chosen.filter(({ warnings }) => warnings.some(({ code }) => code === 'private-key-lost')).length;
  const warning = lost === 0 ? '' : lost === 1 ? t('a private key is lost') : t('{0} private keys are lost', lost);
  return {
    ...row,
    label: chosen.length ? t('Import') : t('Import Nothing'),
    description: [intentText(plan), warning].filter(Boolean).join(' \u00b7 '),
    iconPath: new vscode.ThemeIcon(lost ? 'warning' : 'check'),
  };
}

function mergeRow(row: MergeRow, index: number): ListRow<Chosen> {
  const { item, alias } = row;
  return {
    id: `row ${index}`,
    label: visible(alias),
    description: [itemText(item), outcomeText(row)].join(' \u00b7 '),
    detail: detailOf(row),
    iconPath: new vscode.ThemeIcon(iconOf(row)),
    buttons: changesOf(row).map((change) => ({
      iconPath: new vscode.ThemeIcon(change === 'alias' ? 'edit' : icons[change]),
      tooltip: change === 'alias' ? t('Another Alias...') : actionText(change, row),
      value: { kind: 'row', index, change },
    })),
    value: { kind: 'row', index },
  };
}

const icons: Readonly<Record<MergeAction, string>> = { add: 'add', overwrite: 'replace', skip: 'circle-slash' };

function iconOf(row: MergeRow): string {
  if (hasProblem(row)) return 'error';
  if (row.state.kind === 'same') return 'check';
  return row.action !== 'skip' && row.warnings.length ? 'warning' : icons[row.action];
}

function changesOf({ action, actions }: MergeRow): RowChange[] {
  if (actions.length < 2) return [];
  return [...actions.filter((other) => other !== action), ...(actions.includes('add') ? (['alias'] as const) : [])];
}

/** What it is; where something else has its alias, what that is. What is to be warned of comes first. */
function detailOf({ item, state, warnings, action }: MergeRow): string {
  const said = action === 'skip' ? warnings.filter(({ code }) => code === 'was-ignored') : warnings;
  const now = certificateText(certificateOfItem(item));
  const before = state.kind === 'conflict' ? certificateText(certificateOf(state.entry)) : undefined;
  const what = before === undefined ? now : t('{0}; there is: {1}', now ?? '', before);
  return [...said.map(warningText), what, item.from].filter(Boolean).join(' \u00b7 ');
}

function certificateText(certificate: Certificate | undefined): string | undefined {
  return certificate && t('{0}, to {1}', visible(certificate.subject.toString()), dateText(certificate.notAfter));
}

function noteRows({ notes, passedOver }: MergeQuestion): Rows {
  const all = [
    ...notes,
    ...passedOver.map((passed) => ({ label: t('Passed over: {0}', passed.from), detail: describePassedOver(passed) })),
  ];
  if (!all.length) return [];
  return [
    separator(t('worth knowing')),
    ...all.map((note, i): ListRow<Chosen> => ({
      id: `note ${i}`,
      ...note,
      iconPath: new vscode.ThemeIcon('info'),
      value: { kind: 'note' },
    })),
  ];
}

async function withRowChanged(
  question: MergeQuestion,
  plan: MergePlan,
  index: number,
  change: RowChange | undefined,
): Promise<MergePlan> {
  const row = plan.rows[index];
  if (!row) return plan;
  if (change === 'alias') return withOtherAlias(question, plan, index);
  if (change) return withAction(question.keystore, plan, index, change);
  const items = changesOf(row).map((value): Choice<RowChange> => ({
    label: value === 'alias' ? t('Another Alias...') : actionText(value, row),
    iconPath: new vscode.ThemeIcon(value === 'alias' ? 'edit' : icons[value]),
    value,
  }));
  if (!items.length) return plan;
  const placeholder = `${itemText(row.item)} ${detailOf(row)}`;
  const asked = await askChoice({ title: visible(row.alias), place: backwards, placeholder, items });
  return asked.kind === 'answer' ? withRowChanged(question, plan, index, asked.value) : plan;
}

/** A question beside the preview: closing it goes back there. */
const backwards = { step: 1, total: 1, canGoBack: true };

async function withOtherAlias({ keystore }: MergeQuestion, plan: MergePlan, index: number): Promise<MergePlan> {
  const row = plan.rows[index];
  if (!row) return plan;
  const taken = aliasesBesides(keystore, plan, index);
  const asked = await askText({
    title: t('Import as'),
    place: backwards,
    prompt: t('Alias in the keystore for {0}', certificateText(certificateOfItem(row.item)) ?? itemText(row.item)),
    value: row.action === 'overwrite' ? '' : row.alias,
    check: (value) => judgeAlias(value, taken),
  });
  return asked.kind === 'answer' ? withAlias(keystore, plan, index, asked.value) : plan;
}

type All = 'proposed' | 'beside' | 'overwrite' | 'keep' | 'none';

async function withAllChanged({ keystore, plan: proposed }: MergeQuestion, plan: MergePlan): Promise<MergePlan> {
  const conflicts = plan.rows.filter(({ state }) => state.kind === 'conflict').length;
  const choice = (value: All, icon: string, label: string, description: string): Choice<All> => ({
    label,
    description,
    iconPath: new vscode.ThemeIcon(icon),
    value,
  });
  const forConflicts = [
    choice('beside', icons.add, t('Add All under Another Alias'), t('what is there stays too')),
    choice('overwrite', icons.overwrite, t('Overwrite All That May Be'), t('what is there is replaced')),
    choice('keep', icons.skip, t('Keep All That Is There'), t('what has its alias is left out')),
  ];
  const asked = await askChoice<All>({
    title: t('Change All at Once'),
    place: backwards,
    placeholder: conflicts
      ? t('{0} aliases are taken by something else', conflicts)
      : t('What is to happen to all of them?'),
    items: [
      ...(conflicts ? [...forConflicts, separator('')] : []),
      choice('none', 'clear-all', t('Leave All Out'), t('then choose those that are wanted')),
      choice('proposed', 'discard', t('As Proposed at First'), ''),
    ],
  });
  if (asked.kind !== 'answer') return plan;
  const { value } = asked;
  if (value === 'proposed') return proposed;
  if (value === 'none') return withActions(keystore, plan, () => 'skip');
  const action = ({ beside: 'add', overwrite: 'overwrite', keep: 'skip' } as const)[value];
  return withActions(keystore, plan, ({ state }) => (state.kind === 'conflict' ? action : undefined));
}
