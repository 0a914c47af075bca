/**
 * Keeps still what lies under a pressed pointer: a click is for what was there when the button went down, and is lost where that moved away
 * or was drawn anew before it came up.
 */
export class PointerRest {
  private pressed = false;
  private readonly waiting = new Set<() => void>();

  constructor(target: Window) {
    const capture = { capture: true };
    const up = (): void => this.release();
    target.addEventListener('pointerdown', () => (this.pressed = true), capture);
    // The click comes right after, and what waits after that; where there is none, soon.
    target.addEventListener('click', up);
    for (const type of ['pointerup', 'pointercancel']) target.addEventListener(type, () => setTimeout(up), capture);
    // Where it came up outside.
    target.addEventListener('pointermove', ({ buttons }) => buttons === 0 && up(), capture);
    target.addEventListener('keydown', up, capture);
    // The window's own: that of an element would come by in the capture phase.
    target.addEventListener('blur', up);
  }

  /** Does the work at once, or when the pointer is up; work that waits already waits once. */
  whenUp(work: () => void): void {
    if (this.pressed) this.waiting.add(work);
    else work();
  }

  private release(): void {
    this.pressed = false;
    const works = [...this.waiting];
    this.waiting.clear();
    for (const work of works) work();
  }
}
