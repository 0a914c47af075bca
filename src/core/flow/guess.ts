import type { FieldRole } from './model';

/** A secret itself may stand there: such a value is never shown or sent anywhere. */
const secret = /(password|passwd|passphrase|secret|token)(?!.*(alias|name|url|type|interval|option))/i;

/** By the names that adapters at hand have for fields of the kind, the first that fits. */
const guesses: readonly (readonly [RegExp, FieldRole])[] = [
  [/private_?key_?(alias|name)|key_?pair_?alias|^(ssl_?)?key_?alias$|^key_?store_?alias$/i, 'keyPair'],
  [/public_?key_?alias|certificate_?alias|trust_?store_?alias/i, 'certificate'],
  [/^(sender|mdn|pull\w*)?auth(entication|orization)?_?(type|method|mode)?$/i, 'authentication'],
  [/credential/i, 'credential'],
  [/alias$/i, 'secureParameter'],
  [/proxy_?type$/i, 'proxyType'],
  [/location_?id$/i, 'location'],
  [/^user_?name$/i, 'user'],
];

/** The patterns of names that are taken for a role. */
export const guessesOf = (role: FieldRole): readonly RegExp[] =>
  guesses.filter((guess) => guess[1] === role).map(([pattern]) => pattern);

/**
 * What a property of an adapter that is not known may be for, by its name alone; undefined where the name says nothing of authentication, and for what may hold a
 * secret itself.
 */
export function guessField(key: string): FieldRole | undefined {
  if (secret.test(key)) return undefined;
  return guesses.find(([pattern]) => pattern.test(key))?.[1];
}
