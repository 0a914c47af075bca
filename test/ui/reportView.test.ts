import assert from 'node:assert/strict';
import type { ConnectivityReport } from '../../src/core/connectivity/report';
import { reportView, runningView } from '../../src/host/editors/reportModel';
import { reportStrings } from '../../src/host/editors/viewStrings';
import {
  isFromConnectivityReport,
  type FromConnectivityReport,
  type ReportView,
  type ToConnectivityReport,
} from '../../src/protocol/connectivityReport';
import { englishTexts } from '../support/editorHost';
import { exampleReports, reportTarget, type ExampleReports } from '../support/exampleReports';
import { openWebview, type PageLook, type WebviewPage } from './webviewPage';

describe('connectivity report webview', () => {
  type ReportPage = WebviewPage<FromConnectivityReport, ToConnectivityReport>;
  const now = new Date();
  const texts = englishTexts(now);
  const opened: ReportPage[] = [];
  const sent: FromConnectivityReport[] = [];
  let reports: ExampleReports;
  let page: ReportPage;

  before(async () => {
    reports = await exampleReports(now);
  });

  async function open(report: ReportView, look: PageLook = {}): Promise<void> {
    sent.length = 0;
    page = await openWebview<FromConnectivityReport, ToConnectivityReport>({
      name: 'connectivityReport',
      ...look,
      accept: isFromConnectivityReport,
      handle: (message, port) => {
        sent.push(message);
        if (message.type !== 'ready') return;
        port.send({ type: 'strings', strings: reportStrings((text, args) => texts.say(text, args)) });
        port.send({ type: 'report', report });
      },
    });
    opened.push(page);
    await page.page.getByRole('heading', { level: 1 }).waitFor();
  }

  afterEach(async () => {
    for (const each of opened.splice(0)) {
      assert.deepEqual(each.errors, []);
      assert.deepEqual(each.logged, []);
      await each.close();
    }
  });

  async function openAll(): Promise<void> {
    const folded = page.page.locator('.fold[aria-expanded="false"]');
    while (await folded.count()) await folded.first().click();
  }

  const view = (report: ConnectivityReport, added: readonly string[] = []): ReportView =>
    reportView(report, texts, { added: new Set(added), surroundings: {} });

  for (const theme of ['dark', 'light', 'highContrast'] as const) {
    it(`is accessible in every state, ${theme}`, async () => {
      for (const name of [
        'ok',
        'rejected',
        'untrusted',
        'rootNotSent',
        'unreachable',
        'incomplete',
        'onTenant',
        'ssh',
      ] as const) {
        await open(view(reports[name]), { theme });
        assert.deepEqual(await page.accessibilityProblems(), [], name);
        await page.screenshot(`report-${name}`);
        await openAll();
        assert.deepEqual(await page.accessibilityProblems(), [], `${name}, all open`);
        await page.screenshot(`report-${name}-open`);
      }
    });
  }

  it('fits a narrow editor', async () => {
    await open(view(reports.untrusted), { width: 360 });
    await openAll();
    await page.screenshot('report');
    assert.equal(await page.overflows(), false);
  });

  it('opens the failed step and folds the others', async () => {
    await open(view(reports.rejected));
    const expanded = page.page.locator('.step .fold[aria-expanded="true"]');
    assert.equal(await expanded.count(), 1);
    assert.match((await expanded.textContent()) ?? '', /Accepted.*failed/);
  });

  it('shows steps as they come, and what was opened stays open', async () => {
    await open(
      runningView(
        { extent: { proxy: false, login: false, contents: false }, target: reportTarget, steps: [], cancelled: false },
        texts,
      ),
    );
    await page.page.getByRole('button', { name: 'Cancel' }).focus();
    const steps = reports.ok.steps.slice(0, 4);
    page.port.send({
      type: 'report',
      report: runningView(
        { extent: { proxy: false, login: false, contents: false }, target: reportTarget, steps, cancelled: false },
        texts,
      ),
    });
    await page.page.locator('.step.running', { hasText: 'Server name' }).waitFor();
    await page.screenshot('report-running');
    assert.deepEqual(await page.accessibilityProblems(), []);
    page.port.send({ type: 'report', report: view(reports.ok) });
    await page.page.getByRole('button', { name: 'Test Again' }).waitFor();
    assert.equal(await page.page.locator(':focus').textContent(), 'Test Again');
    await page.page.getByRole('button', { name: /^TLS/ }).click();
    page.port.send({ type: 'report', report: view(reports.rejected) });
    await page.page.locator('.step.failed').waitFor();
    assert.equal(await page.page.getByRole('button', { name: /^TLS/ }).getAttribute('aria-expanded'), 'true');
    assert.deepEqual(await page.kept(), { folds: [{ id: 'step-tls', open: true }] });
  });

  it('asks for the certificate that is missing, and says when it was added', async () => {
    await open(view(reports.untrusted));
    const add = page.page.getByRole('button', { name: 'Add "Example Root" to Keystore...' });
    assert.equal(await add.count(), 2, 'beside the verdict and in the chain');
    await add.first().click();
    while (sent.length < 2) await page.page.evaluate(() => undefined);
    assert.deepEqual(sent.at(-1), { type: 'addToKeystore', certificate: 0 });
    page.port.send({ type: 'report', report: view(reports.untrusted, [reports.root.certificate.sha256]) });
    await page.page.getByText('added to the keystore: test again').waitFor();
    assert.equal(await page.page.getByRole('button', { name: /to Keystore/ }).count(), 0);
  });

  it('offers the next step, holds the chain as a tree, and says what has changed', async () => {
    await open(
      reportView(reports.incomplete, texts, { added: new Set(), before: reports.ok, surroundings: { channel: {} } }),
    );
    const next = page.page.getByRole('button', { name: 'Fetch the Missing Certificate...' });
    assert.match((await next.getAttribute('class')) ?? '', /primary/);
    await page.page.getByText('Verdict: ok before, server-chain-incomplete now.').waitFor();
    await page.screenshot('report-next');
    assert.deepEqual(await page.accessibilityProblems(), []);
    await next.click();
    while (sent.length < 2) await page.page.evaluate(() => undefined);
    assert.deepEqual(sent.at(-1), { type: 'act', action: 'fetch-missing' });
    page.port.send({ type: 'report', report: view(reports.untrusted) });
    const nested = page.page.locator('ul.chain > li > ul > li > ul > li');
    await nested.waitFor();
    assert.match((await nested.textContent()) ?? '', /CN=api\.partner\.example.*server/);
  });

  it('copies and tests again', async () => {
    await open(view(reports.rejected));
    for (const name of ['Copy as Markdown', 'Copy as JSON', 'Test Again']) {
      await page.page.getByRole('button', { name }).click();
    }
    while (sent.length < 4) await page.page.evaluate(() => undefined);
    assert.deepEqual(sent.slice(1), [
      { type: 'copy', format: 'markdown' },
      { type: 'copy', format: 'json' },
      { type: 'testAgain' },
    ]);
  });
});
