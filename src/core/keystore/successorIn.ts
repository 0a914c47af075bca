import type { Certificate } from '../certificates/certificate';
import { FlowKeystoreError } from '../errors';
import type { SealedKey } from '../keys/sealedKey';
import type { AskPassword, ImportSource, KeyPairItem } from './import/items';
import { loosePieces } from './import/pieces';
import { recognise } from './import/recognise';
import type { KeyPairEntry } from './model';
import { checkSuccessor } from './renewal';

/** A key pair of a file that can succeed another. */
export interface FoundSuccessor {
  readonly alias?: string;
  /** Leaf first; empty where the file holds the private key alone. */
  readonly chain: readonly Certificate[];
  readonly key: SealedKey;
  /** What opens the key, as far as that is known. */
  readonly password: string | undefined;
}

/**
 * What of a file can succeed a key pair (`checkSuccessor`): of its key pairs those that fit, else its only private key, which has no certificate.
 * @returns at least one; the one that is valid longest first
 * @throws FlowKeystoreError `value-invalid` where a key pair is in it that cannot, `not-a-key-pair` where none is; what `recognise` and `ask` throw
 */
export async function successorIn(
  source: ImportSource,
  current: KeyPairEntry,
  ask: AskPassword,
  signal?: AbortSignal,
): Promise<FoundSuccessor[]> {
  const lone = loneKeyIn(source);
  if (lone) return [lone];
  const { items } = await recognise([source], ask, signal ? { signal } : {});
  const pairs = items.filter((item): item is KeyPairItem => item.kind === 'keyPair');
  let refusal: unknown;
  const fitting = pairs.filter(({ chain }) => {
    try {
      checkSuccessor(current, chain);
      return true;
    } catch (error) {
      refusal ??= error;
      return false;
    }
  });
  if (fitting.length) return fitting.sort((a, b) => end(b) - end(a));
  if (refusal !== undefined) throw refusal as Error;
  throw new FlowKeystoreError(
    'not-a-key-pair',
    'There is no private key in it.',
    {},
    'Choose a PKCS#12 file, or PEM with a private key.',
  );
}

const end = ({ chain }: KeyPairItem): number => chain[0]?.notAfter.getTime() ?? 0;

/** The private key of a file that holds nothing else. */
function loneKeyIn(source: ImportSource): FoundSuccessor | undefined {
  let found;
  try {
    found = loosePieces(source);
  } catch {
    // What it is instead `recognise` says.
    return undefined;
  }
  const [key, ...more] = found.keys;
  return key && !more.length && !found.certificates.length
    ? { chain: [], key: key.key, password: undefined }
    : undefined;
}
