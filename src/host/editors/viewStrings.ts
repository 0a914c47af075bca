import type { EditorStrings } from '../../protocol/adapterEditor';
import type { ReportStrings } from '../../protocol/connectivityReport';
import type { ModelTexts } from './fieldModel';

type Say = ModelTexts['say'];

/** What the adapter editor's view says itself. */
export function editorStrings(say: Say): EditorStrings {
  return {
    receivers: say('Receivers'),
    senders: say('Senders'),
    steps: say('Steps that use keys'),
    search: say('Search channels and steps'),
    nothingFound: say('Nothing here has these words.'),
    found: say('{count} of {all} found'),
    furtherFields: say('Further fields ({count})'),
    addRow: say('Add Row'),
    removeRow: say('Remove Row'),
    externalize: say('Externalize...'),
    internalize: say('Internalize'),
    noReceivers: say('This flow has no receivers.'),
    noReceiversHelp: say(
      'The adapter editor shows the channels from a flow to its receivers. Add one in the tenant, and export the flow again.',
    ),
    broken: say('The flow cannot be read'),
    openAsText: say('Open as Text'),
    testAll: say('Test All Receivers'),
    test: say('Test Outbound Connectivity'),
    generate: say('Generate Key Pair...'),
    readiness: say('Readiness'),
    writtenTo: say('Where a new value is written'),
    placeParameters: say('in parameters.prop'),
    placeFlow: say('in the flow'),
    placeFlowHelp: say('A value written in the flow takes the place of the parameter.'),
    openParameter: say('Show this parameter in parameters.prop'),
    parameterIs: say('Parameter'),
    resolvesTo: say('Comes to'),
    choices: say('Choices'),
    showChoices: say('Show choices'),
    generateRow: say('Generate new key pair...'),
    moreRows: say('{count} more: type to find them'),
    unwritten: say('not written'),
    notWritten: say('Not written yet: Enter writes it, Escape takes it back.'),
    changedMeanwhile: say('The file was changed to "{value}" meanwhile. Enter writes what you typed.'),
    takeTheirs: say("Take the file's value"),
    clear: say('Clear'),
    addField: say('Add Field'),
    saveParameters: say('Save'),
    undoParameters: say('Undo'),
    written: say('Written'),
  };
}

/** What the report's view says itself. */
export function reportStrings(say: Say): ReportStrings {
  return {
    steps: say('Steps'),
    chain: say('Certificates of the server'),
    issuers: say('Issuers of client certificates that the server accepts'),
    issuersNone: say('The server names none: it takes, or says it takes, a certificate of any issuer.'),
    candidates: say('Key pairs of the keystore'),
    usable: say('usable'),
    notUsable: say('not usable'),
    changes: say('Since the test before'),
    commands: say('The same test with other tools'),
    commandHelp: say(
      'The names of the files are placeholders: export the certificates and the key you want to test with.',
    ),
    copyCommand: say('Copy Command'),
    testAgain: say('Test Again'),
    cancel: say('Cancel'),
    copyMarkdown: say('Copy as Markdown'),
    copyJson: say('Copy as JSON'),
    copied: say('Copied'),
    verdict: say('Verdict'),
  };
}
