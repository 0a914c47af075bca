import * as vscode from 'vscode';
import type { EditorStrings } from '../../protocol/adapterEditor';
import type { ReportStrings } from '../../protocol/connectivityReport';
import { settings } from '../services/settings';
import { validityText } from '../ui/texts';
import type { ModelTexts } from './fieldModel';

const { t } = vscode.l10n;

export const modelTexts = (now: () => Date): ModelTexts => ({
  say: (text, args = {}) => t(text, args),
  validity: (validity) => validityText(validity, now(), settings.warnDays()),
  moment: (at) =>
    at.toLocaleString(vscode.env.language, {
      ...(at.toDateString() === now().toDateString() ? {} : { dateStyle: 'short' }),
      timeStyle: 'medium',
    }),
});

/** What the adapter editor's view says itself. */
export function editorStrings(): EditorStrings {
  return {
    receivers: t('Receivers'),
    noReceivers: t('This flow has no receivers.'),
    noReceiversHelp: t(
      'The adapter editor shows the channels from a flow to its receivers. Add one in the tenant, and export the flow again.',
    ),
    broken: t('The flow cannot be read'),
    openAsText: t('Open as Text'),
    testAll: t('Test All Receivers'),
    test: t('Test Outbound Connectivity'),
    generate: t('Generate Key Pair...'),
    readiness: t('Readiness'),
    writtenTo: t('Where a new value is written'),
    placeParameters: t('in parameters.prop'),
    placeFlow: t('in the flow'),
    placeFlowHelp: t('A value written in the flow takes the place of the parameter.'),
    openParameter: t('Show this parameter in parameters.prop'),
    parameterIs: t('Parameter'),
    resolvesTo: t('Comes to'),
    showChoices: t('Show choices'),
    generateRow: t('Generate new key pair...'),
    noKeyPairs: t('There are no key pairs.'),
    moreRows: t('{count} more: type to find them', { count: '{count}' }),
    notWritten: t('Not written yet: Enter writes it, Escape takes it back.'),
    changedMeanwhile: t('The file was changed to "{value}" meanwhile. Enter writes what you typed.', {
      value: '{value}',
    }),
    takeTheirs: t("Take the file's value"),
    clear: t('Clear'),
    addField: t('Add Field'),
    saveParameters: t('Save'),
    undoParameters: t('Undo'),
    atRunTime: t('Set at run time, cannot be checked here.'),
    written: t('Written'),
  };
}

/** What the report's view says itself. */
export function reportStrings(): ReportStrings {
  return {
    steps: t('Steps'),
    chain: t('Certificates of the server, as sent'),
    issuers: t('Issuers of client certificates that the server accepts'),
    issuersNone: t('The server names none: it takes, or says it takes, a certificate of any issuer.'),
    candidates: t('Key pairs of the keystore'),
    usable: t('usable'),
    notUsable: t('not usable'),
    command: t('The same test as an openssl command'),
    commandHelp: t(
      'The names of the files are placeholders: export the certificates and the key you want to test with.',
    ),
    copyCommand: t('Copy Command'),
    testAgain: t('Test Again'),
    cancel: t('Cancel'),
    copyMarkdown: t('Copy as Markdown'),
    copyJson: t('Copy as JSON'),
    copied: t('Copied'),
    verdict: t('Verdict'),
  };
}
