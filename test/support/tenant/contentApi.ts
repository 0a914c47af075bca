import { packProject, symbolicName, unpackProject, type ProjectFiles } from '../../../src/core/tenant/content/archive';
import { collection, countOf } from './query';
import { forbidden, json, keysIn, Refused, type Call, type Reply } from './replies';

export interface SimulatedFlow {
  readonly id: string;
  readonly name: string;
  version: string;
  files: ProjectFiles;
  parameters: { ParameterKey: string; ParameterValue: string; DataType: string; Description: string }[];
  /** Somebody has it open in the editor of the tenant. */
  lockedBy?: string;
  /** A file that the tenant writes anew, whatever is uploaded. */
  rewrites?: readonly [path: string, bytes: Uint8Array];
  /** What deploying it ends with, where it fails. */
  error?: string;
}

export interface SimulatedPackage {
  readonly id: string;
  readonly name: string;
  readonly mode?: 'EDIT_ALLOWED' | 'READ_ONLY';
  readonly flows: SimulatedFlow[];
}

interface Running {
  readonly version: string;
  readonly on: Date;
  readonly error?: string;
  /** Looks until it has started. */
  looks: number;
}

/** The part of the API that is about flows. */
export class ContentApi {
  readonly running = new Map<string, Running>();
  private readonly tasks = new Map<string, { readonly id: string; looks: number }>();

  constructor(
    readonly packages: SimulatedPackage[],
    private readonly pageSize: number,
  ) {}

  flow(id: string): SimulatedFlow {
    const found = this.packages.flatMap(({ flows }) => flows).find((flow) => flow.id === id);
    if (!found) throw new Refused(404, 'Not Found', 'Integration design time artifact not found.');
    return found;
  }

  /** Undefined for a path that is not its own. */
  answer(call: Call, roles: readonly string[]): Reply | undefined {
    const { method, path } = call;
    const needs = (role: string, work: () => Reply): Reply => (roles.includes(role) ? work() : forbidden());
    if (path.startsWith('/IntegrationPackages')) return needs('WorkspacePackagesRead', () => this.packageAnswer(call));
    if (path.startsWith('/IntegrationDesigntimeArtifacts(')) {
      const isParameter = path.includes('/$links/Configurations(');
      const role =
        method === 'GET'
          ? 'WorkspacePackagesRead'
          : isParameter
            ? 'WorkspacePackagesConfigure'
            : 'WorkspacePackagesEdit';
      return needs(role, () => this.flowAnswer(call));
    }
    if (path === '/DeployIntegrationDesigntimeArtifact') {
      return needs('WorkspaceArtifactsDeploy', () => this.deploy(call));
    }
    if (path.startsWith('/BuildAndDeployStatus(')) return needs('MonitoringDataRead', () => this.taskAnswer(path));
    if (path.startsWith('/IntegrationRuntimeArtifacts')) {
      return needs('MonitoringDataRead', () => this.runtimeAnswer(call));
    }
    return undefined;
  }

  private packageAnswer({ path, url }: Call): Reply {
    if (path === '/IntegrationPackages') {
      const rows = this.packages.map(({ id, name, mode }) => ({
        ...{ Id: id, Name: name, Description: '', ShortText: '', Version: '1.0.0', Vendor: '' },
        Mode: mode ?? 'EDIT_ALLOWED',
      }));
      return this.page(rows, url);
    }
    const found = this.packages.find(({ id }) => id === keysIn(path)['']);
    if (!found) throw new Refused(404, 'Not Found', 'Integration package not found.');
    return this.page(
      found.flows.map((flow) => flowRow(flow, found.id)),
      url,
    );
  }

