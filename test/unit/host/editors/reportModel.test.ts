import assert from 'node:assert/strict';
import { addableCertificates, reportView, runningView } from '../../../../src/host/editors/reportModel';
import { isToConnectivityReport } from '../../../../src/protocol/connectivityReport';
import { englishTexts } from '../../../support/editorHost';
import { Certificate } from '../../../../src/core/certificates/certificate';
import type { ConnectivityReport } from '../../../../src/core/connectivity/report';
import { exampleReports, reportTarget, type ExampleReports } from '../../../support/exampleReports';
import { makeCa } from '../../../support/testCertificates';

describe('connectivity report model', () => {
  const now = new Date();
  const texts = englishTexts(now);
  const plain = { added: new Set<string>(), surroundings: {} };
  let reports: ExampleReports;

  before(async () => {
    reports = await exampleReports(now);
  });

  it('makes messages that the view takes', () => {
    for (const name of ['ok', 'rejected', 'untrusted', 'rootNotSent', 'unreachable', 'incomplete', 'ssh'] as const) {
      const report = reportView(reports[name], texts, plain);
      assert.ok(
        isToConnectivityReport({ type: 'report', report: JSON.parse(JSON.stringify(report)) as unknown }),
        name,
      );
    }
  });

  it('says of a good test what it proved and what not, and of a failed one nothing', () => {
    const { outcome, proof } = reportView(reports.ok, texts, plain);
    assert.equal(outcome, 'ok');
    assert.ok(proof.some((line) => line.startsWith('Proven: the handshake with the certificate of "partner_a"')));
    assert.ok(proof.some((line) => line.startsWith('Not proven')));
    assert.deepEqual(reportView(reports.rejected, texts, plain).proof, []);
    const open = reportView({ ...reports.ok, verdict: 'ok-not-encrypted' }, texts, plain).proof;
    assert.ok(!open.join().includes('its certificate is valid'), open.join());
    assert.match(open.join(), /Not proven: who answers/);
  });

  it('shows the anchor behind the chain that was sent', () => {
    const { chain } = reportView(reports.ok, texts, plain);
    assert.deepEqual(
      chain.map(({ depth, role, state }) => [depth, role, state]),
      [
        [0, 'not sent · trusted, entry "example root"', 'ok'],
        [1, 'intermediate', 'ok'],
        [2, 'server', 'ok'],
      ],
    );
  });

  it('offers the certificate that would make the server trusted, once', () => {
    const { chain, missing } = reportView(reports.untrusted, texts, plain);
    assert.deepEqual(
      chain.map(({ state }) => state),
      ['warning', 'untrusted', 'untrusted'],
    );
    assert.deepEqual(
      chain.map(({ add }) => add?.certificate),
      [0, undefined, undefined],
    );
    assert.equal(addableCertificates(reports.untrusted)[0], reports.root.certificate);
    assert.match(missing ?? '', /CN=Example Root/);
    const added = reportView(reports.untrusted, texts, { ...plain, added: new Set([reports.root.certificate.sha256]) });
    assert.ok(added.chain.every(({ add }) => add === undefined));
    assert.match(added.chain[0]?.role ?? '', /added/);
  });

  it('offers the root of a public authority that was not sent', () => {
    const [top] = reportView(reports.rootNotSent, texts, plain).chain;
    assert.deepEqual([top?.depth, top?.state, top?.add?.certificate], [0, 'missing', 0]);
    assert.equal(addableCertificates(reports.rootNotSent)[0], reports.root.certificate);
    const [added] = reportView(reports.rootNotSent, texts, {
      ...plain,
      added: new Set([reports.root.certificate.sha256]),
    }).chain;
    assert.deepEqual([added?.state, added?.add], ['untrusted', undefined]);
  });

  it('shows an issuer that was neither sent nor is in the keystore as a row', () => {
    const { server } = reports.untrusted;
    const report = { ...reports.untrusted, server: { chain: server!.chain.slice(0, 2), missing: server!.missing! } };
    const { chain } = reportView(report, texts, plain);
    assert.deepEqual([chain[0]?.state, chain[0]?.subject], ['missing', server!.missing]);
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

  it('shows what was sent besides at the end of the tree', async () => {
    const { server } = reports.ok;
    const stray = await makeCa('Stray');
    const [leaf, issuing] = server!.chain;
    const chain = [leaf!, stray.certificate, issuing!, Certificate.parse(issuing!.der)];
    const rows = reportView({ ...reports.ok, server: { ...server!, chain } }, texts, plain).chain;
    assert.deepEqual(
      rows.map(({ depth, role }) => [depth, role]),
      [
        [0, 'not sent · trusted, entry "example root"'],
        [1, 'intermediate'],
        [2, 'server'],
        [0, 'sent, and not above the certificate of the server'],
        [0, 'sent once more'],
      ],
    );
  });

  it('offers what helps, and says what has changed since', () => {
    const ids = (report: ConnectivityReport, surroundings = {}): string[] =>
      reportView(report, texts, { ...plain, surroundings }).actions.map(({ id }) => id);
    assert.deepEqual(ids(reports.ok), []);
    assert.deepEqual(ids(reports.ok, { channel: { alias: 'partner_a' } }), []);
    assert.deepEqual(ids(reports.ok, { channel: { alias: 'other' } }), ['set-alias']);
    assert.deepEqual(ids(reports.rejected), ['choose-key-pair', 'write-letter']);
    assert.deepEqual(ids(reports.rejected, { channel: {} }), ['choose-key-pair', 'open-channel', 'write-letter']);
    assert.deepEqual(ids(reports.unreachable, { channel: {} }), ['open-channel']);
    const { changes } = reportView(reports.rejected, texts, { ...plain, before: reports.ok });
    assert.deepEqual(changes.slice(0, 2), [
      'Verdict: ok before, client-certificate-rejected now.',
      'Accepted: ok before, failed now.',
    ]);
    assert.deepEqual(reportView(reports.ok, texts, { ...plain, before: reports.ok }).changes, []);
  });
});
