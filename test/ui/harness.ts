import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import type { Host } from '../support/host/host.mjs';

const root = process.env['PROJECT_ROOT']!;

const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  highContrast: 'Default High Contrast',
  highContrastLight: 'Default High Contrast Light',
} as const;

/** What the workbench takes its theme from, as it runs. */
const media = {
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  light: { colorScheme: 'light', forcedColors: 'none' },
  highContrast: { colorScheme: 'dark', forcedColors: 'active' },
  highContrastLight: { colorScheme: 'light', forcedColors: 'active' },
} as const;

/** How the workbench marks what kind of theme it has. */
const themeClasses = {
  dark: 'vs-dark',
  light: 'vs',
  highContrast: 'hc-black',
  highContrastLight: 'hc-light',
} as const;

export type Theme = keyof typeof themes;
/** The theme of this run: UI_THEME, or dark. */
export const theme: Theme = themeOf(process.env['UI_THEME'] ?? 'dark');

export interface WorkbenchOptions {
  /** A folder whose content is copied into the workbench's own; none: an empty folder is opened. */
  readonly workspace?: string;
  /** User settings beside those that make a workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly theme?: Theme;
  /** Variables for the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

const open = new Set<Workbench>();

// A root hook: whatever scenario failed, there is a picture of where.
afterEach(async function () {
  if (this.currentTest?.state !== 'failed') return;
  for (const workbench of open) await workbench.screenshot('FAILED').catch(() => undefined);
});

/** Starts VS Code with the packaged extension and a profile of its own, and waits until the extension's view container is there. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const { browser, startHost } = await import('../support/host/host.mjs');
  const shown = options.theme ?? theme;
  const host = await startHost({
    settings: {
      'window.autoDetectColorScheme': true,
      'workbench.preferredDarkColorTheme': themes[shown === 'highContrast' ? shown : 'dark'],
      'workbench.preferredLightColorTheme': themes[shown === 'highContrastLight' ? shown : 'light'],
      'workbench.preferredHighContrastColorTheme': themes.highContrast,
      'workbench.preferredHighContrastLightColorTheme': themes.highContrastLight,
      ...options.settings,
    },
    extensions: process.env['UI_EXTENSIONS']!,
    ...(options.env ? { env: options.env } : {}),
  });
  try {
    if (options.workspace) cpSync(options.workspace, host.workspace, { recursive: true });
    const chromium = await browser();
    const context = await chromium.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      colorScheme: media[shown].colorScheme,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(20_000);
    const workbench = new Workbench(host, context, await context.newPage(), shown);
    open.add(workbench);
    try {
      await workbench.reload();
      // One browser for all: what another scenario copied is not to be found here.
      await workbench.page.evaluate(() => navigator.clipboard.writeText(''));
    } catch (error) {
      await workbench.screenshot('FAILED').catch(() => undefined);
      await workbench.close();
      throw error;
    }
    return workbench;
  } catch (error) {
    await host.stop();
    throw error;
  }
}

/** VS Code as its user sees it. Methods that return a Locator wait for nothing: `await workbench.toast('...').waitFor()`. */
export class Workbench {
  /** What the page threw and did not catch. */
  readonly errors: string[] = [];
  /** The opened folder on disk. */
  readonly folder: string;

  constructor(
    private readonly host: Host,
    private readonly context: BrowserContext,
    readonly page: Page,
    readonly theme: Theme,
  ) {
    this.folder = host.workspace;
    page.on('pageerror', (error) => this.errors.push(error.message));
  }

  /**
   * Loads the page anew, with the same profile. What the browser keeps (secrets, memento, open editors) is written after a while:
   * wait for it before, `localStorage` in the case of secrets.
   */
  async reload(): Promise<void> {
    await this.page.goto(`${this.host.url}/?folder=${encodeURIComponent(this.folder)}`);
    await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
    await this.activity('Flow Keystore').waitFor({ timeout: 60_000 });
  }

  /** The icon of a view container in the activity bar. */
  activity(title: string): Locator {
    return this.page.locator(`.activitybar .action-item .action-label[aria-label^="${title}"]`);
  }

  /** Shows a view container; does nothing where it is shown. */
  async openActivity(title: string): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${title}"])`);
    await item.waitFor();
    if (!/\bchecked\b/.test((await item.getAttribute('class')) ?? '')) await this.activity(title).click();
    await this.page.locator('.sidebar .composite.title').waitFor();
  }

