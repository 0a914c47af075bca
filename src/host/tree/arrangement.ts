import * as vscode from 'vscode';
import {
  findMatching,
  indexEntries,
  parseFilter,
  type Filter,
  type Judging,
  type SearchIndex,
} from '../../core/keystore/filter';
import { groupEntries, sortEntries, type EntryGroup, type Grouping, type SortOrder } from '../../core/keystore/group';
import type { Entry, Keystore } from '../../core/keystore/model';
import type { FlowUses } from '../services/flowUses';
import type { KeystoreSession } from '../services/keystoreSession';
import { settings } from '../services/settings';
import type { Memory } from '../storage/memory';

/** The entries of a keystore as the view shows them. */
export interface Arranged {
  /** Those that match, sorted. */
  readonly entries: readonly Entry[];
  /** How many there are, the others too. */
  readonly total: number;
  /** Absent where they are not grouped. */
  readonly groups?: readonly EntryGroup[];
}

const nothing: Arranged = { entries: [], total: 0 };

/** What the view is to show of all entries, and in which order. Remembered in the workspace, but for the filter. */
export class Arrangement implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private shown: Filter = parseFilter('');
  private readonly indexes = new WeakMap<Keystore, Promise<SearchIndex>>();
  private readonly arranged = new WeakMap<Keystore, { readonly version: number; readonly made: Promise<Arranged> }>();
  /** Goes up when what was arranged before is no longer right. */
  private version = 0;
  private readonly resources: vscode.Disposable;

  constructor(
    private readonly memory: Memory,
    private readonly uses: FlowUses,
    private readonly now: () => Date,
  ) {
    this.resources = vscode.Disposable.from(
      this.changed,
      uses.onDidChange(() => this.change()),
      settings.onDidChange(() => this.change()),
    );
  }

  get filter(): Filter {
    return this.shown;
  }

  get filtered(): boolean {
    return this.shown.words.length > 0;
  }

  get grouping(): Grouping {
    return this.memory.grouping;
  }

  get order(): SortOrder {
    return this.memory.sortOrder;
  }

  setFilter(typed: string): void {
    const filter = parseFilter(typed);
    const same = filter.words.join('\n') === this.shown.words.join('\n');
    this.shown = filter;
    if (!same) this.change();
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    await this.memory.setGrouping(grouping);
    this.change();
  }

  async setOrder(order: SortOrder): Promise<void> {
    await this.memory.setSortOrder(order);
    this.change();
  }

  /** Made once for each state of a keystore. */
  of(session: KeystoreSession): Promise<Arranged> {
    const keystore = session.seen;
    if (!keystore) return Promise.resolve(nothing);
    const before = this.arranged.get(keystore);
    if (before?.version === this.version) return before.made;
    const made = this.arrange(keystore);
    this.arranged.set(keystore, { version: this.version, made });
    return made;
  }

  dispose(): void {
    this.resources.dispose();
  }

  private change(): void {
    this.version++;
    this.changed.fire();
  }

  private async arrange(keystore: Keystore): Promise<Arranged> {
    const judging: Judging = {
      now: this.now(),
      warnFrom: settings.expiryThresholds(),
      usesOf: (alias) => this.uses.of(alias)?.length,
    };
    const { filter, grouping, order } = this;
    const matching = filter.words.length
      ? await findMatching(await this.indexOf(keystore), filter, judging)
      : keystore.entries;
    const entries = sortEntries(matching, order);
    const total = keystore.entries.length;
    return { entries, total, ...(grouping !== 'none' && { groups: groupEntries(entries, grouping, judging) }) };
  }

  private indexOf(keystore: Keystore): Promise<SearchIndex> {
    const index = this.indexes.get(keystore) ?? indexEntries(keystore);
    this.indexes.set(keystore, index);
    return index;
  }
}
