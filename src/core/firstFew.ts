/** The first words of a list, and how many more there are: `a, b and 3 more`. */
export function firstFew(words: readonly string[], most: number, separator = ', '): string {
  const rest = words.length - most;
  return `${words.slice(0, most).join(separator)}${rest > 0 ? ` and ${rest} more` : ''}`;
}
