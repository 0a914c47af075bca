import { readRequest } from '../../core/certificates/request';
import { keyObjectOf } from '../../core/keys/sealedKey';
import { isCutShort, issuingEntry } from '../../core/keystore/newKeyPair';
import { responseFile, signRequest } from '../../core/keystore/signRequest';
import { certificatesPem } from '../../core/certificates/pem';
import { inFile } from '../inFile';
import { KeystoreOpener } from '../keystores';
import { requireNew, writeNew } from '../newFile';
import { badArguments, readNumber, readOptions } from '../options';
import { readSmallFile } from '../smallFiles';
import { note, type Terminal } from '../terminal';
import { readUsage } from './generate';

export const signUsage =
  'sign KEYSTORE CA-ALIAS REQUEST [--days 365] [--usage clientAuth,serverAuth] [--out FILE [--force]] [--form pem|p7b] [--password-env NAME] [--json]';

/** Signs a certification request with an authority of the keystore: what a real one does, for tests. */
export async function sign(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    days: { type: 'string' },
    usage: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean' },
    form: { type: 'string' },
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, alias, requestFile, ...more] = positionals;
  if (file === undefined || alias === undefined || requestFile === undefined || more.length) {
    throw badArguments('sign takes a keystore file, the alias of an authority in it, and a request file.');
  }
  const form = values.form ?? 'pem';
  if (form !== 'pem' && form !== 'p7b') throw badArguments(`--form takes pem or p7b, not "${form}".`);
  if (form === 'p7b' && values.out === undefined) throw badArguments('--form p7b needs --out FILE: it is binary.');
  const days = readNumber(values.days ?? '365', 'days', 1, 36_500);
  const usage = readUsage(values.usage);
  const bytes = await readSmallFile(requestFile);
  const request = await inFile(requestFile, () => readRequest(bytes));
  const force = values.force ?? false;
  if (values.out !== undefined) await requireNew(values.out, force);
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const opened = await opener.open(file);
  const entry = await inFile(file, () => issuingEntry(opened.keystore, alias, terminal.now()));
  const key = keyObjectOf(await opener.privateKeyOf(opened, entry));
  const now = terminal.now();
  const validity = `${days} days`;
  const chain = await inFile(requestFile, () =>
    signRequest(request, entry, { key, validity, now, ...(usage && { usage }) }),
  );
  if (values.out !== undefined) {
    await writeNew(values.out, responseFile(chain, form), { what: 'The certificate', force });
  }
  const [certificate] = chain;
  if (!certificate) return 0;
  const [authority] = entry.chain;
  const cutShort = authority !== undefined && isCutShort(validity, now, authority);
  if (cutShort) {
    const end = certificate.notAfter.toISOString().slice(0, 10);
    note(
      terminal,
      `"${entry.alias}" ends on ${end}, and so does the certificate: sooner than in the ${days} days asked for.`,
    );
  }
  if (values.json) {
    const data = {
      ...(values.out !== undefined && { file: values.out, form }),
      subject: certificate.subject.toString(),
      issuer: certificate.issuer.toString(),
      serial: certificate.serialNumber,
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
      cutShort,
      sha256: certificate.sha256,
      chainLength: chain.length,
      pem: certificatesPem(chain),
    };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else if (values.out === undefined) terminal.out(certificatesPem(chain));
  else {
    terminal.out(
      `${values.out}: ${certificate.subject.toString()}, signed by "${entry.alias}", valid to ${certificate.notAfter.toISOString().slice(0, 10)}\n`,
    );
  }
  return 0;
}
