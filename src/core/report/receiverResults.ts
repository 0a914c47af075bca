import type { ReceiverResult } from '../checks/receiverTests';
import { reportData } from '../connectivity/report';
import { explanationOf, headlineOf } from './connectivityText';
import type { FindingRow } from './findingRows';
import { junitXml, type JUnitSuite } from './junit';

/** How tests of several receivers came out. */
export interface ResultSummary {
  readonly connect: number;
  readonly fail: number;
  readonly untested: number;
}

export function summaryOf(results: readonly ReceiverResult[]): ResultSummary {
  const tested = results.flatMap(({ report }) => (report ? [report] : []));
  const connect = tested.filter(({ ok }) => ok).length;
  return { connect, fail: tested.length - connect, untested: results.length - tested.length };
}

/** One line. */
export function summaryText({ connect, fail, untested }: ResultSummary): string {
  const all = connect + fail;
  const parts = [`${connect} of ${all} receivers connect`];
  if (untested) parts.push(`${untested} cannot be tested from here`);
  return `${parts.join(', ')}.`;
}

/** As plain text: a line for each, and why where it does not connect. */
export function resultsText(results: readonly ReceiverResult[]): string {
  const lines: string[] = [];
  let file: string | undefined;
  for (const { test, report } of results) {
    if (test.file !== file) lines.push(...(file === undefined ? [] : ['']), test.file);
    file = test.file;
    const what = [nameOf(test), test.address].filter(Boolean).join(' -> ');
    if (!report) {
      lines.push(`  not tested  ${what}`, `              ${test.whyNot ?? ''}`);
      continue;
    }
    lines.push(`  ${(report.ok ? 'ok' : 'FAILED').padEnd(10)}  ${what}`);
    lines.push(`              ${headlineOf(report)} [${report.verdict}]`);
    if (!report.ok) lines.push(`              ${explanationOf(report)}`);
  }
  lines.push('', summaryText(summaryOf(results)));
  return `${lines.join('\n')}\n`;
}

const nameOf = ({ adapter, name }: ReceiverResult['test']): string =>
  name === '' || name === adapter ? adapter : `${adapter} "${name}"`;

/** As data: plain, with the whole report of each. */
export function resultsData(results: readonly ReceiverResult[]): object {
  return {
    summary: summaryOf(results),
    results: results.map(({ test, report }) => {
      const { file, flow, channel, name, adapter, address, line, column, alias, whyNot } = test;
      const facts = { file, flow, channel, name, adapter, address, line, column, alias, whyNot };
      return { ...facts, ...(report ? { headline: headlineOf(report), report: reportData(report) } : {}) };
    }),
  };
}

/** Those that do not connect, as findings at their addresses; `untested` ones as information. */
export function resultRows(results: readonly ReceiverResult[]): FindingRow[] {
  return results.flatMap(({ test, report }): FindingRow[] => {
    const { file, line, column, channel } = test;
    const place = { file, line, column, channel };
    if (!report) {
      const message = `${nameOf(test)} was not tested: ${test.whyNot ?? ''}`;
      return [{ ...place, code: 'connectivity-not-tested', severity: 'information', message }];
    }
    if (report.ok) return [];
    const message = `${headlineOf(report)}.`;
    const help = explanationOf(report);
    return [{ ...place, code: `connectivity-${report.verdict}`, severity: 'error', message, help }];
  });
}

/** As JUnit XML: a suite for each flow, a case for each receiver. */
export function resultsJUnit(results: readonly ReceiverResult[]): string {
  const suites = new Map<string, JUnitSuite>();
  for (const { test, report } of results) {
    const suite = suites.get(test.file) ?? { name: test.file, cases: [] };
    const name = [nameOf(test), test.channel, test.address].filter(Boolean).join(' ');
    const seconds = report ? report.ms / 1000 : undefined;
    const outcome = !report
      ? { skipped: test.whyNot ?? '' }
      : report.ok
        ? {}
        : {
            failure: {
              type: report.verdict,
              message: headlineOf(report),
              text: [explanationOf(report), ...report.steps.map((s) => `${s.step} ${s.status}: ${s.message}`)].join(
                '\n',
              ),
            },
          };
    const entry = { classname: test.file, name, ...(seconds === undefined ? {} : { seconds }), ...outcome };
    suites.set(test.file, { ...suite, cases: [...suite.cases, entry] });
  }
  return junitXml([...suites.values()]);
}
