import * as vscode from 'vscode';
import { describeError, FlowKeystoreError } from '../../core/errors';
import {
  externalize,
  internalize,
  type ParameterProject,
  type ProjectEdits,
  type Target,
} from '../../core/flow/externalize';
import type { Flow, Span } from '../../core/flow/model';
import { parameterOf } from '../../core/flow/parameters';
import { allParts, partById, partFields } from '../../core/flow/partFields';
import { rawSpanOf } from '../../core/flow/tables';
import { anyValueAt, usersOf } from '../../core/languageService/parameterAt';
import { askText, type Verdict } from '../input/quickInput';
import { isFlowUri } from '../language/flowDocuments';
import { projectEdit, projectFor } from '../language/parameterProject';
import type { Host } from '../services/host';
import { GaveUp, mayAsk } from './choosing';
import type { Commands, ExternalizeArgument, ValueArgument } from './commandMap';

const { t } = vscode.l10n;

type ExternalizeCommands = Pick<Commands, 'flowKeystore.externalize' | 'flowKeystore.internalize'>;

export function externalizeCommands(host: Host): ExternalizeCommands {
  return {
    async 'flowKeystore.externalize'(argument = {}) {
      const found = await valueOf(host, argument);
      const name = argument.name ?? (await askName(host, found, argument));
      await change(host, found.document, (project) => {
        const { target, piece } = found.in(project);
        return externalize(project, target, name, {
          ...(piece ? { piece } : {}),
          ...(argument.takeValue ? { takeValue: true } : {}),
        });
      });
      return name;
    },

    async 'flowKeystore.internalize'(argument = {}) {
      const found = await valueOf(host, argument);
      await change(host, found.document, (project) => internalize(project, found.in(project).target, argument.name));
    },
  };
}

/** A value in an open flow, found again in whatever version of it. */
interface FoundValue {
  readonly document: vscode.TextDocument;
  readonly in: (project: ParameterProject) => { readonly target: Target; readonly piece?: Span };
}

async function valueOf(host: Host, argument: ValueArgument): Promise<FoundValue> {
  const { flow, part: id, field } = argument;
  if (flow !== undefined && id !== undefined && field !== undefined) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(flow, true));
    return { document, in: (project) => ({ target: targetOf(project, flow, id, field) }) };
  }
  const editor = vscode.window.activeTextEditor;
  if (flow !== undefined && argument.offset !== undefined) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(flow, true));
    return atOffset(host, document, argument.offset, argument.length ?? 0);
  }
  if (!editor || !isFlowUri(editor.document.uri)) {
    throw new FlowKeystoreError(
      'arguments',
      t('There is no value of a flow here.'),
      {},
      t('Open a flow as text and put the cursor into a value.'),
    );
  }
  const { document, selection } = editor;
  const offset = document.offsetAt(selection.start);
  return atOffset(host, document, offset, document.offsetAt(selection.end) - offset);
}

function targetOf(project: ParameterProject, file: string, id: string, field: string): Target {
  const flow = flowOf(project, file);
  const part = allParts(flow).find((each) => each.id === id);
  if (!part) {
    throw new FlowKeystoreError('channel-unknown', t('The flow has no such channel or step.'), { detail: id });
  }
  const known = partById(flow, id);
  const found = known && partFields(known, project.parameters).find((each) => each.id === field);
  return { file, part, key: found?.key ?? field, ...(found?.cell ? { cell: found.cell } : {}) };
}

async function atOffset(
  host: Host,
  document: vscode.TextDocument,
  offset: number,
  length: number,
): Promise<FoundValue> {
  const file = document.uri.toString();
  const { project } = await projectFor(host.flows, document);
  const at = anyValueAt(flowOf(project, file), offset, project.parameters);
  if (!at) {
    throw new FlowKeystoreError(
      'arguments',
      t('There is no value of a channel or step at the cursor.'),
      { file: document.uri.fsPath },
      t('Put the cursor between <value> and </value>.'),
    );
  }
  const { part, property, cell } = at;
  const piece = length > 0 && !cell ? decodedSpan(flowOf(project, file), at, { offset, length }) : undefined;
  return {
    document,
    in: (again) => {
      const flow = flowOf(again, file);
      const same = allParts(flow).find((each) => each.id === part.id) ?? part;
      const found = cell && partById(flow, part.id);
      const fields = found ? partFields(found, again.parameters) : [];
      const sameCell = fields.find(
        (each) => each.key === property.key && each.cell?.row === cell?.row && each.cell?.column === cell?.column,
      )?.cell;
      return {
        target: { file, part: same, key: property.key, ...(sameCell ? { cell: sameCell } : {}) },
        ...(piece ? { piece } : {}),
      };
    },
  };
}

/** The selection as a piece of the value; undefined where it is not inside of it, or all of it. */
function decodedSpan(
  flow: Flow,
  { property }: NonNullable<ReturnType<typeof anyValueAt>>,
  raw: Span,
): Span | undefined {
  const { value } = property;
  let start: number | undefined;
  for (let at = 0; at <= value.length; at++) {
    const here = rawSpanOf(flow, property, { offset: at, length: 0 })?.offset;
    if (here === raw.offset) start ??= at;
    if (here === raw.offset + raw.length && start !== undefined) {
      return at - start < value.length ? { offset: start, length: at - start } : undefined;
    }
    if (at > 10_000) return undefined;
  }
  return undefined;
}

function flowOf({ flows }: ParameterProject, file: string): Flow {
  const found = flows.find((each) => each.file === file)?.flow;
  if (found) return found;
  throw new FlowKeystoreError('not-found', t('The flow cannot be read.'), {
    file: vscode.Uri.parse(file, true).fsPath,
  });
}

async function askName(host: Host, found: FoundValue, argument: ExternalizeArgument): Promise<string> {
  mayAsk(argument.silent ? { silent: argument.silent } : {}, 'name');
  const { project } = await projectFor(host.flows, found.document);
  const { target, piece } = found.in(project);
  const check = (name: string): Verdict | undefined => {
    try {
      externalize(project, target, name, piece ? { piece } : {});
    } catch (error) {
      const text = error instanceof FlowKeystoreError ? error.message : describeError(error);
      return { severity: 'error', text };
    }
    const known = project.parameters && parameterOf(project.parameters, name);
    if (!known) return undefined;
    const users = usersOf(project, name);
    return {
      severity: 'information',
      text: users.length
        ? t('Shares the parameter, which has this value. Also used by: {0}', users.slice(0, 4).join(', '))
        : t('Takes the parameter of this name, which has this value.'),
    };
  };
  // What is wrong with the value itself is no matter of the name.
  externalize({ ...project, parameters: undefined }, target, 'name', piece ? { piece } : {});
  const { part, key } = target;
  const proposal = `${part.name || part.id} ${key}`
    .replace(/[^\p{L}\p{N}._ -]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const asked = await askText({
    title: t('Externalize {0}', key),
    prompt: t('Name of the parameter. Its value goes to parameters.prop.'),
    value: proposal,
    check,
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}

async function change(
  host: Host,
  document: vscode.TextDocument,
  plan: (project: ParameterProject) => ProjectEdits,
): Promise<void> {
  const edit = await projectEdit(host.flows, document, plan);
  // A refactoring: VS Code saves what nobody has open, and takes all of it back in one step.
  if (await vscode.workspace.applyEdit(edit, { isRefactoring: true })) return;
  throw new FlowKeystoreError(
    'unwritable',
    t('The files could not be changed.'),
    { file: document.uri.fsPath },
    t('Try it again.'),
  );
}