  private flowAnswer({ method, path, body, url }: Call): Reply {
    const id = keysIn(path)['Id'] ?? '';
    const flow = this.flow(id);
    const owner = this.packages.find(({ flows }) => flows.includes(flow));
    const parameter = /\/\$links\/Configurations\('((?:[^']|'')*)'\)$/.exec(path)?.[1]?.replaceAll("''", "'");
    if (parameter !== undefined) return this.setParameter(flow, parameter, body);
    if (path.endsWith('/Configurations/$count')) return countOf(flow.parameters, url);
    if (path.endsWith('/Configurations')) return this.page(flow.parameters, url);
    if (path.endsWith('/$value')) {
      if (owner?.mode === 'READ_ONLY') throw new Refused(403, 'Forbidden', 'The package is configure-only.');
      return { status: 200, body: Buffer.from(packProject(flow.files)), type: 'application/zip' };
    }
    if (method === 'PUT') return this.update(flow, body);
    return json(200, { d: flowRow(flow, owner?.id ?? '') });
  }

  private update(flow: SimulatedFlow, body: Buffer): Reply {
    if (flow.lockedBy !== undefined) {
      throw new Refused(400, 'Bad Request', `Artifact is locked by the user ${flow.lockedBy}.`);
    }
    const { ArtifactContent: content } = JSON.parse(body.toString('utf8')) as { ArtifactContent?: string };
    if (content !== undefined) {
      const files = unpackProject(Buffer.from(content, 'base64'));
      if (symbolicName(files) !== flow.id) {
        const message = 'Update of the artifact is not possible due to change in the Bundle-symbolicName';
        throw new Refused(400, 'Bad Request', message);
      }
      flow.files = flow.rewrites ? new Map(files).set(...flow.rewrites) : files;
    }
    return { status: 200 };
  }

  private setParameter(flow: SimulatedFlow, key: string, body: Buffer): Reply {
    const row = flow.parameters.find(({ ParameterKey }) => ParameterKey === key);
    const { ParameterValue, DataType } = JSON.parse(body.toString('utf8')) as Record<string, string>;
    // The tenant takes a key that there is not, and does nothing.
    if (row && DataType === row.DataType) row.ParameterValue = ParameterValue ?? '';
    return { status: 202 };
  }

  private deploy({ query }: Call): Reply {
    const id = (query.get('Id') ?? '').replace(/^'|'$/g, '');
    const flow = this.flow(id);
    const task = `task-${this.tasks.size + 1}`;
    this.tasks.set(task, { id, looks: 1 });
    const { version, error } = flow;
    this.running.set(id, {
      version,
      on: new Date(Date.now() + this.tasks.size),
      looks: 1,
      ...(error !== undefined && { error }),
    });
    return { status: 202, body: task, type: 'text/plain' };
  }

  private taskAnswer(path: string): Reply {
    const id = keysIn(path)['TaskId'] ?? '';
    const task = this.tasks.get(id);
    if (!task) throw new Refused(404, 'Not Found', 'Task not found.');
    const status = task.looks-- > 0 ? 'DEPLOYING' : 'SUCCESS';
    return json(200, { d: { TaskId: id, Status: status } });
  }

  private runtimeAnswer({ path, url }: Call): Reply {
    if (path === '/IntegrationRuntimeArtifacts') {
      return this.page(
        [...this.running].map(([id, each]) => this.runtimeRow(id, each)),
        url,
      );
    }
    const id = keysIn(path)[''] ?? '';
    const found = this.running.get(id);
    if (!found) throw new Refused(404, 'Not Found', 'Requested entity could not be found.');
    if (path.endsWith('/ErrorInformation/$value')) return { status: 200, body: found.error ?? '', type: 'text/plain' };
    return json(200, { d: this.runtimeRow(id, found) });
  }

  private runtimeRow(id: string, running: Running): object {
    const starting = running.looks-- > 0;
    return {
      ...{ Id: id, Version: running.version, Name: this.flow(id).name, Type: 'INTEGRATION_FLOW', DeployedBy: 'Tester' },
      DeployedOn: `/Date(${running.on.getTime()})/`,
      Status: starting ? 'STARTING' : running.error === undefined ? 'STARTED' : 'ERROR',
    };
  }

  private page(all: readonly object[], url: URL): Reply {
    return collection(all as readonly Readonly<Record<string, unknown>>[], url, this.pageSize);
  }
}

const flowRow = ({ id, name, version }: SimulatedFlow, packageId: string): object => ({
  ...{ Id: id, Version: version, PackageId: packageId, Name: name, Description: '', ArtifactContent: null },
});

/** A flow with these files and a manifest. */
export function simulatedFlow(
  id: string,
  name: string,
  texts: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>> = {},
): SimulatedFlow {
  const manifest = [
    'Manifest-Version: 1.0',
    'Bundle-ManifestVersion: 2',
    `Bundle-Name: ${name}`,
    `Bundle-SymbolicName: ${id}; singleton:=true`,
    'Bundle-Version: 1.0.0',
    'SAP-BundleType: IntegrationFlow',
    '',
  ].join('\r\n');
  const files = new Map(
    Object.entries({ 'META-INF/MANIFEST.MF': manifest, ...texts }).map(([path, text]) => [path, Buffer.from(text)]),
  );
  return {
    ...{ id, name, version: '1.0.0', files },
    parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ...{ ParameterKey, ParameterValue, DataType: 'xsd:string', Description: '' },
    })),
  };
}
