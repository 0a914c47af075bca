import type { ProtocolName } from '../../core/connectivity/protocols/protocols';
import type * as vscode from 'vscode';
import { receiverGroupings, type ReceiverGrouping } from '../../core/report/receivers';
import type { TenantProfile } from '../tenants/profile';
import { groupings, sortOrders, type Grouping, type SortOrder } from '../../core/keystore/group';

/** What was last entered for a new key pair; offered the next time. Nothing secret. */
export interface GenerateDefaults {
  /** `RSA 3072`, `EC P-256`. */
  readonly key?: string;
  /** The name but for its common name: `O=Example, C=DE`. */
  readonly organization?: string;
  /** `2 years`. */
  readonly validity?: string;
}

export interface ExpiryTold {
  /** `2027-01-09`. */
  readonly day?: string;
  /** It is not to be said again. */
  readonly never?: true;
}

/** What the last connectivity test was for. */
export interface LastTest {
  readonly host?: string;
  readonly protocol?: ProtocolName;
  /** Absent for "no client certificate". */
  readonly alias?: string;
}

/** What a channel said of a key pair that is to take over. */
export interface RenewalTestResult {
  /** Of the channel. */
  readonly name: string;
  /** URI of the flow. */
  readonly flow: string;
  readonly channel: string;
  readonly verdict: string;
  readonly ok: boolean;
  /** In one sentence. */
  readonly headline: string;
}

/** Every key of the extension's own storage, typed. */
export class Memory {
  constructor(
    private readonly global: vscode.Memento,
    private readonly workspace: vscode.Memento,
  ) {}

  /** URIs of keystores that were added by hand. */
  get added(): readonly string[] {
    return this.workspace.get('keystores.added', []);
  }

  async setAdded(uris: readonly string[]): Promise<void> {
    await this.workspace.update('keystores.added', uris);
  }

  /** URIs of keystores in the workspace that were removed from the list. */
  get hidden(): readonly string[] {
    return this.workspace.get('keystores.hidden', []);
  }

  async setHidden(uris: readonly string[]): Promise<void> {
    await this.workspace.update('keystores.hidden', uris);
  }

  /** The tenants that were connected; in all windows. Their credentials lie elsewhere. */
  get tenants(): readonly TenantProfile[] {
    return this.global.get('tenants', []);
  }

  async setTenants(tenants: readonly TenantProfile[]): Promise<void> {
    await this.global.update('tenants', tenants);
  }

  get generateDefaults(): GenerateDefaults {
    return this.global.get('generate.defaults', {});
  }

  async setGenerateDefaults(defaults: GenerateDefaults): Promise<void> {
    await this.global.update('generate.defaults', defaults);
  }

  /** When a notification last said that something expires within days; in all windows. */
  get expiryTold(): ExpiryTold {
    return this.global.get('expiry.told', {});
  }

  async setExpiryTold(told: ExpiryTold): Promise<void> {
    await this.global.update('expiry.told', told);
  }

  /** When certification requests were made whose response is still to come (ISO 8601), as `PendingRequests` stores them. */
  get requestsOut(): Readonly<Record<string, string>> {
    return this.global.get('requests.out', {});
  }

  async setRequestsOut(requests: Readonly<Record<string, string>>): Promise<void> {
    await this.global.update('requests.out', requests);
  }

  /** By the SHA-256 of the certificate they were made with. */
  renewalTests(sha256: string): readonly RenewalTestResult[] {
    return this.allRenewalTests[sha256] ?? [];
  }

  async setRenewalTests(sha256: string, results: readonly RenewalTestResult[]): Promise<void> {
    const others = Object.entries(this.allRenewalTests).filter(([key]) => key !== sha256);
    await this.workspace.update('renewal.tests', Object.fromEntries([...others.slice(-19), [sha256, results]]));
  }

  private get allRenewalTests(): Readonly<Record<string, readonly RenewalTestResult[]>> {
    return this.workspace.get('renewal.tests', {});
  }

  get lastTest(): LastTest {
    return this.workspace.get('test.last', {});
  }

  async setLastTest(last: LastTest): Promise<void> {
    await this.workspace.update('test.last', last);
  }

  /** What the entries of the view are grouped by. */
  get grouping(): Grouping {
    return oneOf(groupings, this.workspace.get('view.grouping'), 'none');
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    await this.workspace.update('view.grouping', grouping);
  }

  get receiverGrouping(): ReceiverGrouping {
    return oneOf(receiverGroupings, this.workspace.get('receivers.grouping'), 'flow');
  }

  async setReceiverGrouping(grouping: ReceiverGrouping): Promise<void> {
    await this.workspace.update('receivers.grouping', grouping);
  }

  get sortOrder(): SortOrder {
    return oneOf(sortOrders, this.workspace.get('view.order'), 'file');
  }

  async setSortOrder(order: SortOrder): Promise<void> {
    await this.workspace.update('view.order', order);
  }
}

/** Another version of the extension may have kept another word. */
function oneOf<T extends string>(known: readonly T[], kept: unknown, otherwise: T): T {
  return known.find((value) => value === kept) ?? otherwise;
}
