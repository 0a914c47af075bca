import * as vscode from 'vscode';
import type { Certificate } from '../../core/certificates/certificate';
import { certificatesPem } from '../../core/certificates/pem';
import { FlowKeystoreError } from '../../core/errors';
import { certificatesOf } from '../../core/keystore/chain';
import { certificateValues, valueIds, type ValueId } from '../../core/keystore/entryValues';
import type { Entry } from '../../core/keystore/model';
import { askChoice, type Choice } from '../input/quickInput';
import type { Host } from '../services/host';
import type { KeystoreSession } from '../services/keystoreSession';
import { valueText } from '../ui/valueTexts';
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
        const hasNone = values.length < 2;
        throw new FlowKeystoreError(
          'not-a-certificate',
          hasNone
            ? t('The entry "{0}" has no certificate.', entry.alias)
            : t('The certificate of "{0}" has no such value.', entry.alias),
          { file: session.file },
        );
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

interface CopiedValue {
  readonly id: ValueId;
  readonly label: string;
  readonly text: string;
}

/** Of a certificate in a chain, and the alias of its entry. */
function valuesOf(entry: Entry, certificate: Certificate | undefined): CopiedValue[] {
  const values = new Map([['alias', entry.alias], ...(certificate ? certificateValues(certificate) : [])]);
  return valueIds.flatMap((id) => {
    const text = values.get(id);
    return text === undefined || id === 'otherExtensions' ? [] : [{ id, label: valueText(id), text }];
  });
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
