import type { SecureContext } from 'node:tls';
import { certificatesPem } from '../certificates/pem';
import { describeError } from '../errors';
import type { KeyPairChain } from './candidates';
import { contextWith } from './handshake';
import { probe, type Probe, type ProbeOptions } from './probe';

/** The key pair to authenticate with. The key is opened only when the server asks for a certificate. */
export interface ClientKeyPair extends KeyPairChain {
  /** PKCS#8 PEM. A rejection makes the key pair unusable: its message is shown. */
  readonly privateKeyPem: () => Promise<string>;
}

/** A key pair that was asked for and is not to be had: no such alias, not a key pair. */
export interface UnusableClient {
  readonly alias: string;
  /** English, one sentence. */
  readonly unusable: string;
  /** It is sound, and its private key stays there. */
  readonly elsewhere?: string;
}

/** What came of the pass with a client certificate; neither where there was no key pair. */
export interface Shown {
  readonly probe?: Probe;
  /** Why the key pair could not be shown. English. */
  readonly unusable?: string;
}

/** The pass that shows the client certificate. The key is opened when it begins. */
export class SecondPass {
  private begun: Promise<Shown> | undefined;
  private readonly stopped = new AbortController();

  constructor(
    private readonly client: ClientKeyPair | UnusableClient | undefined,
    private readonly now: Date,
    private readonly options: ProbeOptions,
  ) {}

  /**
   * Begins it where it has not begun.
   * @param ask what is wanted beyond the greeting, where it begins now
   * @throws the signal's reason when cancelled
   */
  begin(ask: Pick<ProbeOptions, 'ask'> = {}): Promise<Shown> {
    this.begun ??= this.run(ask);
    // Whoever began it early may not come to wait for it.
    this.begun.catch(() => undefined);
    return this.begun;
  }

  /** Its outcome is of no use. */
  cancel(): void {
    this.stopped.abort();
  }

  private async run(ask: Pick<ProbeOptions, 'ask'>): Promise<Shown> {
    const { client, now, options } = this;
    if (!client) return {};
    const { signal } = options;
    const either = signal ? AbortSignal.any([signal, this.stopped.signal]) : this.stopped.signal;
    // The key is opened while the connection is made; one that cannot be used counts, whatever became of that.
    const opening = openKey(client, now);
    const usable = opening.then((key) => ('unusable' in key ? Promise.reject(new Error(key.unusable)) : key.context));
    usable.catch(() => undefined);
    const passing = probe({ ...options, ...ask, signal: either, client: usable });
    passing.catch(() => undefined);
    const key = await opening;
    return 'unusable' in key ? key : { probe: await passing };
  }
}

type OpenedKey = { readonly context: SecureContext } | { readonly unusable: string };

async function openKey(client: ClientKeyPair | UnusableClient, now: Date): Promise<OpenedKey> {
  if ('unusable' in client) return { unusable: client.unusable };
  const [leaf] = client.chain;
  if (!leaf) return { unusable: 'The key pair has no certificate.' };
  if (leaf.notAfter.getTime() < now.getTime()) {
    return { unusable: `Its certificate expired on ${leaf.notAfter.toISOString().slice(0, 10)}.` };
  }
  if (leaf.notBefore.getTime() > now.getTime()) {
    return { unusable: `Its certificate is not valid before ${leaf.notBefore.toISOString().slice(0, 10)}.` };
  }
  try {
    // Java sends the chain as it is in the keystore, its root too; so do we.
    return usableWith({ certificatePem: certificatesPem(client.chain), privateKeyPem: await client.privateKeyPem() });
  } catch (error) {
    return { unusable: describeError(error) };
  }
}

/** Unusable where this machine's TLS stack would not authenticate with it, in the spelling of OpenSSL or BoringSSL. */
function usableWith(key: { readonly certificatePem: string; readonly privateKeyPem: string }): OpenedKey {
  try {
    return { context: contextWith(key) };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? describeError(error);
    return {
      unusable: /KEY_VALUES_MISMATCH|KEY_TYPE_MISMATCH/.test(reason)
        ? 'Its private key does not belong to its certificate.'
        : `This machine's TLS does not authenticate with it (${reason}).`,
    };
  }
}
