import type {
  ActionView,
  CandidateView,
  ChainRow,
  DetailView,
  FromConnectivityReport,
  ReportStrings,
  ReportView,
  StepState,
  StepView,
} from '../../protocol/connectivityReport';
import { Announcer, arrange, button, element, Kept, setAttributes, type Child } from '../shared/dom';
import { icon, type IconName } from '../shared/icons';

/** What the report keeps while it is hidden: what was opened or folded by hand. */
export interface KeptReport {
  readonly folds: readonly { readonly id: string; readonly open: boolean }[];
}

export interface ReportHost {
  readonly send: (message: FromConnectivityReport) => void;
  /** Asks for a certificate to be added; settled when the person has decided. */
  readonly add: (certificate: number) => Promise<void>;
  /** Asks for something that the report offers; settled when it is done. */
  readonly act: (action: string) => Promise<void>;
  readonly keep: (kept: KeptReport) => void;
}

const stepIcons: Readonly<Record<StepState, IconName>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'error',
  skipped: 'skipped',
  running: 'running',
  pending: 'skipped',
};

const chainIcons: Readonly<Record<ChainRow['state'], IconName>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'error',
  missing: 'missing',
  untrusted: 'unknown',
};

/** The whole report: verdict, steps, chain, and what helps to go on. */
export class ConnectivityReportView {
  private readonly announcer = new Announcer();
  private readonly verdict = element('header', { class: 'verdict' });
  private readonly steps = element('div', { class: 'steps' });
  private readonly stepRows = new Kept<Fold>();
  private readonly sections = element('div', { class: 'sections' });
  private readonly sectionFolds = new Kept<Fold>();
  /** By id: opened or folded by hand. The report's own wish counts for all others. */
  private readonly folds: Map<string, boolean>;
  private readonly actions: Readonly<Record<'again' | 'cancel' | 'markdown' | 'json', HTMLButtonElement>>;
  private spoken = '';

  constructor(
    root: HTMLElement,
    private readonly strings: ReportStrings,
    private readonly host: ReportHost,
    kept: KeptReport | undefined,
  ) {
    this.folds = new Map(kept?.folds.map(({ id, open }) => [id, open]));
    this.actions = {
      again: button(strings.testAgain, () => host.send({ type: 'testAgain' }), { kind: 'primary' }),
      cancel: button(strings.cancel, () => host.send({ type: 'cancel' }), { kind: 'primary' }),
      markdown: this.copyButton(strings.copyMarkdown, 'markdown'),
      json: this.copyButton(strings.copyJson, 'json'),
    };
    root.replaceChildren(
      element('main', { class: 'report' }, this.verdict, element('h2', {}, strings.steps), this.steps, this.sections),
      this.announcer.root,
    );
  }

  update(report: ReportView): void {
    const running = report.outcome === 'running';
    this.drawVerdict(report, running);
    this.drawSteps(report.steps);
    this.drawSections(report);
    const current = report.steps.find(({ state }) => state === 'running');
    const words = running ? `${report.headline} ${current?.name ?? ''}` : `${this.strings.verdict}: ${report.headline}`;
    if (words !== this.spoken) this.announcer.say((this.spoken = words));
  }

