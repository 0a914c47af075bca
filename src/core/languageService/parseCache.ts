import type { Flow } from '../flow/model';
import { readParameters, type Parameters } from '../flow/parameters';
import { readFlow } from '../flow/read';

/** Reads each version of a text once. Holds the latest of each file; `forget` when it is closed. */
export class ParseCache {
  private readonly flows = new Map<string, { readonly version: number | string; readonly flow: Flow }>();
  private readonly files = new Map<string, { readonly version: number | string; readonly parameters: Parameters }>();

  /** @param version changes with every change of the text: a document's version, or a file's time and size. */
  flow(file: string, version: number | string, text: () => string, name: string): Flow {
    const known = this.flows.get(file);
    if (known?.version === version) return known.flow;
    const flow = readFlow(text(), name);
    this.flows.set(file, { version, flow });
    return flow;
  }

  parameters(file: string, version: number | string, text: () => string): Parameters {
    const known = this.files.get(file);
    if (known?.version === version) return known.parameters;
    const parameters = readParameters(text());
    this.files.set(file, { version, parameters });
    return parameters;
  }

  forget(file: string): void {
    this.flows.delete(file);
    this.files.delete(file);
  }
}
