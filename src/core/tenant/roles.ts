/** What a client may be allowed to do on a tenant. */
export type TenantTask = 'readKeystore' | 'changeKeystore' | 'readFlows' | 'changeFlows' | 'setParameters' | 'deploy';

/**
 * The role that each task needs (SAP, "Tasks and Permissions"): the role template of Cloud Foundry, which a service instance names, and what tokens of older
 * instances have in its place, all of them.
 */
const needs: Readonly<Record<TenantTask, { readonly role: string; readonly older: readonly string[] }>> = {
  readKeystore: { role: 'MonitoringDataRead', older: ['NodeManager.read', 'IntegrationOperationServer.read'] },
  changeKeystore: { role: 'SecurityMaterialEdit', older: ['NodeManager.deploysecuritycontent'] },
  readFlows: { role: 'WorkspacePackagesRead', older: ['WebToolingWorkspace.Read'] },
  changeFlows: { role: 'WorkspacePackagesEdit', older: ['WebToolingWorkspace.Write'] },
  setParameters: { role: 'WorkspacePackagesConfigure', older: ['WebToolingWorkspace.Configure'] },
  deploy: { role: 'WorkspaceArtifactsDeploy', older: ['NodeManager.deploycontent'] },
};

export const tenantTasks = Object.keys(needs) as readonly TenantTask[];

/**
 * The tasks that the scopes of a token do not allow. None where there is no telling: without scopes (basic authentication), or with none that is known here.
 * @param scopes without the name of the application before them
 */
export function tasksMissing(scopes: readonly string[] | undefined): readonly TenantTask[] {
  if (!scopes) return [];
  const has = new Set(scopes);
  const missing = tenantTasks.filter((task) => {
    const { role, older } = needs[task];
    return !has.has(role) && !older.every((each) => has.has(each));
  });
  return missing.length === tenantTasks.length ? [] : missing;
}

/** `SecurityMaterialEdit`. */
export function roleFor(task: TenantTask): string {
  return needs[task].role;
}
