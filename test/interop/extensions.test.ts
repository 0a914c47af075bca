import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Certificate } from '../../src/core/certificates/certificate';
import { decodeExtensions } from '../../src/core/certificates/extensionText';
import { readPem } from '../../src/core/certificates/pem';
import { publicKeyText } from '../../src/core/certificates/publicKey';
import { chainState } from '../../src/core/keystore/chainState';
import { describePathProblem } from '../../src/core/keystore/lintText';
import { requireTool } from '../support/tools';

/** Extensions, curves and path rules: what openssl writes and judges, and what is read and judged here. */
describe('certificates by openssl', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  const openssl = (...args: string[]): string => {
    try {
      return execFileSync('openssl', args, { cwd: folder, stdio: 'pipe', encoding: 'utf8' });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${stdout}${stderr}`, { cause: error });
    }
  };
  const certificate = (name: string): Certificate => {
    const [block] = readPem(readFileSync(at(`${name}.pem`), 'utf8'));
    assert.ok(block);
    return Certificate.parse(block.der);
  };
  const key = (name: string): void =>
    void openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
  /** @param issuer itself when absent */
  const issue = (name: string, extensions: string, issuer?: string, subject = `/O=Example/CN=${name}`): void => {
    key(name);
    writeFileSync(at(`${name}.cnf`), `[req]\ndistinguished_name=dn\n[dn]\n[ext]\n${extensions}\n`);
    openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-config', `${name}.cnf`, '-out', `${name}.csr`);
    const by = issuer === undefined ? ['-signkey', `${name}.key`] : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`];
    const more = ['-CAcreateserial', '-days', '30', '-extfile', `${name}.cnf`, '-extensions', 'ext'];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...by,
      ...(issuer === undefined ? more.slice(1) : more),
      '-out',
      `${name}.pem`,
    );
  };

  before(function () {
    requireTool(this, 'openssl');
    folder = mkdtempSync(path.join(os.tmpdir(), 'extensions-'));
    issue('root', 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign\nsubjectKeyIdentifier=hash');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('have every extension decoded that openssl can write', () => {
    issue(
      'all',
      `subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid:always,issuer:always
issuerAltName=email:ca@example.com,URI:http://ca.example
crlDistributionPoints=point1,point2
freshestCRL=URI:http://crl.example/delta.crl
certificatePolicies=1.2.3.4,@policy
policyMappings=1.2.3.4:1.2.3.5
policyConstraints=requireExplicitPolicy:3,inhibitPolicyMapping:2
inhibitAnyPolicy=1
tlsfeature=status_request
nsComment=A comment
nsCertType=client,sslCA
subjectInfoAccess=1.3.6.1.5.5.7.48.5;URI:http://repository.example
authorityInfoAccess=OCSP;URI:http://ocsp.example,caIssuers;URI:http://ca.example/ca.cer
noCheck=ignored
[point1]
fullname=URI:http://crl.example/a.crl
CRLissuer=dirName:issuer_dn
reasons=keyCompromise,CACompromise
[issuer_dn]
CN=CRL Issuer
[point2]
relativename=relative_dn
[relative_dn]
CN=relative
[policy]
policyIdentifier=1.3.5.8
CPS.1=http://cps.example
userNotice.1=@notice
[notice]
explicitText="Read this"
organization="Example Org"
noticeNumbers=1,2`,
      'root',
    );
    const decoded = decodeExtensions(certificate('all').extensions);
    assert.deepEqual(
      decoded.filter(({ name, malformed }) => name === undefined || malformed),
      [],
    );
    const lines = new Map(decoded.map(({ name, lines: told }) => [name, told]));
    const of = (name: string): readonly string[] => lines.get(name) ?? [];
    const text = openssl('x509', '-in', 'all.pem', '-noout', '-text');
    const [, keyid = '', serial = ''] = /keyid:([0-9A-F:]+)[^]*?serial:([0-9A-F:]+)/.exec(text) ?? [];
    assert.deepEqual(of('Authority key identifier'), [
      keyid,
      'issued by directory:CN=root,O=Example',
      `serial number ${serial}`,
    ]);
    assert.deepEqual(of('Alternative names of the issuer'), ['email:ca@example.com', 'uri:http://ca.example']);
    assert.deepEqual(of('Revocation lists'), [
      'http://crl.example/a.crl, for key compromise, CA compromise, issued by directory:CN=CRL Issuer',
      'relative name 2.5.4.3=relative',
    ]);
    assert.deepEqual(of('Newest revocation lists'), ['http://crl.example/delta.crl']);
    assert.deepEqual(of('Certificate policies'), [
      '1.2.3.4',
      '1.3.5.8, http://cps.example, notice 1, 2 of "Example Org", notice "Read this"',
    ]);
    assert.deepEqual(of('Policy mappings'), ['1.2.3.4 is 1.2.3.5']);
    assert.deepEqual(of('Policy constraints'), [
      'an explicit policy after 3 certificates',
      'no policy mapping after 2 certificates',
    ]);
    assert.deepEqual(of('Inhibit any policy'), ['after 1 certificates']);
    assert.deepEqual(of('TLS features'), ['status_request (OCSP must staple)']);
    assert.deepEqual(of('Netscape comment'), ['A comment']);
    assert.deepEqual(of('Netscape certificate type'), ['SSL client, SSL CA']);
    assert.deepEqual(of('Subject information access'), ['certificate repository: uri:http://repository.example']);
    // Each of these words is openssl's own.
    for (const word of ['Key Compromise', 'CRL Issuer', 'Example Org', 'Read this', 'status_request', 'SSL Client']) {
      assert.ok(text.includes(word), word);
    }
  });

  it('have their brainpool curves named, with their sizes', () => {
    const curves = openssl('ecparam', '-list_curves').match(/brainpoolP\d+[rt]1/g) ?? [];
    assert.equal(curves.length, 14);
    for (const curve of curves) {
      openssl('ecparam', '-name', curve, '-genkey', '-noout', '-out', 'bp.key');
      openssl('req', '-x509', '-new', '-key', 'bp.key', '-subj', '/CN=bp', '-days', '3', '-out', 'bp.pem');
      const { publicKey } = certificate('bp');
      assert.deepEqual([publicKey.curve, publicKey.size], [curve, Number(/\d+/.exec(curve)?.[0])]);
      assert.equal(publicKeyText(publicKey), `EC ${curve}`);
    }
  });

  const chains: readonly (readonly [
    name: string,
    problem: RegExp | undefined,
    verify: RegExp,
    make: () => string[],
  ])[] = [
    [
      'with nothing wrong',
      undefined,
      /leaf0\.pem: OK/,
      () => {
        issue('int0', 'basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=keyCertSign', 'root');
        issue('leaf0', 'basicConstraints=CA:false\nsubjectAltName=DNS:a.example', 'int0');
        return ['leaf0', 'int0', 'root'];
      },
    ],
    [
      'longer than an authority allows',
      /allows 0 intermediate authorities below itself, and there are 1/,
      /path length constraint exceeded/,
      () => {
        issue('int1', 'basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=keyCertSign', 'root');
        issue('int2', 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign', 'int1');
        issue('leaf1', 'basicConstraints=CA:false', 'int2');
        return ['leaf1', 'int2', 'int1', 'root'];
      },
    ],
    [
      'with a name that is not permitted',
      /"int3" may not issue for dns:b\.other \(name constraints\)/,
      /permitted subtree violation/,
      () => {
        const constraints = 'nameConstraints=critical,permitted;DNS:.example';
        issue('int3', `basicConstraints=critical,CA:true\nkeyUsage=keyCertSign\n${constraints}`, 'root');
        issue('leaf3', 'basicConstraints=CA:false\nsubjectAltName=DNS:b.other', 'int3');
        return ['leaf3', 'int3', 'root'];
      },
    ],
    [
      'with a subject that is excluded',
      /"int4" may not issue for directory:CN=leaf4,O=Example \(name constraints\)/,
      /excluded subtree violation/,
      () => {
        const constraints = 'nameConstraints=critical,excluded;dirName:excluded_dn\n[excluded_dn]\nO=Example';
        issue('int4', `basicConstraints=critical,CA:true\nkeyUsage=keyCertSign\n${constraints}`, 'root', '/CN=int4');
        issue('leaf4', 'basicConstraints=CA:false', 'int4');
        return ['leaf4', 'int4', 'root'];
      },
    ],
    [
      'with a mail address that is not permitted',
      /may not issue for email:a@other\.example/,
      /permitted subtree violation/,
      () => {
        const constraints = 'nameConstraints=critical,permitted;email:mail.example';
        issue('int6', `basicConstraints=critical,CA:true\nkeyUsage=keyCertSign\n${constraints}`, 'root');
        issue('leaf6', 'basicConstraints=CA:false\nsubjectAltName=email:a@other.example', 'int6');
        return ['leaf6', 'int6', 'root'];
      },
    ],
    [
      'with a critical extension that nobody knows',
      /critical extension that Java does not know \(1\.2\.3\.4\.5\)/,
      /unhandled critical extension/,
      () => {
        issue('int5', 'basicConstraints=critical,CA:true\nkeyUsage=keyCertSign', 'root');
        issue('leaf5', 'basicConstraints=CA:false\n1.2.3.4.5=critical,DER:0500', 'int5');
        return ['leaf5', 'int5', 'root'];
      },
    ],
    [
      'through one that is no authority',
      /issued a certificate and is no certification authority/,
      /invalid CA certificate/,
      () => {
        issue('int7', 'basicConstraints=CA:false', 'root');
        issue('leaf7', 'basicConstraints=CA:false', 'int7');
        return ['leaf7', 'int7', 'root'];
      },
    ],
  ];
  for (const [name, problem, verify, make] of chains) {
    it(`a chain ${name} is judged as openssl judges it`, () => {
      const members = make();
      const [leaf = ''] = members;
      writeFileSync(
        at('untrusted.pem'),
        members
          .slice(1, -1)
          .map((each) => readFileSync(at(`${each}.pem`), 'utf8'))
          .join(''),
      );
      const script = 'openssl verify -CAfile root.pem -untrusted untrusted.pem "$0" 2>&1 || true';
      const told = execFileSync('bash', ['-c', script, `${leaf}.pem`], { cwd: folder, encoding: 'utf8' });
      assert.match(told, verify);
      const chain = members.map(certificate);
      const state = chainState(chain);
      const texts = state?.problems.map((placed) => describePathProblem(placed.problem)) ?? [];
      assert.equal(state?.complete, problem === undefined, texts.join());
      assert.ok(problem ? texts.some((text) => problem.test(text)) : !texts.length, texts.join());
      // The root may as well be an entry of its own.
      const root = certificate('root');
      const without = chainState(chain.slice(0, -1), {
        entries: [{ kind: 'certificate', alias: 'r', certificate: root }],
      });
      assert.deepEqual(
        without?.problems.map(({ problem: each }) => each.code),
        state.problems.map(({ problem: each }) => each.code),
      );
    });
  }
});
