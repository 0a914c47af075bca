import type { Certificate } from '../../core/certificates/certificate';
import { publicKeyText } from '../../core/certificates/publicKey';
import { sshFingerprint, sshPublicKeyLine } from '../../core/keys/openssh/publicKey';
import { keyObjectOf } from '../../core/keys/sealedKey';
import { groups } from '../../core/keystore/describe';
import { addKeyPair } from '../../core/keystore/edit';
import { isCutShort, makeKeyPair, planKeyPair, type KeyPairPlan, type Usage } from '../../core/keystore/newKeyPair';
import { sshKeyWish, sshSubject } from '../../core/keystore/sshKeys';
import { sealFor } from '../../core/keystore/store';
import { inFile } from '../inFile';
import { KeystoreOpener, type OpenKeystore } from '../keystores';
import { badArguments, readOptions } from '../options';
import { sealingPassword } from '../sealingPassword';
import { openOrCreate, readStoreType, type TargetKeystore } from '../targetKeystore';
import { generateThere, type OpenTenant } from '../tenant';
import { note, type Terminal } from '../terminal';

export const generateUsage =
  'generate KEYSTORE --alias ALIAS --subject NAME [--key "RSA 3072"] [--validity "2 years"] [--valid-from DAY] [--serial HEX] [--signature SHA512withRSA] [--usage clientAuth,serverAuth] [--san NAMES] [--ca] [--issuer ALIAS] [--ssh] [--type PKCS12|JKS|JCEKS|PEM] [--password-env NAME] [--json]';

/** Generates a key pair into a keystore, which is made where there is none. */
export async function generate(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readOptions(args, {
    alias: { type: 'string' },
    subject: { type: 'string' },
    key: { type: 'string' },
    validity: { type: 'string' },
    'valid-from': { type: 'string' },
    serial: { type: 'string' },
    signature: { type: 'string' },
    usage: { type: 'string' },
    san: { type: 'string' },
    ca: { type: 'boolean' },
    issuer: { type: 'string' },
    ssh: { type: 'boolean' },
    type: { type: 'string' },
    json: { type: 'boolean' },
    'password-env': { type: 'string', multiple: true },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length) throw badArguments('generate takes one keystore file.');
  const ssh = values.ssh ? sshKeyWish(values.key ?? 'RSA 3072') : undefined;
  const alias = values.alias ?? ssh?.alias;
  if (alias === undefined) throw badArguments('generate needs --alias ALIAS.');
  const subject = values.subject ?? (ssh ? sshSubject(alias) : undefined);
  if (subject === undefined) throw badArguments('generate needs --subject NAME, such as "CN=Partner A, O=Example".');

  const opener = new KeystoreOpener(values['password-env'] ?? [], terminal);
  const type = values.type === undefined ? undefined : readStoreType(values.type);
  const target = await openOrCreate(file, type, opener, terminal);
  const { opened, keystore: before } = target;
  const validity = values.validity ?? ssh?.validity ?? '2 years';
  const wanted = {
    alias,
    subject,
    key: values.key ?? 'RSA 3072',
    validity,
    usage: readUsage(values.usage) ?? (ssh ? [] : ['clientAuth']),
    alternativeNames: values.san ?? '',
    ca: values.ca ?? false,
    ...(values.issuer !== undefined && { issuer: values.issuer }),
    ...(values['valid-from'] !== undefined && { validFrom: values['valid-from'] }),
    ...(values.serial !== undefined && { serialNumber: values.serial }),
    ...(values.signature !== undefined && { signature: values.signature }),
  };
  const plan = await inFile(file, () => planKeyPair(wanted, before, terminal.now()));
  const place = { opener, terminal, target };
  const { chain, alias: stored } = opened?.tenant
    ? await thereIn({ ...opened, tenant: opened.tenant }, plan, values, terminal)
    : await hereIn(file, plan, place);

  const [certificate] = chain;
  if (!certificate) return 0;
  const [authority] = plan.issuer?.chain ?? [];
  const cutShort = authority !== undefined && isCutShort(validity, terminal.now(), authority);
  if (cutShort) {
    const end = certificate.notAfter.toISOString().slice(0, 10);
    note(
      terminal,
      `"${plan.issuer?.alias ?? ''}" ends on ${end}, and so does the certificate: sooner than asked for (${validity}).`,
    );
  }
  const openssh = values.ssh ? sshPublicKeyLine(certificate.spki, alias) : undefined;
  if (values.json) {
    const data = {
      file,
      alias: stored,
      created: opened === undefined,
      key: publicKeyText(certificate.publicKey),
      subject: certificate.subject.toString(),
      issuer: certificate.issuer.toString(),
      serial: certificate.serialNumber,
      signature: certificate.signatureAlgorithm.name,
      notBefore: certificate.notBefore.toISOString(),
      notAfter: certificate.notAfter.toISOString(),
      cutShort,
      sha256: certificate.sha256,
      chainLength: chain.length,
      ...(openssh !== undefined && { openssh, sshFingerprint: sshFingerprint(certificate.spki) }),
    };
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`);
  } else {
    const signer = plan.issuer ? `signed by "${plan.issuer.alias}"` : 'self-signed';
    terminal.out(
      `${file}: ${stored}, ${publicKeyText(certificate.publicKey)}, ${signer}, valid to ${certificate.notAfter.toISOString().slice(0, 10)}\nSHA-256 ${groups(certificate.sha256)}\n${openssh === undefined ? '' : `${openssh}\n`}`,
    );
  }
  return 0;
}

interface Made {
  readonly chain: readonly Certificate[];
  /** As it is stored. */
  readonly alias: string;
}

async function hereIn(
  file: string,
  plan: KeyPairPlan,
  {
    target,
    opener,
    terminal,
  }: { readonly target: TargetKeystore; readonly opener: KeystoreOpener; readonly terminal: Terminal },
): Promise<Made> {
  const { opened, keystore: before, password, save } = target;
  const sealing = await sealingPassword(file, before, password, opener, terminal);
  const issuerKey = plan.issuer && opened ? keyObjectOf(await opener.privateKeyOf(opened, plan.issuer)) : undefined;
  const made = await makeKeyPair(plan, { signal: terminal.signal, ...(issuerKey && { issuerKey }) });
  const key = await sealFor(before.type, made.privateKeyInfo, sealing);
  made.privateKeyInfo.fill(0);
  const { keystore } = addKeyPair(before, { alias: plan.alias, key, chain: made.chain, created: terminal.now() });
  await save(keystore);
  return { chain: made.chain, alias: keystore.entries.at(-1)?.alias ?? plan.alias };
}

/** The tenant makes it; what its API has no word for is refused. */
async function thereIn(
  opened: OpenKeystore & { readonly tenant: OpenTenant },
  plan: KeyPairPlan,
  given: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): Promise<Made> {
  const unknown = ['usage', 'san', 'ca', 'issuer', 'serial', 'signature'].filter((name) => given[name] !== undefined);
  if (unknown.length) {
    throw badArguments(`A tenant makes key pairs without ${unknown.map((name) => `--${name}`).join(', ')}.`);
  }
  return { chain: await generateThere(opened, plan, terminal), alias: plan.alias };
}

/** @throws FlowKeystoreError `arguments` */
export function readUsage(text: string | undefined): Usage[] | undefined {
  if (text === undefined) return undefined;
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
    .map((word) => {
      if (word === 'clientAuth' || word === 'serverAuth') return word;
      throw badArguments(`--usage takes clientAuth, serverAuth or both, not "${word}".`);
    });
}