  private drawVerdict(
    { outcome, headline, explanation, proof, facts, complete, chain, actions }: ReportView,
    running: boolean,
  ): void {
    const mark: IconName = outcome === 'failed' ? 'error' : outcome;
    const focused = document.activeElement;
    setAttributes(this.verdict, { class: `verdict ${outcome}` });
    // One primary button at a time: where something can be added, that is the next step.
    const offer = chain.find(({ add }) => add !== undefined);
    const hadFocus = focused instanceof HTMLElement && this.verdict.contains(focused);
    // What can be kept is no next step.
    const first = actions.find(({ id }) => id !== 'save-test');
    setAttributes(this.actions.again, { class: `button ${offer || first ? 'secondary' : 'primary'}` });
    const buttons: Child[] = running
      ? [this.actions.cancel]
      : [
          offer?.add && this.addButton(offer.add),
          ...actions.map((action) => this.actionButton(action, !offer && action === first)),
          this.actions.again,
          complete && this.actions.markdown,
          complete && this.actions.json,
        ];
    this.verdict.replaceChildren(
      ...nodes(
        element('h1', {}, icon(mark), element('span', {}, headline)),
        facts.length > 0 && element('p', { class: 'facts' }, facts.join(' \u00b7 ')),
        explanation && element('p', {}, explanation),
        proof.length > 0 && element('ul', { class: 'proof' }, ...proof.map((line) => element('li', {}, line))),
        element('div', { class: 'actions' }, ...buttons),
      ),
    );
    if (!hadFocus) return;
    if (this.verdict.contains(focused)) focused.focus();
    // The button pressed has made way for another one: the focus goes there.
    else (running ? this.actions.cancel : this.actions.again).focus();
  }

  private drawSteps(steps: readonly StepView[]): void {
    const rows = steps.map((step) => {
      const id = `step-${step.id}`;
      const fold = this.stepRows.obtain(id, () => new Fold((open) => this.remember(id, open)));
      fold.update(
        this.folds.get(id) ?? step.state === 'failed',
        step.details.length > 0,
        [
          icon(stepIcons[step.state], step.state),
          element('span', { class: 'step-name' }, step.name),
          element('span', { class: 'step-state' }, step.stateWord),
          element('span', { class: 'step-message' }, step.message),
        ],
        [details(step.details)],
        `step ${step.state}`,
      );
      return fold.root;
    });
    arrange(this.steps, rows);
  }

  private drawSections(report: ReportView): void {
    const { strings } = this;
    const { chain, missing, candidates, acceptableIssuers, commands, changes, outcome } = report;
    const requested = candidates.length > 0 || acceptableIssuers.length > 0;
    arrange(this.sections, [
      chain.length > 0 &&
        this.section('chain', `${strings.chain} (${chain.length})`, outcome !== 'ok', [
          missing !== undefined && element('p', { class: 'missing' }, icon('warning'), element('span', {}, missing)),
          this.chain(chain),
        ]),
      requested &&
        this.section('issuers', `${strings.issuers} (${acceptableIssuers.length})`, false, [
          acceptableIssuers.length
            ? element('ul', { class: 'names' }, ...acceptableIssuers.map((issuer) => element('li', {}, issuer)))
            : element('p', {}, strings.issuersNone),
        ]),
      candidates.length > 0 &&
        this.section('candidates', `${strings.candidates} (${candidates.length})`, outcome === 'failed', [
          element('ul', { class: 'candidates' }, ...candidates.map((candidate) => this.candidate(candidate))),
        ]),
      changes.length > 0 &&
        this.section('changes', `${strings.changes} (${changes.length})`, true, [
          element('ul', { class: 'names' }, ...changes.map((change) => element('li', {}, change))),
        ]),
      commands.length > 0 &&
        this.section('command', strings.commands, false, [
          ...commands.flatMap(({ title, command }, at) => [
            element('h3', {}, title),
            element('pre', { tabindex: 0, 'aria-label': title }, command),
            button(
              strings.copyCommand,
              () => {
                this.host.send({ type: 'copyCommand', command: at });
                this.announcer.say(strings.copied);
              },
              { 'aria-label': `${strings.copyCommand}: ${title}` },
            ),
          ]),
          commands.some(({ command }) => command.includes('.pem')) &&
            element('p', { class: 'facts' }, strings.commandHelp),
        ]),
    ]);
  }

  private section(id: string, title: string, open: boolean, content: readonly Child[]): HTMLElement {
    const fold = this.sectionFolds.obtain(id, () => new Fold((byHand) => this.remember(id, byHand)));
    fold.update(this.folds.get(id) ?? open, true, [element('h2', {}, title)], content, 'section');
    return fold.root;
  }

