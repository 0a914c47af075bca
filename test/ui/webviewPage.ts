import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import type { Guard } from '../../src/protocol/guards';
import { Port, type Message } from '../../src/protocol/rpc';
import { themes, type ThemeName } from '../support/themes';

const root = process.env['PROJECT_ROOT']!;
const origin = 'https://webview.test';

/** How a page looks when it is opened. */
export interface PageLook {
  /** Dark where nothing is said. */
  readonly theme?: ThemeName;
  readonly width?: number;
  /** What the view kept when it was hidden. */
  readonly state?: unknown;
}

export interface PageOptions<In extends Message, Out extends Message> extends PageLook {
  readonly name: 'adapterEditor' | 'connectivityReport';
  readonly accept: Guard<In>;
  /** @param port answers it */
  readonly handle: (message: In, port: Port<In, Out>) => unknown;
}

/** A webview's built bundle and style sheets in a browser, under the policy and the theme it has in VS Code; the test is its host. */
export async function openWebview<In extends Message, Out extends Message>(
  options: PageOptions<In, Out>,
): Promise<WebviewPage<In, Out>> {
  const { browser } = await import('../support/host/host.mjs');
  const { name, theme = 'dark', width = 1000 } = options;
  const { bodyClass, variables } = themes[theme];
  const page = await (await browser()).newPage({ viewport: { width, height: 760 }, reducedMotion: 'reduce' });
  const view = new WebviewPage<In, Out>(page, options);
  page.setDefaultTimeout(8_000);
  page.on('pageerror', (error) => view.errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') view.errors.push(message.text());
  });
  await page.exposeFunction('postToHost', (envelope: unknown) => view.port.receive(envelope));
  await page.route(`${origin}/**`, async (route) => {
    const file = new URL(route.request().url()).pathname;
    if (file === '/') return route.fulfill({ contentType: 'text/html', body: html(name, bodyClass) });
    const body = readFileSync(path.join(root, file));
    return route.fulfill({ contentType: file.endsWith('.css') ? 'text/css' : 'text/javascript', body });
  });
  await page.addInitScript(
    ({ state, properties }) => {
      const scope = globalThis as unknown as Record<string, unknown>;
      let kept: unknown = state;
      scope['acquireVsCodeApi'] = () => ({
        postMessage: (envelope: unknown) => (scope['postToHost'] as (value: unknown) => void)(envelope),
        getState: () => kept,
        setState: (value: unknown) => {
          kept = value;
          scope['keptState'] = value;
        },
      });
      addEventListener('DOMContentLoaded', () => {
        for (const [variable, value] of properties) {
          document.documentElement.style.setProperty(`--vscode-${variable}`, value);
        }
      });
    },
    { state: options.state, properties: Object.entries(variables) },
  );
  view.port.setOpen(true);
  await page.goto(`${origin}/`);
  return view;
}

export class WebviewPage<In extends Message, Out extends Message> {
  readonly port: Port<In, Out>;
  /** What the page threw, and what its policy refused. */
  readonly errors: string[] = [];
  /** What was wrong with messages. */
  readonly logged: string[] = [];

  constructor(
    readonly page: Page,
    private readonly options: PageOptions<In, Out>,
  ) {
    this.port = new Port<In, Out>({
      post: (envelope) => void page.evaluate((data) => window.postMessage(data, '*'), envelope).catch(() => undefined),
      accept: options.accept,
      handle: (message) => options.handle(message, this.port),
      log: (problem) => this.logged.push(problem),
    });
  }

  /** Waits until what the page has posted by now is here, and what it draws in its next frame is drawn. */
  async delivered(): Promise<void> {
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  }

  kept(): Promise<unknown> {
    return this.page.evaluate(() => (globalThis as unknown as Record<string, unknown>)['keptState']);
  }

  /** What axe-core holds against the page, one line each. */
  async accessibilityProblems(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<axe.AxeResults>(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })`,
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
  }

  /** Whether anything is wider than the window. */
  overflows(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  async screenshot(name: string): Promise<void> {
    const folder = path.join(root, 'out/screenshots/webviews');
    mkdirSync(folder, { recursive: true });
    const { theme = 'dark', width = 1000 } = this.options;
    await this.page.screenshot({ path: path.join(folder, `${name}-${theme}-${width}.png`), fullPage: true });
  }

  async close(): Promise<void> {
    this.port.dispose();
    await this.page.context().close();
  }
}

function html(name: string, bodyClass: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${origin}; script-src 'nonce-test'">
<link rel="stylesheet" href="/media/webview.css"><link rel="stylesheet" href="/media/webview-${name}.css">
<title>${name}</title></head><body class="${bodyClass}"><script nonce="test" src="/dist/webview/${name}.js"></script></body></html>`;
}
