import type { Certificate } from '../../core/certificates/certificate';
import { readCertificates } from '../../core/certificates/import';
import { download } from '../../core/connectivity/download';
import { describeError } from '../../core/errors';
import type { CertificateSource } from '../../core/keystore/buildChain';
import { groups } from '../../core/keystore/describe';
import { fetchIssuers } from '../../core/keystore/fetchIssuers';
import { lonePublicKeys } from '../../core/keystore/lonePublicKeys';
import { replaceChain } from '../../core/keystore/replaceChain';
import {
  chainOf,
  describeResponseWarning,
  matchFor,
  planResponse,
  readSigningResponse,
  requireMatches,
  type ResponsePlan,
} from '../../core/keystore/signingResponse';
import { inFile } from '../inFile';
import { KeystoreOpener, saveKeystore } from '../keystores';
import { readFingerprint } from '../fingerprint';
import { badArguments, readOptions } from '../options';
import { readSmallFile } from '../smallFiles';
import { note, type Terminal } from '../terminal';

export const respondUsage =
  'respond KEYSTORE RESPONSE [--alias ALIAS] [--with FILE]... [--fetch] [--with-root] [--trust | --sha256 FINGERPRINT...] [--password-env NAME] [--json]';

/** Takes an authority's response into the key pair whose public key it certifies; key and alias stay. */
export async function respond(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    alias: { type: 'string' },
    with: { type: 'string', multiple: true },
    fetch: { type: 'boolean' },
    'with-root': { type: 'boolean' },
    trust: { type: 'boolean' },
    sha256: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, responseName, ...more] = positionals;
  if (file === undefined || responseName === undefined || more.length) {
    throw badArguments('respond takes a keystore file and the file of a signing response.');
  }
  const bytes = await readSmallFile(responseName);
  const response = await inFile(responseName, () => readSigningResponse(bytes));
  const given = await Promise.all((values.with ?? []).map(certificatesOfFile));
  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const opened = await opener.open(file);
  const { keystore } = opened;
  const publicKeys = await lonePublicKeys(keystore, (entry) => opener.privateKeyOf(opened, entry), terminal.signal);
  const store = { keystore, publicKeys };
  const { match, planWith } = await inFile(responseName, () => {
    const found = values.alias === undefined ? requireMatches(response, [store])[0] : undefined;
    const chosen = found ?? matchFor(response, store, values.alias ?? '');
    const now = terminal.now();
    return {
      match: chosen,
      planWith: (fetched: readonly CertificateSource[]): ResponsePlan =>
        planResponse(chosen, response, now, [...given, ...fetched]),
    };
  });
  const { plan, failures } = await inFile(responseName, () =>
    values.fetch
      ? fetchIssuers(planWith, download, terminal.signal)
      : { plan: planWith([]), sources: [], failures: [] },
  );
  const chain = chainOf(plan, values['with-root'] ?? false);
  const { keystore: after, changes } = replaceChain(keystore, match.entry.alias, chain);
  const confirmed = new Set(values.sha256?.map(readFingerprint));
  const trusts = ({ sha256 }: Certificate): boolean => values.trust === true || confirmed.has(sha256);
  if (changes.length) await saveKeystore(opened, after, { trusts, signal: terminal.signal });

  for (const failure of failures) note(terminal, describeError(failure));
  for (const warning of plan.warnings) note(terminal, describeResponseWarning(warning));
  if (!plan.trusted && !plan.warnings.some(({ code }) => code === 'self-signed')) {
    note(
      terminal,
      `The keystore does not hold "${plan.top.subject.short}" as trusted: compare its SHA-256 fingerprint with what the authority publishes, ${groups(plan.top.sha256)}.`,
    );
  }
  const { missing, missingAt } = plan.chain;
  const rootLeftOut = !values['with-root'] && plan.root !== undefined;
  if (missing) note(terminal, remedyFor(missing.toString(), missingAt, values.fetch ?? false));
  if (rootLeftOut) {
    note(terminal, `The root "${plan.top.subject.short}" was left out of the entry; --with-root takes it in.`);
  }
  if (values.json) {
    const result = resultOf(file, plan, chain, changes.length > 0);
    terminal.out(`${JSON.stringify(result, undefined, 2)}\n`);
  } else {
    const [leaf] = chain;
    const state = missing
      ? `incomplete, ${missing.toString()} is missing`
      : rootLeftOut
        ? 'complete up to the root, which was left out'
        : 'complete';
    terminal.out(
      changes.length
        ? `${file}: ${match.entry.alias} has the certificate of ${leaf?.subject.toString() ?? ''} now, issued by ${leaf?.issuer.toString() ?? ''}, chain of ${chain.length} (${state})\n`
        : `${file}: ${match.entry.alias} has this certificate and chain already\n`,
    );
  }
  return 0;
}

async function certificatesOfFile(file: string): Promise<CertificateSource> {
  const bytes = await readSmallFile(file);
  return inFile(file, () => ({ from: 'file', certificates: readCertificates(bytes).certificates }));
}

/** @param places where the last certificate says that its issuer's lies */
function remedyFor(missing: string, places: readonly string[], fetched: boolean): string {
  const file = `give the certificate of ${missing} with --with FILE`;
  if (!places.length) return `The last certificate names no place to fetch its issuer's from: ${file}.`;
  return fetched ? `It could not be fetched: ${file}.` : `To complete the chain, fetch it with --fetch, or ${file}.`;
}

function resultOf(file: string, plan: ResponsePlan, chain: readonly Certificate[], changed: boolean): unknown {
  const taken = plan.chain.members.filter(({ certificate }) => chain.includes(certificate));
  return {
    file,
    alias: plan.alias,
    changed,
    complete: plan.chain.missing === undefined,
    ...(plan.chain.missing && { missing: plan.chain.missing.toString() }),
    trusted: plan.trusted,
    chainLength: chain.length,
    rootLeftOut: plan.root !== undefined && !chain.includes(plan.root.certificate),
    chain: taken.map(({ certificate, from }) => ({
      subject: certificate.subject.toString(),
      issuer: certificate.issuer.toString(),
      notAfter: certificate.notAfter.toISOString(),
      sha256: certificate.sha256,
      from,
    })),
    warnings: plan.warnings.map((warning) => ({ code: warning.code, message: describeResponseWarning(warning) })),
  };
}