  private chain(rows: readonly ChainRow[]): HTMLElement {
    const root = element('ul', { class: 'chain' });
    // Each certificate holds those below it.
    const open: HTMLElement[] = [root];
    for (const row of rows) {
      const mark = chainIcons[row.state];
      const { add } = row;
      const item = element(
        'li',
        { class: `certificate ${row.state}` },
        element(
          'div',
          { class: 'certificate-head' },
          icon(mark, row.state),
          element(
            'span',
            { class: 'words' },
            element('span', { class: 'subject' }, row.subject),
            element('span', { class: 'role' }, row.role),
          ),
          add && this.addButton(add, 'secondary'),
        ),
        row.details.length > 0 && details(row.details),
      );
      open.length = Math.min(open.length, row.depth + 1);
      open.at(-1)?.append(item);
      const below = element('ul', {});
      open.push(below);
      item.append(below);
    }
    for (const list of root.querySelectorAll('ul:empty')) list.remove();
    return root;
  }

  private actionButton({ id, label }: ActionView, primary: boolean): HTMLElement {
    const act = button(
      label,
      () => {
        act.disabled = true;
        void this.host.act(id).finally(() => {
          act.disabled = false;
        });
      },
      { kind: primary ? 'primary' : 'secondary' },
    );
    return act;
  }

  private addButton(
    { certificate, label }: NonNullable<ChainRow['add']>,
    kind: 'primary' | 'secondary' = 'primary',
  ): HTMLElement {
    const add = button(
      label,
      () => {
        add.disabled = true;
        void this.host.add(certificate).finally(() => {
          add.disabled = false;
        });
      },
      { kind },
    );
    return add;
  }

  private candidate({ alias, usable, why }: CandidateView): HTMLElement {
    const word = usable ? this.strings.usable : this.strings.notUsable;
    return element(
      'li',
      {},
      icon(usable ? 'ok' : 'error', usable ? 'ok' : 'failed'),
      element('span', {}, element('strong', {}, alias), ` ${word}${why ? `: ${why}` : ''}`),
    );
  }

  private copyButton(label: string, format: 'markdown' | 'json'): HTMLButtonElement {
    return button(label, () => {
      this.host.send({ type: 'copy', format });
      this.announcer.say(this.strings.copied);
    });
  }

  private remember(id: string, open: boolean): void {
    this.folds.set(id, open);
    this.host.keep({ folds: [...this.folds].map(([key, value]) => ({ id: key, open: value })) });
  }
}

/** A row that can be opened, where there is something in it. */
class Fold {
  readonly root = element('div', {});
  private readonly head = element('button', { type: 'button', class: 'fold' });
  private readonly plain = element('div', { class: 'fold plain' });
  private readonly body = element('div', { class: 'fold-body' });
  private open = false;

  constructor(onToggle: (open: boolean) => void) {
    this.head.addEventListener('click', () => {
      this.show(!this.open);
      onToggle(this.open);
    });
  }

  update(open: boolean, foldable: boolean, head: readonly Node[], body: readonly Child[], className: string): void {
    setAttributes(this.root, { class: className });
    const target = foldable ? this.head : this.plain;
    target.replaceChildren(icon('chevron', 'twistie'), ...head);
    this.body.replaceChildren(...nodes(...body));
    arrange(this.root, [target, foldable && this.body]);
    this.show(open && foldable);
  }

  private show(open: boolean): void {
    this.open = open;
    this.body.hidden = !open;
    this.head.setAttribute('aria-expanded', String(open));
  }
}

function details(rows: readonly DetailView[]): HTMLElement {
  const list = element('dl', { class: 'details' });
  for (const { label, value } of rows) list.append(element('dt', {}, label), element('dd', {}, value));
  return list;
}

function nodes(...children: readonly Child[]): (Node | string)[] {
  return children.filter((child): child is Node | string => child !== undefined && child !== false && child !== '');
}
