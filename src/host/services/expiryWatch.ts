import * as vscode from 'vscode';
import { expiringEntries, isNews, type ExpiringEntry, type WatchedKeystore } from '../../core/keystore/expiring';
import type { Memory } from '../storage/memory';
import type { KeystoreTree } from '../tree/keystoreTree';
import { showWarning } from '../ui/messages';
import { dateText, numberText, validityText } from '../ui/texts';
import { documentUri } from './entryDocuments';
import type { KeystoreRegistry } from './keystoreRegistry';
import type { KeystoreSession } from './keystoreSession';
import { settings } from './settings';

const { t } = vscode.l10n;

/** Milliseconds. */
const delay = 200;
const hour = 60 * 60 * 1000;

/** Milliseconds: starting up is nobody's concern, and what expires can wait until VS Code is at rest. */
const restAfterStart = 5000;

/** In days: what ends sooner may be told in a notification. */
const urgent = 7;

/** Of one keystore in the list of problems; the rest is counted. */
const mostProblems = 100;

/** A keystore that can be seen, for what is about to expire in it. */
export interface SeenKeystore extends WatchedKeystore {
  readonly session: KeystoreSession;
}

export type Expiring = ExpiringEntry<SeenKeystore>;

interface Services {
  readonly registry: KeystoreRegistry;
  readonly tree: KeystoreTree;
  readonly memory: Memory;
  readonly log: vscode.LogOutputChannel;
  now(): Date;
}

/**
 * What is about to expire, where one works anyway: in the status bar, as a number on the view, and in the list of problems. A notification at most
 * once a day, for what ends within a week.
 */
export class ExpiryWatch implements vscode.Disposable {
  private readonly status = vscode.window.createStatusBarItem(
    'flowKeystore.expiry',
    vscode.StatusBarAlignment.Right,
    90,
  );
  private readonly problems = vscode.languages.createDiagnosticCollection('flow-keystore.expiry');
  private readonly resources: vscode.Disposable;
  private readonly clock: NodeJS.Timeout;
  private readonly start: NodeJS.Timeout;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly services: Services) {
    this.status.name = t('Expiring Keys and Certificates');
    this.status.command = 'flowKeystore.showExpiring';
    const soon = (): void => this.schedule();
    this.resources = vscode.Disposable.from(
      this.status,
      this.problems,
      services.registry.onDidChange(soon),
      settings.onDidChange(soon),
    );
    // Days pass while a window is open.
    this.clock = setInterval(soon, hour);
    // A warning has to reach those who do not open the view.
    this.start = setTimeout(() => {
      services.registry.load().catch((error: unknown) => services.log.error(`Looking for keystores: ${String(error)}`));
    }, restAfterStart);
  }

  /** What has expired and what is about to, the first to end first. */
  get expiring(): Expiring[] {
    const seen = this.services.registry
      .sessions()
      .flatMap((session) => (session.seen ? [{ session, entries: session.seen.entries }] : []));
    return expiringEntries(seen, this.services.now(), settings.expiryThresholds());
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.start);
    clearInterval(this.clock);
    this.resources.dispose();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), delay);
  }

  /** At once; tests look at what it shows. @returns the text of the status bar; empty where it is not shown */
  refresh(): string {
    const all = this.expiring;
    const news = all.filter(isNews);
    this.showStatus(news);
    const { view } = this.services.tree;
    view.badge = news.length ? { value: news.length, tooltip: summaryText(news) } : undefined;
    this.showProblems(all);
    this.tell(news).catch((error: unknown) => this.services.log.error(String(error)));
    return news.length ? this.status.text : '';
  }

  private showStatus(news: readonly Expiring[]): void {
    if (!news.length) {
      this.status.hide();
      return;
    }
    const expired = news.some(({ state }) => state === 'expired');
    this.status.text = `$(${expired ? 'error' : 'warning'}) ${summaryText(news)}`;
    const rows = news.slice(0, 15).map((entry) => this.rowText(entry));
    if (news.length > rows.length) rows.push(t('and {0} more', news.length - rows.length));
    this.status.tooltip = [...rows, '', t('Click to see them.')].join('\n');
    this.status.accessibilityInformation = { label: summaryText(news) };
    this.status.show();
  }

  private rowText(entry: Expiring): string {
    const { alias, keystore, certificate } = entry;
    const when = validityText(certificate, this.services.now(), settings.expiryThresholds());
    return `${alias} (${keystore.session.name}): ${dateText(certificate.notAfter)}, ${when}`;
  }

  /** Each at the document of its entry: a click on the row opens that, where the keystore itself would be opened as octets. */
  private showProblems(all: readonly Expiring[]): void {
    const byFile = new Map<KeystoreSession, Expiring[]>();
    for (const entry of all) {
      const { session } = entry.keystore;
      const others = byFile.get(session);
      if (others) others.push(entry);
      else byFile.set(session, [entry]);
    }
    const rows = [...byFile].flatMap(([session, entries]) => this.problemsOf(session, entries));
    const told = new Set(rows.map(([uri]) => uri.toString()));
    const gone: [vscode.Uri, undefined][] = [];
    this.problems.forEach((uri) => {
      if (!told.has(uri.toString())) gone.push([uri, undefined]);
    });
    this.problems.set([...gone, ...rows]);
  }

  private problemsOf(session: KeystoreSession, entries: readonly Expiring[]): [vscode.Uri, vscode.Diagnostic[]][] {
    const keystore = session.uri.toString();
    const rows = entries.slice(0, mostProblems).map((entry): [vscode.Uri, vscode.Diagnostic[]] => {
      const { alias, kind, state, certificate } = entry;
      const when = validityText(certificate, this.services.now(), settings.expiryThresholds());
      const date = dateText(certificate.notAfter);
      const message =
        kind === 'keyPair'
          ? t('The key pair "{0}" {1} ({2}).', alias, when, date)
          : t('The certificate "{0}" {1} ({2}).', alias, when, date);
      const code = state === 'expired' ? 'certificate-expired' : 'certificate-expiring';
      return [documentUri({ keystore, alias }, session.name), [problem(message, code, severityOf(entry))]];
    });
    const rest = entries.length - rows.length;
    if (rest > 0) {
      const message = t('{0} more entries have expired or are about to.', rest);
      const counted = problem(message, 'certificate-expiring', vscode.DiagnosticSeverity.Information);
      rows.push([documentUri({ keystore }, session.name), [counted]]);
    }
    return rows;
  }

  /** Not twice a day, in whatever window, and never again where somebody said so. */
  private async tell(news: readonly Expiring[]): Promise<void> {
    const { memory } = this.services;
    const soon = news.filter(({ state, days }) => state === 'expiring' && days < urgent);
    const [first] = soon;
    const today = dateText(this.services.now());
    if (!first || memory.expiryTold.never || memory.expiryTold.day === today) return;
    await memory.setExpiryTold({ day: today });
    const show = t('Show');
    const never = t('Not Again');
    const rest = soon.length > 1 ? ` ${t('({0} more within {1} days)', soon.length - 1, urgent)}` : '';
    const text = `${summaryText([first])}: ${first.alias} (${first.keystore.session.name}).${rest}`;
    const chosen = await showWarning(text, show, never);
    if (chosen === show) await vscode.commands.executeCommand('flowKeystore.showExpiring');
    if (chosen === never) await memory.setExpiryTold({ day: today, never: true });
  }
}

