import { publicKeyText } from '../../core/certificates/publicKey';
import { CertificationRequest, readRequest, requestPem } from '../../core/certificates/request';
import { keyObjectOf } from '../../core/keys/sealedKey';
import { getKeyPair } from '../../core/keystore/edit';
import { requestFor } from '../../core/keystore/requestFor';
import { inFile } from '../inFile';
import { signingRequest } from '../../core/tenant/writes';
import { KeystoreOpener } from '../keystores';
import { requireNew, writeNew } from '../newFile';
import { badArguments, readOptions } from '../options';
import type { Terminal } from '../terminal';

export const requestUsage =
  'request KEYSTORE ALIAS [--out FILE [--force]] [--subject NAME] [--san NAMES] [--password-env NAME] [--json]';

/** Makes a certification request (PKCS#10) from a key pair; to standard output, or into a file. */
export async function request(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    out: { type: 'string' },
    force: { type: 'boolean' },
    subject: { type: 'string' },
    san: { type: 'string' },
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, alias, ...more] = positionals;
  if (file === undefined || alias === undefined || more.length) {
    throw badArguments('request takes a keystore file and an alias.');
  }
  const force = values.force ?? false;
  if (values.out !== undefined) await requireNew(values.out, force);
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const opened = await opener.open(file);
  const made = await inFile(file, async () => {
    const entry = getKeyPair(opened.keystore, alias);
    if (opened.tenant) {
      if (values.subject !== undefined || values.san !== undefined) {
        throw badArguments(
          'A tenant makes the request by the certificate of the entry: leave --subject and --san out.',
        );
      }
      return readRequest(await signingRequest(opened.tenant.session, entry.alias, terminal.signal)).der;
    }
    const key = keyObjectOf(await opener.privateKeyOf(opened, entry));
    return requestFor(entry, key, {
      ...(values.subject !== undefined && { subject: values.subject }),
      ...(values.san !== undefined && { alternativeNames: values.san }),
    });
  });
  const pem = requestPem(made);
  if (values.out !== undefined) await writeNew(values.out, Buffer.from(pem, 'ascii'), { what: 'The request', force });
  const { subject, publicKey } = CertificationRequest.parse(made);
  if (values.json) {
    const data = {
      alias,
      ...(values.out !== undefined && { file: values.out }),
      subject: subject.toString(),
      key: publicKeyText(publicKey),
      pem,
    };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else if (values.out === undefined) terminal.out(pem);
  else terminal.out(`${values.out}: request for ${subject.toString()} (${publicKeyText(publicKey)})\n`);
  return 0;
}
