import * as vscode from 'vscode';
import { FlowKeystoreError } from '../../core/errors';
import { listParameters, setParameter, type TenantParameter } from '../../core/tenant/content/configuration';
import { projectOf } from '../../core/tenant/content/projectFolder';
import { askChoice, askText, separator, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import { showInformation } from '../ui/messages';
import type { TenantParametersArgument } from './commandMap';
import { deployThese } from './deployFlows';
import { chooseFlow, placeIn, tenantOf } from './tenantFlowChoices';

const { t } = vscode.l10n;

/** Shows the externalized parameters of a flow on the tenant, and sets those that a person chooses. */
export async function tenantParameters(
  host: Host,
  argument: TenantParametersArgument,
): Promise<readonly TenantParameter[]> {
  const place = placeIn(argument);
  const origin = place === undefined ? undefined : (await projectOf(place)).origin;
  const { tenant, id, name } = origin
    ? { tenant: await tenantOf(host, origin), id: origin.id, name: origin.name }
    : await chooseFlow(host, argument, t('Parameters of a Flow on the Tenant'));
  const session = await tenant.connect();
  let all = await listParameters(session, id);
  const set = async (parameter: TenantParameter, value: string): Promise<void> => {
    const what = `set parameter "${parameter.key}" of flow "${id}"`;
    await tenant.actOnFlows('setParameters', t('Setting {0}', parameter.key), what, (open, signal) =>
      setParameter(open, id, parameter, value, signal),
    );
    all = await listParameters(session, id);
  };
  if (argument.key !== undefined && argument.value !== undefined) {
    const { key, value } = argument;
    const parameter = all.find((each) => each.key === key);
    if (!parameter) {
      throw new FlowKeystoreError('not-found', t('The flow has no parameter "{0}".', key), { detail: id });
    }
    await set(parameter, value);
    return all;
  }
  if (argument.silent) return all;
  let changed = false;
  for (;;) {
    const parameter = await askParameter(name, all, changed);
    if (parameter === undefined) return all;
    if (parameter === 'deploy') {
      await deployThese(host, tenant, [{ id, name }]);
      return all;
    }
    const asked = await askText({
      title: t('{0} of {1}', parameter.key, name),
      prompt: t('Its value on {0}; type {1}', tenant.name, parameter.type.replace(/^xsd:/, '')),
      value: parameter.value,
    });
    if (asked.kind !== 'answer' || asked.value === parameter.value) continue;
    await set(parameter, asked.value);
    changed = true;
  }
}

async function askParameter(
  name: string,
  all: readonly TenantParameter[],
  changed: boolean,
): Promise<TenantParameter | 'deploy' | undefined> {
  if (!all.length) {
    void showInformation(t('"{0}" has no externalized parameters.', name));
    return undefined;
  }
  const rows = all.map((parameter): Choice<TenantParameter | 'deploy'> => ({
    label: parameter.key,
    description: parameter.value === '' ? t('(empty)') : parameter.value,
    iconPath: new vscode.ThemeIcon('edit'),
    value: parameter,
  }));
  const deployment: Choice<TenantParameter | 'deploy'> = {
    label: t('Deploy'),
    description: t('what runs has the old values until then'),
    iconPath: new vscode.ThemeIcon('rocket'),
    value: 'deploy',
  };
  const asked = await askChoice<TenantParameter | 'deploy'>({
    title: t('Parameters of {0}', name),
    placeholder: t('Which one is to be set?'),
    items: changed ? [...rows, separator(t('Then')), deployment] : rows,
  });
  return asked.kind === 'answer' ? asked.value : undefined;
}
