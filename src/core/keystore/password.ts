/** What SAP would say of a keystore's password. */
export type PasswordProblem = 'too-short' | 'not-ascii' | 'too-simple';

/**
 * SAP's rule for keystore passwords ("Requirements for Keystore Passwords"): at least 8 characters, three of four classes (upper case,
 * lower case, digits, others), ASCII only.
 */
export function passwordProblem(password: string): PasswordProblem | undefined {
  if (!/^[\x20-\x7e]*$/.test(password)) return 'not-ascii';
  if (password.length < 8) return 'too-short';
  const classes = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((characters) => characters.test(password));
  return classes.length < 3 ? 'too-simple' : undefined;
}
