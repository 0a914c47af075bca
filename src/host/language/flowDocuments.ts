import * as vscode from 'vscode';
import type { CheckedFlow } from '../../core/checks/context';
import { decodeParameters, decodeUtf8 } from '../../core/flow/encoding';
import type { Flow } from '../../core/flow/model';
import type { Parameters } from '../../core/flow/parameters';
import { nodeFiles } from '../../core/flow/nodeFiles';
import { flowNameOf, loadFlows, parametersPathsOf, type FlowFile } from '../../core/flow/project';
import { archiveUri } from '../archives/archiveFiles';
import { ParseCache } from '../../core/languageService/parseCache';

/** A flow project as far as the language features care: the flows around one parameters.prop. Files are named by their URI as a string. */
export interface FlowProject {
  /** The URI of parameters.prop; of the flow itself where there is none. */
  readonly key: string;
  readonly flows: readonly CheckedFlow[];
}

/** More flows than any workspace has; what is beyond is not looked at. */
const maximumFlows = 5000;

/** Flows and parameters by URI, as the editor has them (unsaved changes included), else as they are on disk; each version parsed once. */
export class FlowDocuments implements vscode.Disposable {
  private readonly cache = new ParseCache();
  /** By path of the archive. */
  private readonly archives = new Map<string, { readonly version: string; readonly flows: readonly CheckedFlow[] }>();
  private readonly closed = vscode.workspace.onDidCloseTextDocument((document) =>
    this.cache.forget(document.uri.toString()),
  );

  dispose(): void {
    this.closed.dispose();
  }

  flowOf(document: vscode.TextDocument): Flow {
    const { uri, version } = document;
    return this.cache.flow(uri.toString(), version, () => document.getText(), flowNameOf(uri.path));
  }

  parametersOf(document: vscode.TextDocument): Parameters {
    return this.cache.parameters(document.uri.toString(), document.version, () => document.getText());
  }

  /** A flow that is open, with the parameters beside it. */
  async checkedFlow(document: vscode.TextDocument): Promise<CheckedFlow> {
    const parametersUri = await this.findParameters(document.uri);
    return this.withParameters(document.uri, this.flowOf(document), parametersUri);
  }

  /** The project of an open flow or parameters.prop. */
  async projectOf(document: vscode.TextDocument): Promise<FlowProject> {
    const isFlow = isFlowUri(document.uri);
    const parametersUri = isFlow ? await this.findParameters(document.uri) : document.uri;
    if (!parametersUri) {
      const flow = await this.withParameters(document.uri, this.flowOf(document), undefined);
      return { key: document.uri.toString(), flows: [flow] };
    }
    const uris = await flowsBeside(parametersUri);
    if (isFlow && !uris.some((uri) => uri.toString() === document.uri.toString())) uris.push(document.uri);
    const flows: CheckedFlow[] = [];
    for (const uri of uris) {
      const flow = await this.readFlow(uri);
      if (flow) flows.push(await this.withParameters(uri, flow, parametersUri));
    }
    return { key: parametersUri.toString(), flows };
  }

  /** All flows of the workspace, those of archives too, as the editor has them; those that cannot be read are left out. */
  async workspaceFlows(): Promise<readonly CheckedFlow[]> {
    const uris = await findFlowFiles(maximumFlows);
    const flows: CheckedFlow[] = [];
    for (const uri of uris.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const flow = await this.readFlow(uri);
      if (flow) flows.push(await this.withParameters(uri, flow, await this.findParameters(uri)));
    }
    const archives = await findArchives(maximumFlows);
    for (const uri of archives.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      flows.push(...(await this.archivedFlows(uri)));
    }
    return flows;
  }

  /** Those of an exported archive, read once for each version of it. */
  private async archivedFlows(archive: vscode.Uri): Promise<readonly CheckedFlow[]> {
    const version = await versionOnDisk(archive);
    if (version === undefined || !isOnDisk(archive)) return [];
    let known = this.archives.get(archive.fsPath);
    if (known?.version !== version) {
      const { flows } = await loadFlows([archive.fsPath], nodeFiles).catch(() => ({ flows: [] }));
      known = { version, flows: flows.map(addressed) };
      this.archives.set(archive.fsPath, known);
    }
    return known.flows.map((each) => {
      const flow = openDocument(vscode.Uri.parse(each.file, true));
      const parametersUri = each.parametersFile && vscode.Uri.parse(each.parametersFile.file, true);
      const parameters = parametersUri && openDocument(parametersUri);
      if (!flow && !parameters) return each;
      return {
        ...each,
        ...(flow ? { flow: this.flowOf(flow) } : {}),
        ...(parameters
          ? { parametersFile: { file: parametersUri.toString(), parameters: this.parametersOf(parameters) } }
          : {}),
      };
    });
  }

