import { open } from 'node:fs/promises';
import * as vscode from 'vscode';
import { inParallel } from '../../core/parallel';
import { isPemBundle } from '../../core/keystore/pem/bundle';

export const bundlePattern = '**/*.{pem,crt,PEM,CRT}';
/** What programs bring along is nobody's keystore. */
const excluded = '**/{node_modules,site-packages,.venv,.git}/**';
const maximumFiles = 1000;
/** Octets. */
const startLength = 64 * 1024;
/** Files that are open at a time. */
const atOnce = 8;

interface Judged {
  /** Of the file when it was looked into. */
  readonly stamp: string;
  readonly isBundle: boolean;
}

/** Finds the PEM bundles of the workspace: by their contents, since most files of that name hold a single certificate. */
export class BundleSearch {
  private judged: ReadonlyMap<string, Judged> = new Map();

  async find(): Promise<vscode.Uri[]> {
    const candidates = (await vscode.workspace.findFiles(bundlePattern, excluded, maximumFiles)).filter(
      ({ scheme }) => scheme === 'file',
    );
    const judged = new Map<string, Judged>();
    await inParallel(candidates, atOnce, async (uri) => {
      const found = await this.judge(uri).catch(() => undefined);
      if (found) judged.set(uri.toString(), found);
    });
    this.judged = judged;
    return candidates.filter((uri) => judged.get(uri.toString())?.isBundle);
  }

  /** Files that have not changed are not looked into again. */
  private async judge(uri: vscode.Uri): Promise<Judged> {
    const file = await open(uri.fsPath);
    try {
      const { mtimeMs, size } = await file.stat();
      const stamp = `${mtimeMs} ${size}`;
      const known = this.judged.get(uri.toString());
      if (known?.stamp === stamp) return known;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, startLength)), 0);
      return { stamp, isBundle: isPemBundle(buffer.subarray(0, bytesRead)) };
    } finally {
      await file.close();
    }
  }
}
