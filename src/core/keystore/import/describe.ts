import { visible } from '../../visible';
import { describeAliasProblem } from '../alias';
import type { ImportItem, PassedOver } from './items';
import { isKeptFromOverwriting, type MergeRow, type MergeWarning } from './plan';
import type { Entry } from '../model';

export function itemKind(item: ImportItem): 'key pair' | 'SSH key' | 'certificate' | 'secret key' | 'unknown entry' {
  if (item.kind === 'keyPair') return item.certified ? 'SSH key' : 'key pair';
  if (item.kind === 'certificate') return 'certificate';
  return item.entry.kind === 'secretKey' ? 'secret key' : 'unknown entry';
}

/** What is done with a row, in plain words: `add`, `overwrite`, `there already as "x"`. */
export function describeRow(row: MergeRow): string {
  const { action, state, alias, problem } = row;
  if (problem) return `cannot be added as "${visible(alias)}": ${describeAliasProblem(problem)}`;
  if (action === 'overwrite') return `overwrites "${visible(alias)}"`;
  if (action === 'add') {
    const beside = state.kind === 'conflict' ? `; "${visible(state.entry.alias)}" is something else` : '';
    return `added as "${visible(alias)}"${beside}`;
  }
  switch (state.kind) {
    case 'same':
      return `there already as "${visible(state.alias)}"`;
    case 'conflict':
      if (isKeptFromOverwriting(row)) {
        return `left out: "${visible(state.entry.alias)}" is ${entryKind(state.entry)}, which a ${itemKind(row.item)} does not overwrite`;
      }
      return `left out: "${visible(state.entry.alias)}" is something else, and is kept`;
    case 'impossible':
      return 'left out: only a keystore of the same format can hold it';
    case 'new':
      return 'left out';
  }
}

function entryKind({ kind }: Entry): string {
  if (kind === 'keyPair') return 'a key pair';
  return kind === 'secretKey' ? 'a secret key' : 'an entry of another kind';
}

export function describeWarning(warning: MergeWarning): string {
  switch (warning.code) {
    case 'alias':
      return describeAliasProblem(warning.problem);
    case 'too-large-for-sap':
      return `It has ${warning.octets.toLocaleString('en')} octets; SAP takes at most ${warning.most.toLocaleString('en')}.`;
    case 'private-key-lost':
      return `The private key that "${visible(warning.alias)}" has now is lost.`;
    case 'signing-response':
      return `It is issued for the private key of "${visible(warning.alias)}": as a signing response it belongs into that key pair.`;
    case 'was-ignored':
      return 'Java and SAP ignored it in the file it comes from.';
  }
}

export function describePassedOver({ what, why }: PassedOver): string {
  switch (why) {
    case 'no-certificate':
      return `the private key "${visible(what)}" has no certificate: import the two together`;
    case 'not-for-keystores':
      return `${visible(what).toLowerCase()}: not for a keystore`;
    case 'unreadable':
      return `${visible(what).toLowerCase()}: it cannot be read`;
    case 'key-elsewhere':
      return `the private key "${visible(what)}" stays on its tenant`;
    case 'not-understood':
      return visible(what);
  }
}