  private async withParameters(
    uri: vscode.Uri,
    flow: Flow,
    parametersUri: vscode.Uri | undefined,
  ): Promise<CheckedFlow> {
    const parameters = parametersUri && (await this.readParameters(parametersUri));
    return {
      file: uri.toString(),
      flow,
      ...(parameters ? { parametersFile: { file: parametersUri.toString(), parameters } } : {}),
    };
  }

  private async findParameters(flow: vscode.Uri): Promise<vscode.Uri | undefined> {
    // Of an address with a query the path is not all: `git:` names the file in there.
    if (flow.query) return undefined;
    for (const path of parametersPathsOf(flow.path)) {
      const uri = flow.with({ path });
      if (openDocument(uri) ?? (await versionOnDisk(uri))) return uri;
    }
    return undefined;
  }

  private async readParameters(uri: vscode.Uri): Promise<Parameters | undefined> {
    const document = openDocument(uri);
    if (document) return this.parametersOf(document);
    const file = await readFromDisk(uri);
    return file && this.cache.parameters(uri.toString(), file.version, () => decodeParameters(file.bytes).text);
  }

  private async readFlow(uri: vscode.Uri): Promise<Flow | undefined> {
    const document = openDocument(uri);
    if (document) return this.flowOf(document);
    const file = await readFromDisk(uri);
    const text = file && decodeUtf8(file.bytes);
    return file && text !== undefined
      ? this.cache.flow(uri.toString(), file.version, () => text, flowNameOf(uri.path))
      : undefined;
  }
}

/** A flow of an archive, by the addresses that VS Code has for what lies in there. */
function addressed({ file, flow, parametersFile }: FlowFile): CheckedFlow {
  return {
    file: archiveUri(file).toString(),
    flow,
    ...(parametersFile
      ? { parametersFile: { file: archiveUri(parametersFile.file).toString(), parameters: parametersFile.parameters } }
      : {}),
  };
}

/** Of this machine, or of the one that VS Code is connected to. */
export const isOnDisk = ({ scheme }: vscode.Uri): boolean => scheme === 'file' || scheme === 'vscode-remote';

/** The flows of the workspace, in no order. @param most no more than these */
export function findFlowFiles(most?: number): Thenable<vscode.Uri[]> {
  return vscode.workspace.findFiles('**/*.{iflw,IFLW}', '**/node_modules/**', most);
}

/** The exported archives of the workspace, in no order. @param most no more than these */
export function findArchives(most?: number): Thenable<vscode.Uri[]> {
  return vscode.workspace.findFiles('**/*.{zip,ZIP}', '**/node_modules/**', most);
}

export const isFlowUri = (uri: vscode.Uri): boolean => uri.path.toLowerCase().endsWith('.iflw');
export const isParametersUri = (uri: vscode.Uri): boolean => uri.path.endsWith('/parameters.prop');

/** Of what may be changed. The version before in a comparison (`git:`) is not: it would say everything twice. */
export const isChangeable = (uri: vscode.Uri): boolean =>
  vscode.workspace.fs.isWritableFileSystem(uri.scheme) !== false;

/** The document of a file that is open, in an editor or behind one. */
export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  const wanted = uri.toString();
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === wanted);
}

/** Changes when the file does. Undefined where there is no file. */
async function versionOnDisk(uri: vscode.Uri): Promise<string | undefined> {
  try {
    const { mtime, size, type } = await vscode.workspace.fs.stat(uri);
    return type & vscode.FileType.File ? `${mtime}/${size}` : undefined;
  } catch {
    return undefined;
  }
}

async function readFromDisk(uri: vscode.Uri): Promise<{ bytes: Uint8Array; version: string } | undefined> {
  const version = await versionOnDisk(uri);
  if (version === undefined) return undefined;
  try {
    return { bytes: await vscode.workspace.fs.readFile(uri), version };
  } catch {
    return undefined;
  }
}

/** The flows that a parameters.prop is for: where SAP's projects have them, and beside it. */
async function flowsBeside(parameters: vscode.Uri): Promise<vscode.Uri[]> {
  const folder = vscode.Uri.joinPath(parameters, '..');
  const found: vscode.Uri[] = [];
  for (const place of [vscode.Uri.joinPath(folder, 'scenarioflows', 'integrationflow'), folder]) {
    try {
      for (const [name, type] of await vscode.workspace.fs.readDirectory(place)) {
        if (type & vscode.FileType.File && /\.iflw$/i.test(name) && !name.startsWith('._')) {
          found.push(vscode.Uri.joinPath(place, name));
        }
      }
    } catch {
      // No such folder: not every project has both.
    }
  }
  return found;
}
