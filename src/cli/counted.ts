/** `1 flow`, `2 flows`. @param plural where it is more than an s */
export const counted = (number: number, what: string, plural = `${what}s`): string =>
  `${number} ${number === 1 ? what : plural}`;
