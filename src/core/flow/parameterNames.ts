/** What SAP's editor does not take in the name of a new parameter (SAP Help, "Externalize Parameters of Integration Flow"). */
const refused = /[,?/'"<>;:[\]!@#$%&*()=+]/g;

/** The characters of a name that SAP's editor refuses, each once; undefined where it takes the name. */
export function refusedInParameterName(name: string): string | undefined {
  const found = [...new Set(name.match(refused) ?? [])];
  return found.length ? found.join(' ') : undefined;
}
