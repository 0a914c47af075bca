import assert from 'node:assert/strict';
import { addableCertificates, reportView, runningView } from '../../../../src/host/editors/reportModel';
import { isToConnectivityReport } from '../../../../src/protocol/connectivityReport';
import { englishTexts } from '../../../support/editorHost';
import { exampleReports, reportTarget, type ExampleReports } from '../../../support/exampleReports';

describe('connectivity report model', () => {
  const now = new Date();
  const texts = englishTexts(now);
  const nothing = new Set<string>();
  let reports: ExampleReports;

  before(async () => {
    reports = await exampleReports(now);
  });

  it('makes messages that the view takes', () => {
    for (const name of ['ok', 'rejected', 'untrusted', 'rootNotSent', 'unreachable'] as const) {
      const report = reportView(reports[name], texts, nothing);
      assert.ok(
        isToConnectivityReport({ type: 'report', report: JSON.parse(JSON.stringify(report)) as unknown }),
        name,
      );
    }
  });

  it('says of a good test what it proved and what not, and of a failed one nothing', () => {
    const { outcome, proof } = reportView(reports.ok, texts, nothing);
    assert.equal(outcome, 'ok');
    assert.ok(proof.some((line) => line.startsWith('Proven: the handshake with the certificate of "partner_a"')));
    assert.ok(proof.some((line) => line.startsWith('Not proven')));
    assert.deepEqual(reportView(reports.rejected, texts, nothing).proof, []);
    const open = reportView({ ...reports.ok, verdict: 'ok-not-encrypted' }, texts, nothing).proof;
    assert.ok(!open.join().includes('its certificate is valid'), open.join());
    assert.match(open.join(), /Not proven: who answers/);
  });

  it('shows the anchor behind the chain that was sent', () => {
    const { chain } = reportView(reports.ok, texts, nothing);
    assert.deepEqual(
      chain.map(({ depth, role, state }) => [depth, role, state]),
      [
        [0, 'server', 'ok'],
        [1, 'intermediate', 'ok'],
        [2, 'not sent · trusted, entry "example root"', 'ok'],
      ],
    );
  });

  it('offers the certificate that would make the server trusted, once', () => {
    const { chain, missing } = reportView(reports.untrusted, texts, nothing);
    assert.deepEqual(
      chain.map(({ state }) => state),
      ['untrusted', 'untrusted', 'warning'],
    );
    assert.deepEqual(
      chain.map(({ add }) => add?.certificate),
      [undefined, undefined, 0],
    );
    assert.equal(addableCertificates(reports.untrusted)[0], reports.root.certificate);
    assert.match(missing ?? '', /CN=Example Root/);
    const added = reportView(reports.untrusted, texts, new Set([reports.root.certificate.sha256]));
    assert.ok(added.chain.every(({ add }) => add === undefined));
    assert.match(added.chain[2]?.role ?? '', /added/);
  });

  it('offers the root of a public authority that was not sent', () => {
    const last = reportView(reports.rootNotSent, texts, nothing).chain.at(-1);
    assert.deepEqual([last?.depth, last?.state, last?.add?.certificate], [2, 'missing', 0]);
    assert.equal(addableCertificates(reports.rootNotSent)[0], reports.root.certificate);
    const added = reportView(reports.rootNotSent, texts, new Set([reports.root.certificate.sha256])).chain.at(-1);
    assert.deepEqual([added?.state, added?.add], ['untrusted', undefined]);
  });

  it('shows an issuer that was neither sent nor is in the keystore as a row', () => {
    const { server } = reports.untrusted;
    const report = { ...reports.untrusted, server: { chain: server!.chain.slice(0, 2), missing: server!.missing! } };
    const { chain } = reportView(report, texts, nothing);
    assert.deepEqual([chain[2]?.state, chain[2]?.subject], ['missing', server!.missing]);
  });

  it('fills the ladder step by step', () => {
    const steps = reports.ok.steps.slice(0, 3);
    const running = runningView(
      { extent: { proxy: false, login: false, contents: false }, target: reportTarget, steps, cancelled: false },
      texts,
    );
    assert.deepEqual(
      running.steps.map(({ state }) => state),
      ['ok', 'ok', 'ok', 'running', 'pending', 'pending', 'pending', 'pending'],
    );
    const cancelled = runningView(
      { extent: { proxy: false, login: false, contents: false }, target: reportTarget, steps, cancelled: true },
      texts,
    );
    assert.equal(cancelled.steps[3]?.state, 'skipped');
    assert.match(cancelled.headline, /cancelled/);
    const failed = runningView(
      {
        extent: { proxy: false, login: false, contents: false },
        target: reportTarget,
        steps,
        cancelled: false,
        failure: 'No.',
      },
      texts,
    );
    assert.deepEqual([failed.outcome, failed.explanation], ['failed', 'No.']);
  });
});