  /**
   * Runs a command by its title in the palette, as `Category: Title`.
   * The palette lists what is registered when it opens, so it is opened again until the command is there.
   */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({
      has: this.page.locator('.label-name', { hasText: exactly(title) }),
    });
    for (let left = 10; ; left -= 1) {
      await this.page.keyboard.press('F1');
      await this.quickInput().waitFor();
      await this.quickInput().fill(`>${title}`);
      try {
        await row.first().waitFor({ timeout: left ? 1_500 : 10_000 });
      } catch (error) {
        if (!left) throw error;
        await this.page.keyboard.press('Escape');
        continue;
      }
      return row.first().click();
    }
  }

  /** The text field of the quick input that is open. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget input.input');
  }

  /** Title of the open quick input: tells the steps of a wizard apart. */
  quickTitle(text: string): Locator {
    return this.page.locator('.quick-input-widget .quick-input-title', { hasText: text });
  }

  /** Message below the field of an input box: its prompt, or what is wrong with the value. */
  quickMessage(text: string): Locator {
    return this.page.locator('.quick-input-widget .quick-input-message', { hasText: text });
  }

  /** Waits until the field of the open quick input has this value: what a step proposes may come after its title. */
  async quickValue(text: string): Promise<void> {
    await this.page.waitForFunction(
      (value) => document.querySelector<HTMLInputElement>('.quick-input-widget input.input')?.value === value,
      text,
    );
  }

  /** A row of the open quick pick. */
  quickRow(text: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  /** Chooses the row of the open quick pick that has this text. */
  async quickPick(text: string): Promise<void> {
    await this.quickRow(text).click();
  }

  /** Fills the open input box and accepts it. Name its title or prompt, so that a wizard's next step is not mistaken for the last. */
  async input(text: string, where?: string): Promise<void> {
    if (where) await this.page.locator('.quick-input-widget', { hasText: where }).waitFor();
    await this.quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /**
   * Answers the simple open or save dialog with a path.
   * @param listed a name that the dialog lists: what is filled in before it has listed its folder would be overwritten.
   * @param button the text of the dialog's button
   */
  async file(file: string, listed: string, button = 'OK'): Promise<void> {
    await this.quickRow(listed).waitFor();
    // On a busy machine it lists the folder once more, and puts its own proposal back.
    do {
      await this.quickInput().fill(file);
      await this.page.waitForTimeout(300);
    } while ((await this.quickInput().inputValue()) !== file);
    await this.page.locator('.quick-input-widget .quick-input-action a', { hasText: button }).click();
  }

  /**
   * A notification. One without buttons goes after some ten seconds.
   * VS Code shows no more than three within 0.8 s (further ones go to the bell alone): a scenario may be that fast.
   */
  toast(text: string): Locator {
    return this.page.locator('.notifications-toasts .notification-toast', { hasText: text }).first();
  }

  /** A button of a notification. */
  toastButton(text: string, button: string): Locator {
    return this.toast(text).locator('.monaco-button', { hasText: exactly(button) });
  }

  /** Removes all notifications: they lie over the lower right of the editor. */
  async clearToasts(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'detached' });
  }

  /** A modal dialog. */
  dialog(text: string): Locator {
    return this.page.locator('.monaco-dialog-box', { hasText: text });
  }

  /** A button of the modal dialog. */
  dialogButton(text: string): Locator {
    return this.page.locator('.monaco-dialog-box .monaco-button', { hasText: exactly(text) });
  }

  /** The document in the webview that is shown. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** Opens a file of the workspace, its path relative to the folder, in its default editor. */
  async openFile(file: string): Promise<void> {
    const name = path.posix.basename(file);
    const row = this.quickRow(name);
    for (let left = 10; ; left -= 1) {
      await this.page.keyboard.press('Control+P');
      await this.quickInput().waitFor();
      await this.quickInput().fill(file);
      try {
        await row.waitFor({ timeout: left ? 1_500 : 10_000 });
      } catch (error) {
        if (!left) throw error;
        await this.page.keyboard.press('Escape');
        continue;
      }
      await this.page.keyboard.press('Enter');
      break;
    }
    await this.tab(name).waitFor();
  }

  /** The tab of an editor. Unsaved: `tab(name).and(page.locator('.dirty'))`. */
  tab(name: string): Locator {
    return this.page.locator(`.tabs-container .tab[data-resource-name="${name}"]`);
  }

  /** A row of a tree in the side bar, by a part of what a screen reader says of it. */
  treeRow(text: string): Locator {
    return this.page.locator('.sidebar .pane-body .monaco-list-row', { hasText: text }).first();
  }

  /** Opens a keystore that is listed in the side bar; its password is kept for the session alone. */
  async unlock(keystore: string, password: string): Promise<void> {
    await this.openActivity('Flow Keystore');
    await this.treeMenu(keystore, 'Unlock Keystore');
    await this.input(password, 'Password of the keystore');
    await this.quickTitle('Remember the password').waitFor();
    await this.quickPick('Only for this session');
  }

  /**
   * Selects a row of a tree and presses a key there. The click shows the entry's details beside it, which may take the focus;
   * so the key goes to the tree, not to where the focus happens to be.
   */
  async treeKey(row: string, key: string): Promise<void> {
    const clicked = this.treeRow(row);
    await clicked.click();
    await clicked.and(this.page.locator('.focused.selected')).waitFor();
    await this.page.locator('.sidebar .pane-body .monaco-list:has(.monaco-list-row.focused)').press(key);
  }

  /**
   * Chooses an entry of a tree row's context menu. Whatever takes the focus meanwhile closes the menu (details that are shown beside
   * a new entry, a tree that is drawn anew): then it is opened again. While VS Code reads a tree anew it hands no row over to the
   * command, which asks for one then: where that may be, name what the command shows.
   */
  async treeMenu(row: string, entry: string, shows?: Locator): Promise<void> {
    const item = this.page.locator(`.monaco-menu .action-item:has(.action-label[aria-label^="${entry}"])`);
    for (let left = 5; ; left -= 1) {
      await this.treeRow(row).click({ button: 'right' });
      try {
        // A menu ignores the mouse button for its first moments: hovering focuses the entry, the keyboard chooses it.
        const soon = left ? { timeout: 3_000 } : {};
        await item.hover(soon);
        await item.and(this.page.locator('.focused')).waitFor(soon);
        await item.press('Enter', soon);
        await item.waitFor({ state: 'detached', ...soon });
        await shows?.waitFor(soon);
        return;
      } catch (error) {
        if (!left) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /**
   * All that the browser keeps for the workbench, by the place that has it: local and session storage, every record of every IndexedDB (the
   * workbench's state, its logs, what extensions put into their mementos).
   */
  async browserStorage(): Promise<ReadonlyMap<string, string>> {
    const found = await this.page.evaluate(async () => {
      const kept: [string, string][] = [];
      for (const [name, storage] of Object.entries({ localStorage, sessionStorage })) {
        for (const [key, value] of Object.entries(storage)) kept.push([`${name} ${key}`, `${key}\n${String(value)}`]);
      }
      const done = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error(request.error?.message));
        });
      const textOf = (value: unknown): string =>
        value instanceof ArrayBuffer || ArrayBuffer.isView(value)
          ? new TextDecoder('latin1').decode(value)
          : typeof value === 'string'
            ? value
            : JSON.stringify(value);
      for (const { name } of await indexedDB.databases()) {
        if (name === undefined) continue;
        const database = await done(indexedDB.open(name));
        for (const table of database.objectStoreNames) {
          const records = database.transaction(table).objectStore(table);
          const [keys, values] = await Promise.all([done(records.getAllKeys()), done(records.getAll())]);
          keys.forEach((key, i) =>
            kept.push([`${name} ${table} ${textOf(key)}`, `${textOf(key)}\n${textOf(values[i])}`]),
          );
        }
        database.close();
      }
      return kept;
    });
    return new Map(found);
  }

  /** Takes a picture in each theme, one after the other, and goes back to its own: for screens whose look was never seen otherwise. */
  async screenshotInThemes(name: string): Promise<void> {
    await this.screenshot(name);
    const others = (Object.keys(themes) as Theme[]).filter((each) => each !== this.theme);
    for (const each of [...others, this.theme]) {
      await this.page.emulateMedia(media[each]);
      await this.page.locator(`.monaco-workbench.${themeClasses[each]}`).waitFor();
      if (each !== this.theme) await this.screenshot(name, each);
    }
  }

  /** Takes a picture: out/screenshots/<theme>/NN-name.png, numbered in the order taken. */
  async screenshot(name: string, shown: Theme = this.theme): Promise<void> {
    const folder = path.join(root, 'out/screenshots', shown);
    mkdirSync(folder, { recursive: true });
    const number = String(readdirSync(folder).length + 1).padStart(2, '0');
    await this.page.screenshot({ path: path.join(folder, `${number}-${name}.png`) });
  }

  async close(): Promise<void> {
    open.delete(this);
    await this.context.close();
    await this.host.stop();
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

function themeOf(name: string): Theme {
  if (name in themes) return name as Theme;
  throw new Error(`UI_THEME is ${name}; themes: ${Object.keys(themes).join(', ')}`);
}
