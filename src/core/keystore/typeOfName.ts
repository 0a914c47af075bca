import path from 'node:path';
import type { StoreType } from './model';

const types: Readonly<Record<string, StoreType>> = {
  '.p12': 'PKCS12',
  '.pfx': 'PKCS12',
  '.jks': 'JKS',
  '.jceks': 'JCEKS',
  '.pem': 'PEM',
  '.crt': 'PEM',
};

export const storeTypes: readonly StoreType[] = ['PKCS12', 'JKS', 'JCEKS', 'PEM'];

/** The type of a keystore that is yet to be written, as its name has it; undefined where the name says nothing (`.keystore`). */
export function typeOfName(file: string): StoreType | undefined {
  return types[path.extname(file).toLowerCase()];
}
