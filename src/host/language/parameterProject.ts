import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { readDefinitions } from '../../core/flow/definitions';
import { applyEdits } from '../../core/flow/edit';
import { decodeUtf8 } from '../../core/flow/encoding';
import type { ParameterProject, ProjectEdits } from '../../core/flow/externalize';
import type { TextEdit } from '../../core/flow/model';
import { definitionsPathOf, parametersPathsOf } from '../../core/flow/project';
import { openParameters, requireEditable, workspaceEdit, type DocumentEdit } from './documentEdits';
import { isParametersUri, openDocument, type FlowDocuments } from './flowDocuments';

const { t } = vscode.l10n;

/** The parameters of a flow project, as the editor has its files. Flows are named by their URI as a string. */
export interface OpenProject {
  readonly project: ParameterProject;
  /** Where they are, or would be. */
  readonly parametersUri: vscode.Uri;
  readonly definitionsUri: vscode.Uri;
}

export const isDefinitionsUri = (uri: vscode.Uri): boolean => uri.path.endsWith('/parameters.propdef');

/** The project of a flow, a parameters.prop or a parameters.propdef. */
export async function projectFor(documents: FlowDocuments, document: vscode.TextDocument): Promise<OpenProject> {
  const { uri } = document;
  const owner = isDefinitionsUri(uri) ? await sibling(uri) : document;
  const { key, flows } = owner
    ? await documents.projectOf(owner)
    : { key: uri.with({ path: uri.path.replace(/def$/, '') }).toString(), flows: [] };
  const known = vscode.Uri.parse(key, true);
  const parametersUri = isParametersUri(known) ? known : known.with({ path: parametersPathsOf(known.path)[0] ?? '' });
  const definitionsUri = parametersUri.with({ path: definitionsPathOf(parametersUri.path) });
  const definitions = await textOf(definitionsUri);
  const parameters =
    owner && isParametersUri(owner.uri) ? documents.parametersOf(owner) : flows[0]?.parametersFile?.parameters;
  return {
    project: {
      flows: flows.map(({ file, flow }) => ({ file, flow })),
      parameters,
      ...(definitions === undefined ? {} : { definitions: readDefinitions(definitions) }),
    },
    parametersUri,
    definitionsUri,
  };
}

async function sibling(definitions: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  const uri = definitions.with({ path: definitions.path.replace(/def$/, '') });
  try {
    return await openParameters(uri);
  } catch {
    return undefined;
  }
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  const document = openDocument(uri);
  if (document) return document.getText();
  const bytes = await vscode.workspace.fs.readFile(uri).then(undefined, () => undefined);
  if (!bytes) return undefined;
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text;
  throw new FlowKeystoreError(
    'unreadable',
    t('The file is not UTF-8.'),
    { file: uri.fsPath },
    t('Export the project again.'),
  );
}

/**
 * Plans a change of a project on its documents, so that VS Code makes it in one step and takes it back in one.
 * @param plan worked out twice: to see which files are concerned, and on their open documents, which have no byte order mark
 * @throws FlowKeystoreError as `plan`; `unwritable`, `unsupported` for a file that cannot be changed
 */
export async function projectEdit(
  documents: FlowDocuments,
  document: vscode.TextDocument,
  plan: (project: ParameterProject) => ProjectEdits,
): Promise<vscode.WorkspaceEdit> {
  const first = await projectFor(documents, document);
  const rough = plan(first.project);
  const { parametersUri, definitionsUri } = first;
  const opened = new Map<string, vscode.TextDocument>();
  const open = async (uri: vscode.Uri, isThere: boolean, edits: readonly TextEdit[]): Promise<void> => {
    if (!edits.length || !isThere) return;
    const found = isParametersUri(uri) ? await openParameters(uri) : await vscode.workspace.openTextDocument(uri);
    await requireEditable(found);
    opened.set(uri.toString(), found);
  };
  for (const { file, edits } of rough.flows) await open(vscode.Uri.parse(file, true), true, edits);
  await open(parametersUri, first.project.parameters !== undefined, rough.parameters);
  await open(definitionsUri, first.project.definitions !== undefined, rough.definitions);
  const { flows, parameters, definitions } = plan((await projectFor(documents, document)).project);
  const edits: DocumentEdit[] = [];
  const made: [vscode.Uri, string][] = [];
  const add = (uri: vscode.Uri, all: readonly TextEdit[]): void => {
    if (!all.length) return;
    const target = opened.get(uri.toString());
    if (target) edits.push({ document: target, edits: all });
    else made.push([uri, applyEdits('', all)]);
  };
  for (const each of flows) add(vscode.Uri.parse(each.file, true), each.edits);
  add(parametersUri, parameters);
  add(definitionsUri, definitions);
  const edit = workspaceEdit(edits);
  for (const [uri, text] of made) edit.createFile(uri, { contents: Buffer.from(text) });
  return edit;
}
