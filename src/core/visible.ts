/** What breaks a line, or hides or reorders the text around it (Unicode Standard Annex 9): in a foreign name it could forge what stands beside it. */
const deceiving = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

const plain = /^[\x20-\x7e]*$/;

/** A text from a file or a server as it may be shown: what deceives is written as a backslash and hex pairs of UTF-8, as RFC 4514 section 2.4 does. */
export function visible(text: string): string {
  // Nearly all are plain, and lists have thousands.
  if (plain.test(text)) return text;
  return text.replace(deceiving, (character) =>
    [...Buffer.from(character)].map((octet) => `\\${octet.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  );
}
