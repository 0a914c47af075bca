import * as vscode from 'vscode';
import type { FindingCode, Severity } from '../../core/checks/finding';
import { isLevel, isRuleId } from '../../core/checks/ruleCatalog';
import type { ProxySettings } from '../../core/connectivity/proxy';
import { usualBackups } from '../../core/keystore/backups';
import { usualThresholds, type ExpiryThresholds } from '../../core/keystore/expiry';

const section = 'flowKeystore';
/** Stands before the name of a tenant, where a keystore is named. */
export const tenantPrefix = 'tenant:';

/** The settings, as they are at the moment. */
export const settings = {
  /** From when on a certificate counts as expiring. */
  expiryThresholds(): ExpiryThresholds {
    const configuration = vscode.workspace.getConfiguration(section);
    return {
      days: atLeast(0, configuration.get<number>('expiry.warnDays', usualThresholds.days)),
      percent: Math.min(100, atLeast(0, configuration.get<number>('expiry.warnPercent', usualThresholds.percent))),
    };
  },

  /** Other severities for the rules of the checks. What is no rule or no severity is left out. */
  checkSeverities(): Readonly<Partial<Record<FindingCode, Severity | 'off'>>> {
    const given = vscode.workspace.getConfiguration(section).get<unknown>('checks.severity', {});
    if (typeof given !== 'object' || given === null) return {};
    return Object.fromEntries(Object.entries(given).filter(([id, level]) => isRuleId(id) && isLevel(level)));
  },

  /** How many versions of a keystore before a save are kept beside it. */
  backups(): number {
    return atLeast(0, vscode.workspace.getConfiguration(section).get<number>('backups', usualBackups));
  },

  /** Of each phase of a connectivity test. */
  timeoutMilliseconds(): number {
    return atLeast(1, vscode.workspace.getConfiguration(section).get<number>('connectivity.timeoutSeconds', 10)) * 1000;
  },

  /** So many receivers are tested at a time. */
  testsAtOnce(): number {
    const wanted = vscode.workspace.getConfiguration(section).get<number>('connectivity.parallel', 8);
    return Math.min(64, Math.round(atLeast(1, wanted)));
  },

  /** VS Code's own: its settings, else the variables that programs go by. */
  proxy(): ProxySettings {
    const own = vscode.workspace.getConfiguration();
    if (own.get<string>('http.proxySupport') === 'off') return { address: '', noProxy: [] };
    const { env } = process;
    const variable = (...names: readonly string[]): string =>
      names.map((name) => env[name] ?? env[name.toUpperCase()] ?? '').find((value) => value !== '') ?? '';
    const excepted = own.get<readonly string[]>('http.noProxy', []);
    return {
      address: own.get<string>('http.proxy', '').trim() || variable('https_proxy', 'http_proxy', 'all_proxy'),
      noProxy: excepted.length ? excepted : variable('no_proxy').split(','),
    };
  },

  /**
   * The keystore that flows are checked and tested against, where one is set. A relative path starts at the (first) workspace folder. In Restricted
   * Mode VS Code leaves the workspace's own value out (`restrictedConfigurations`).
   */
  keystore(): vscode.Uri | undefined {
    const value = vscode.workspace.getConfiguration(section).get<string>('keystore', '').trim();
    if (!value || value.startsWith(tenantPrefix)) return undefined;
    const folder = vscode.workspace.workspaceFolders?.[0];
    const path = value.replace(/^\$\{workspaceFolder\}[/\\]?/, '');
    if (/^([/\\]|[A-Za-z]:[/\\])/.test(path)) return vscode.Uri.file(path);
    return folder && vscode.Uri.joinPath(folder.uri, path);
  },

  /** The same where it is the keystore of a tenant: `tenant:` and its name. */
  keystoreOfTenant(): string | undefined {
    const value = vscode.workspace.getConfiguration(section).get<string>('keystore', '').trim();
    return value.startsWith(tenantPrefix) ? value : undefined;
  },

  onDidChange(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(section)) listener();
    });
  },
};

function atLeast(minimum: number, value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(minimum, value) : minimum;
}
