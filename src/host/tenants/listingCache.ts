import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type * as vscode from 'vscode';
import { isObject } from '../../core/jsonObject';
import { replaceFile } from '../../core/replaceFile';
import type { TenantListing } from '../../core/tenant/keystore';

export interface KeptListing {
  readonly listing: TenantListing;
  readonly at: Date;
}

/** What tenants listed last, on this machine: public content alone. */
export class ListingCache {
  constructor(private readonly folder: vscode.Uri) {}

  async get(id: string): Promise<KeptListing | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.fileOf(id), 'utf8'));
      if (!isObject(value)) return undefined;
      const { at, host, entries, content } = value;
      if (typeof at !== 'string' || typeof host !== 'string' || typeof content !== 'string') return undefined;
      if (!Array.isArray(entries)) return undefined;
      return { at: new Date(at), listing: { host, name: 'system', content, entries: entries.filter(isObject) } };
    } catch {
      return undefined;
    }
  }

  async keep(id: string, { listing, at }: KeptListing): Promise<void> {
    await mkdir(this.folder.fsPath, { recursive: true });
    await replaceFile(this.fileOf(id), Buffer.from(JSON.stringify({ at: at.toISOString(), ...listing })), {
      what: 'the listing of a tenant',
      secret: true,
    });
  }

  async forget(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true });
  }

  private fileOf(id: string): string {
    return path.join(this.folder.fsPath, `${id}.json`);
  }
}
