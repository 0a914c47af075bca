import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { askChoice } from '../input/quickInput';
import { GaveUp, mayAsk } from './choosing';
import type { FromCode } from './commandMap';

const { t } = vscode.l10n;

/** Larger files hold none of what is asked for here. */
const maximumFile = 10 * 1024 * 1024;

export interface Given {
  readonly content: Uint8Array | string;
  /** For titles: the name of the file, or "clipboard". */
  readonly name: string;
  readonly file?: string;
}

export interface InputArgument extends FromCode {
  readonly file?: string;
  readonly text?: string;
}

export interface InputQuestion {
  readonly title: string;
  readonly filters: Record<string, string[]>;
  /** Whether the clipboard holds such a thing: it is offered then. */
  readonly isIn: (text: string) => boolean;
}

/** A file or a text: the argument's, else what a person chooses. */
export async function givenInput(argument: InputArgument, question: InputQuestion): Promise<Given> {
  if (argument.text !== undefined) return { content: argument.text, name: t('clipboard') };
  if (argument.file !== undefined) return givenFile(argument.file);
  mayAsk(argument, 'file');
  const clipboard = await vscode.env.clipboard.readText();
  if (question.isIn(clipboard)) {
    const asked = await askChoice<'clipboard' | 'file'>({
      title: question.title,
      placeholder: t('The clipboard holds one'),
      items: [
        { label: t('From the Clipboard'), iconPath: new vscode.ThemeIcon('clippy'), value: 'clipboard' },
        { label: t('From a File...'), iconPath: new vscode.ThemeIcon('folder-opened'), value: 'file' },
      ],
    });
    if (asked.kind !== 'answer') throw new GaveUp();
    if (asked.value === 'clipboard') return { content: clipboard, name: t('clipboard') };
  }
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: question.title,
      openLabel: t('Choose'),
      filters: { ...question.filters, [t('All files')]: ['*'] },
    })) ?? [];
  if (!uri) throw new GaveUp();
  return givenFile(uri.fsPath);
}

/** @throws FlowKeystoreError `too-large`, `unreadable` */
export async function givenFile(file: string): Promise<Given> {
  const name = path.basename(file);
  try {
    const { size } = await stat(file);
    if (size > maximumFile) throw new FlowKeystoreError('too-large', t('The file has more than 10 MB.'), { file });
    return { content: await readFile(file), name, file };
  } catch (error) {
    if (error instanceof FlowKeystoreError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new FlowKeystoreError('unreadable', t('{0} cannot be read ({1}).', name, code), { file }, undefined, {
      cause: error,
    });
  }
}

/** Reads what was given, the file named in an error. */
export function readGiven<T>(given: Given, read: (content: Uint8Array | string) => T): T {
  try {
    return read(given.content);
  } catch (error) {
    throw error instanceof FlowKeystoreError && given.file !== undefined ? error.at({ file: given.file }) : error;
  }
}

/** Whether a reader takes a text. */
export function readable(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    if (!text.trim()) return false;
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
}
