/**
 * The errors of the core: a small union of codes, each with the place it happened at and what to do next.
 * Prose is kept short and plain; screens may add to it, never parse it.
 */
export type ErrorCode =
  | 'wrong-password'
  | 'password-required'
  | 'password-not-allowed'
  | 'not-a-keystore'
  | 'damaged'
  | 'too-large'
  | 'limit-exceeded'
  | 'unsupported'
  | 'not-found'
  | 'unreadable'
  | 'unwritable'
  | 'changed-on-disk'
  | 'alias-invalid'
  | 'alias-exists'
  | 'chain-conflict'
  | 'alias-unknown'
  | 'not-a-key-pair'
  | 'not-a-certificate'
  | 'not-a-request'
  | 'key-mismatch'
  | 'signature-invalid'
  | 'certificate-expired'
  | 'chain-incomplete'
  | 'not-trusted'
  | 'download-failed'
  | 'tenant-unreachable'
  | 'tenant-unauthorized'
  | 'tenant-forbidden'
  | 'tenant-locked'
  | 'tenant-busy'
  | 'tenant-untrusted'
  | 'tenant-changed'
  | 'tenant-partly'
  | 'sap-owned'
  | 'tenant-refused'
  | 'tenant-answer'
  | 'flow-broken'
  | 'channel-unknown'
  | 'property-unknown'
  | 'value-invalid'
  | 'address-invalid'
  | 'arguments';

export interface ErrorPlace {
  /** Path of the file concerned. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** Anything else that names the place: an alias, a channel, an offset. */
  readonly detail?: string;
}

/**
 * What helps, where it is a command of the product: `next` says it in words that fit everywhere, and who shows the error may name its own
 * command for it.
 */
export type Remedy = 'import' | 'set-password' | 'make-authority' | 'import-ssh-key' | 'respond';

/** An error a user can act on. `message` says what, `place` where, `next` what to do. */
export class FlowKeystoreError extends Error {
  override readonly name = 'FlowKeystoreError';
  readonly remedy: Remedy | undefined;
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly place: ErrorPlace = {},
    readonly next?: string,
    options?: { cause?: unknown; remedy?: Remedy },
  ) {
    super(message, options);
    this.remedy = options?.remedy;
  }

  /** The same error, with a place known only further out (the parser knows no file name). */
  at(place: ErrorPlace): FlowKeystoreError {
    return new FlowKeystoreError(this.code, this.message, { ...place, ...this.place }, this.next, {
      cause: this.cause,
      ...(this.remedy && { remedy: this.remedy }),
    });
  }
}

/** One line for a person: file, place, what, next step. */
export function describeError(error: unknown): string {
  if (!(error instanceof FlowKeystoreError)) return error instanceof Error ? error.message : String(error);
  const { file, line, column, detail } = error.place;
  const where = [
    file,
    line === undefined ? undefined : `${String(line)}${column === undefined ? '' : `:${String(column)}`}`,
  ]
    .filter(Boolean)
    .join(':');
  return `${where ? `${where}: ` : ''}${detail ? `${detail}: ` : ''}${error.message}${error.next ? ` ${error.next}` : ''}`;
}

/** Whether an error is the abort of an `AbortSignal`: cancelling is not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'CancellationError');
}