/** A key that is used no longer is an error; who trusts a certificate of the past trusts nobody. */
function severityOf({ state, kind }: Expiring): vscode.DiagnosticSeverity {
  if (state === 'expired' && kind === 'keyPair') return vscode.DiagnosticSeverity.Error;
  return vscode.DiagnosticSeverity.Warning;
}

function problem(message: string, code: string, severity: vscode.DiagnosticSeverity): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 0), message, severity);
  diagnostic.source = 'Flow Keystore';
  diagnostic.code = code;
  return diagnostic;
}

/** `1 key expires in 12 days`, `1 key expired, 2 certificates expire soon`. */
function summaryText(news: readonly Expiring[]): string {
  const expired = news.filter(({ state }) => state === 'expired');
  const expiring = news.filter(({ state }) => state === 'expiring');
  const [first] = expiring;
  const parts: string[] = [];
  if (expired.length) parts.push(t('{0} expired', countText(expired)));
  if (first && !expired.length) {
    parts.push(
      expiring.length === 1 ? onlyText(first) : t('{0} expire, the first in {1} days', countText(expiring), first.days),
    );
  } else if (first) {
    parts.push(expiring.length === 1 ? t('1 expires soon') : t('{0} expire soon', numberText(expiring.length)));
  }
  return parts.join(', ');
}

function onlyText(entry: Expiring): string {
  const what = countText([entry]);
  if (entry.days === 0) return t('{0} expires within a day', what);
  return entry.days === 1 ? t('{0} expires in 1 day', what) : t('{0} expires in {1} days', what, entry.days);
}

function countText(entries: readonly Expiring[]): string {
  const n = entries.length;
  if (entries.every(({ kind }) => kind === 'keyPair')) return n === 1 ? t('1 key') : t('{0} keys', numberText(n));
  if (entries.every(({ kind }) => kind === 'certificate')) {
    return n === 1 ? t('1 certificate') : t('{0} certificates', numberText(n));
  }
  return t('{0} entries', numberText(n));
}
