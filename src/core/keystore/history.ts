/** A keystore file as it was at some time. */
export interface Version {
  readonly bytes: Uint8Array;
  /** The password it opens with; kept in memory only. */
  readonly password: string | undefined;
}

/** One change that was saved: the file before and after it. */
export interface Saved {
  /** What was done, in a few words. */
  readonly label: string;
  readonly before: Version;
  readonly after: Version;
}

const mostSteps = 50;
/** Octets, of all versions together. */
const mostOctets = 64 * 1024 * 1024;

/** The changes of one keystore since it was opened, for undo and redo. Versions are whole files, as encrypted as on the disk. */
export class History {
  private done: Saved[] = [];
  private undone: Saved[] = [];

  get undoLabel(): string | undefined {
    return this.done.at(-1)?.label;
  }

  get redoLabel(): string | undefined {
    return this.undone.at(-1)?.label;
  }

  /** A new change: what was undone before it cannot come back. */
  add(saved: Saved): void {
    this.undone = [];
    this.done.push(saved);
    let octets = 0;
    for (let i = this.done.length - 1; i >= 0; i--) {
      octets += this.done[i]?.before.bytes.length ?? 0;
      if (octets <= mostOctets && this.done.length - i <= mostSteps) continue;
      this.done = this.done.slice(i + 1);
      break;
    }
  }

  /** The file to go back to, if there is one. `undid` says that it was done. */
  get toUndo(): Version | undefined {
    return this.done.at(-1)?.before;
  }

  get toRedo(): Version | undefined {
    return this.undone.at(-1)?.after;
  }

  undid(): void {
    const saved = this.done.pop();
    if (saved) this.undone.push(saved);
  }

  redid(): void {
    const saved = this.undone.pop();
    if (saved) this.done.push(saved);
  }

  /** Another program changed the file, or it was locked: going back would undo that too. */
  clear(): void {
    this.done = [];
    this.undone = [];
  }
}
