import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type * as vscode from 'vscode';

/** One thing that was done on a tenant, or tried. Nothing secret. */
export interface AuditRecord {
  /** ISO 8601. */
  readonly at: string;
  readonly tenant: string;
  readonly host: string;
  /** `add "a"`. */
  readonly what: string;
  /** SHA-256 of the certificates under the aliases, lower-case hex; null where there was none. */
  readonly entries?: readonly {
    readonly alias: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  /** What went wrong. */
  readonly failed?: string;
}

/** A line of JSON per deed, a file per tenant. It is only ever added to. */
export class AuditFile {
  constructor(private readonly folder: vscode.Uri) {}

  fileOf(id: string): string {
    return path.join(this.folder.fsPath, `${id}.jsonl`);
  }

  async add(id: string, record: AuditRecord): Promise<void> {
    await mkdir(this.folder.fsPath, { recursive: true });
    await appendFile(this.fileOf(id), `${JSON.stringify(record)}\n`, { mode: 0o600 });
  }
}
