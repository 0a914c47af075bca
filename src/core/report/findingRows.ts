import type { Finding, Severity } from '../checks/finding';
import type { ProjectProblem } from '../flow/project';
import { helpOf, messageOf } from './findingText';

/** A finding in words, as reports for people and machines give it. */
export interface FindingRow {
  readonly code: string;
  readonly severity: Severity;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** Id of the channel. */
  readonly channel?: string;
  /** Id of the step. */
  readonly step?: string;
  readonly message: string;
  readonly help?: string;
}

export function findingRows(findings: readonly Finding[]): FindingRow[] {
  return findings.map((finding) => {
    const help = helpOf(finding);
    return {
      code: finding.code,
      severity: finding.severity,
      file: finding.place.file,
      line: finding.place.line,
      column: finding.place.column,
      ...(finding.channel && { channel: finding.channel.id }),
      ...(finding.step && { step: finding.step.id }),
      message: messageOf(finding),
      ...(help !== undefined && { help }),
    };
  });
}

/** Files that could not be read, as findings: a check that passed them over in silence would be green for nothing. */
export function problemRows(problems: readonly ProjectProblem[]): FindingRow[] {
  return problems.map(({ code, file, message, line, column }) => ({
    code,
    severity: 'error',
    file,
    line: line ?? 1,
    column: column ?? 1,
    message,
  }));
}
