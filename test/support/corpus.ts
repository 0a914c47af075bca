import { existsSync } from 'node:fs';
import path from 'node:path';

/** Exported flows, where a collection of them lies beside the project. */
export const corpus = path.resolve(process.env['PROJECT_ROOT'] ?? '.', '../shared/corpus');

/** A test over them. They are no part of the project: without them there is nothing to try, and it is skipped. In CI they are there. */
export const itWithCorpus = existsSync(corpus) ? it : it.skip;
