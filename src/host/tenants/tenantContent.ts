import {
  listFlows,
  listPackages,
  listRunning,
  type RunningFlow,
  type TenantFlow,
  type TenantPackage,
} from '../../core/tenant/content/catalogue';
import type { TenantSession } from '../../core/tenant/session';

/** The packages and flows of a tenant, each read when it is asked for and kept until it is to be forgotten. */
export class TenantContent {
  private packagesRead: Promise<readonly TenantPackage[]> | undefined;
  private runningRead: Promise<ReadonlyMap<string, RunningFlow>> | undefined;
  private readonly flowsRead = new Map<string, Promise<readonly TenantFlow[]>>();

  constructor(private readonly connect: () => Promise<TenantSession>) {}

  /** @throws FlowKeystoreError as `listPackages`; it is asked for anew then */
  packages(): Promise<readonly TenantPackage[]> {
    this.packagesRead ??= this.read(listPackages, () => (this.packagesRead = undefined));
    return this.packagesRead;
  }

  /** @throws FlowKeystoreError as `listFlows` */
  flows(packageId: string): Promise<readonly TenantFlow[]> {
    let flows = this.flowsRead.get(packageId);
    if (!flows) {
      flows = this.read(
        (session) => listFlows(session, packageId),
        () => this.flowsRead.delete(packageId),
      );
      this.flowsRead.set(packageId, flows);
    }
    return flows;
  }

  /** By id; empty where the client may not see it. */
  async running(): Promise<ReadonlyMap<string, RunningFlow>> {
    this.runningRead ??= this.read(listRunning, () => (this.runningRead = undefined));
    return this.runningRead.catch(() => new Map());
  }

  forget(): void {
    this.packagesRead = undefined;
    this.runningRead = undefined;
    this.flowsRead.clear();
  }

  private async read<T>(work: (session: TenantSession) => Promise<T>, failed: () => void): Promise<T> {
    try {
      return await work(await this.connect());
    } catch (error) {
      failed();
      throw error;
    }
  }
}
