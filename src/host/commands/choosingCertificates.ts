import type { Certificate } from '../../core/certificates/certificate';
import { FlowKeystoreError } from '../../core/errors';
import { selectedCertificates, type CertificateSelection, type ExportedPart } from '../../core/keystore/export';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { chooseEntry, chooseKeystore } from './choosing';
import type { CopyAsPemArgument } from './commandMap';

export interface ChosenCertificates {
  readonly session: KeystoreSession;
  readonly selection: CertificateSelection;
}

/** The entries and members of chains that an argument names, else the entry that a person chooses. */
export async function chooseCertificates(
  host: Host,
  argument: CopyAsPemArgument,
  title: string,
): Promise<ChosenCertificates> {
  const { alias, aliases, certificates, chainIndex } = argument;
  if (aliases || certificates) {
    const session = await chooseKeystore(host, argument, { title });
    const named = aliases ?? (alias === undefined ? [] : [alias]);
    return { session, selection: { aliases: named, ...(certificates && { members: certificates }) } };
  }
  const { session, entry } = await chooseEntry(host, argument, { title, kinds: ['keyPair', 'certificate'] });
  if (alias === undefined || chainIndex === undefined) return { session, selection: { aliases: [entry.alias] } };
  return { session, selection: { aliases: [], members: [{ alias: entry.alias, chainIndex }] } };
}

/** @throws FlowKeystoreError with the keystore's file */
export function certificatesOfSelection(
  session: KeystoreSession,
  selection: CertificateSelection,
  part: ExportedPart,
): Certificate[] {
  try {
    return selectedCertificates(session.seen ?? { entries: [] }, selection, part);
  } catch (error) {
    throw error instanceof FlowKeystoreError ? error.at({ file: session.file }) : error;
  }
}
