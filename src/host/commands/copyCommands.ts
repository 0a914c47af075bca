import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { certificatesPem } from '../../core/certificates/pem';
import { FlowKeystoreError } from '../../core/errors';
import { certificatesOf } from '../../core/keystore/chain';
import { groups } from '../../core/keystore/describe';
import type { Entry } from '../../core/keystore/model';
import { askChoice, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { certificatesOfSelection, chooseCertificates } from './choosingCertificates';
import { chooseEntry, GaveUp, mayAsk } from './choosing';
import type { Commands, CopyAsPemArgument, CopyValueArgument } from './commandMap';

const { t } = vscode.l10n;

type CopyCommands = Pick<Commands, 'flowKeystore.copyAsPem' | 'flowKeystore.copyValue'>;

export function copyCommands(host: Host): CopyCommands {
  return {
    async 'flowKeystore.copyAsPem'(argument = {}) {
      const certificates = await certificatesFor(host, argument);
      const text =
        certificates.length === 1 ? t('Certificate copied') : t('{0} certificates copied', certificates.length);
      await copy(certificatesPem(certificates), text);
    },

    async 'flowKeystore.copyValue'(argument = {}) {
      const title = t('Copy Value');
      const { session, entry } = await chooseEntry(host, argument, { title });
      const values = valuesOf(entry, certificateAt(session, entry, argument.chainIndex));
      const chosen = argument.value
        ? values.find(({ id }) => id === argument.value)
        : await askWhich(argument, values, title);
      if (!chosen) {
        throw new FlowKeystoreError('not-a-certificate', t('The entry "{0}" has no certificate.', entry.alias), {
          file: session.file,
        });
      }
      await copy(chosen.text, t('{0} copied', chosen.label));
      return chosen.text;
    },
  };
}

async function copy(text: string, said: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void vscode.window.setStatusBarMessage(`$(copy) ${said}`, 5000);
}

/** Of all that is selected, each once: the whole chain of an entry, and single certificates of chains. */
async function certificatesFor(host: Host, argument: CopyAsPemArgument): Promise<readonly Certificate[]> {
  const { session, selection } = await chooseCertificates(host, argument, t('Copy as PEM'));
  return certificatesOfSelection(session, selection, 'chain');
}

/** @param chainIndex the leaf where absent */
function certificateAt(session: KeystoreSession, entry: Entry, chainIndex = 0): Certificate | undefined {
  const certificates = certificatesOf(entry);
  if (chainIndex === 0 || certificates[chainIndex]) return certificates[chainIndex];
  throw new FlowKeystoreError('not-found', t('The chain of "{0}" is shorter now.', entry.alias), {
    file: session.file,
  });
}

type ValueId = NonNullable<CopyValueArgument['value']>;

interface CopiedValue {
  readonly id: ValueId;
  readonly label: string;
  readonly text: string;
}

function valuesOf(entry: Entry, certificate: Certificate | undefined): CopiedValue[] {
  const alias: CopiedValue = { id: 'alias', label: t('Alias'), text: entry.alias };
  if (!certificate) return [alias];
  const { subject, issuer, serialNumber, sha256 } = certificate;
  return [
    alias,
    { id: 'subject', label: t('Subject'), text: subject.toString() },
    { id: 'issuer', label: t('Issuer'), text: issuer.toString() },
    { id: 'serialNumber', label: t('Serial number'), text: serialNumber },
    { id: 'sha256', label: t('SHA-256 fingerprint'), text: groups(sha256) },
    { id: 'sha1', label: t('SHA-1 fingerprint'), text: groups(certificate.fingerprint('sha1')) },
    { id: 'notAfter', label: t('End of validity'), text: certificate.notAfter.toISOString() },
  ];
}

async function askWhich(
  argument: CopyValueArgument,
  values: readonly CopiedValue[],
  title: string,
): Promise<CopiedValue> {
  mayAsk(argument, 'value');
  const items = values.map((value): Choice<CopiedValue> => ({ label: value.label, description: value.text, value }));
  const asked = await askChoice({ title, placeholder: t('What is to be copied?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  return asked.value;
}
