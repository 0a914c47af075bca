import * as vscode from 'vscode';
import { groupings, sortOrders, type Grouping, type SortOrder } from '../../core/keystore/group';
import { askChoice, separator, type Choice } from '../input/quickInput';
import { askForFilter } from '../input/filterBox';
import type { Host } from '../services/host';
import type { Arrangement } from '../tree/arrangement';
import { groupingText, orderText } from '../tree/groupTexts';
import { chooseKeystore, GaveUp, mayAsk } from './choosing';
import type { Commands } from './commandMap';

const { t } = vscode.l10n;

type BrowseCommands = Pick<
  Commands,
  'flowKeystore.filter' | 'flowKeystore.clearFilter' | 'flowKeystore.groupBy' | 'flowKeystore.showMore'
>;

/** What the view shows, and in which order. */
export function browseCommands(host: Host): BrowseCommands {
  const { arrangement } = host.tree;
  return {
    async 'flowKeystore.filter'(argument = {}) {
      if (argument.text === undefined) {
        mayAsk(argument, 'text');
        await vscode.commands.executeCommand('flowKeystore.keystores.focus');
        await askForFilter({
          title: t('Filter Keystores'),
          placeholder: t('alias, name, serial number, fingerprint, algorithm, kind, expired, expiring, unused ...'),
          before: arrangement.filter.text,
          set: (text) => arrangement.setFilter(text),
        });
      } else arrangement.setFilter(argument.text);
      await markFiltered(arrangement);
    },

    async 'flowKeystore.clearFilter'() {
      arrangement.setFilter('');
      await markFiltered(arrangement);
    },

    async 'flowKeystore.groupBy'(argument = {}) {
      let { by, order } = argument;
      if (by === undefined && order === undefined) {
        mayAsk(argument, 'by');
        ({ by, order } = await askForGrouping(arrangement));
      }
      if (by !== undefined) await arrangement.setGrouping(by);
      if (order !== undefined) await arrangement.setOrder(order);
    },

    async 'flowKeystore.showMore'(argument = {}) {
      const session = await chooseKeystore(host, argument, { title: t('Show More Entries') });
      host.tree.showMore(session, argument.under);
    },
  };
}

/** For the menu of the view. */
async function markFiltered({ filtered }: Arrangement): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'flowKeystore.filtered', filtered);
}

interface Arranging {
  readonly by?: Grouping;
  readonly order?: SortOrder;
}

async function askForGrouping({ grouping, order }: Arrangement): Promise<Arranging> {
  const choice = (label: string, value: Arranging, present: boolean): Choice<Arranging> => ({
    label,
    value,
    ...(present && { description: t('now') }),
  });
  const byGroup = groupings.map((by) => choice(groupingText(by), { by }, by === grouping));
  const byOrder = sortOrders.map((each) => choice(orderText(each), { order: each }, each === order));
  const items = [separator(t('Group by')), ...byGroup, separator(t('Order')), ...byOrder];
  const active = byGroup[groupings.indexOf(grouping)]?.value;
  const asked = await askChoice<Arranging>({
    title: t('Group and Sort'),
    placeholder: t('How are the entries of a keystore to be shown?'),
    items,
    ...(active && { active }),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
