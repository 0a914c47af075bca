import assert from 'node:assert/strict';
import https from 'node:https';
import {
  acceptedIn,
  makePracticeKeystore,
  practiceAliases,
  practiceAuthoritiesOf,
} from '../../../src/core/connectivity/practice/identities';
import {
  practiceFaults,
  startPracticeReceiver,
  type PracticeFault,
  type PracticeReceiver,
} from '../../../src/core/connectivity/practice/receiver';
import { clientOf } from '../../../src/core/connectivity/client';
import type { ConnectivityReport, VerdictCode } from '../../../src/core/connectivity/report';
import { targetOfAddress } from '../../../src/core/connectivity/target';
import { testConnectivity } from '../../../src/core/connectivity/test';
import { download } from '../../../src/core/connectivity/download';
import { withMissingIssuer } from '../../../src/core/connectivity/missingIssuer';
import { trustAnchors } from '../../../src/core/keystore/anchors';
import { addCertificates, removeEntries } from '../../../src/core/keystore/edit';
import type { Keystore } from '../../../src/core/keystore/model';
import { readKeystore, writeKeystore } from '../../../src/core/keystore/store';
import { makeCa } from '../../support/testCertificates';

const password = 'Practice-1';

describe('the practice receiver', () => {
  let keystore: Keystore;
  const running: PracticeReceiver[] = [];

  before(async () => {
    // As it is read back from its file: the receiver is the same at its next start.
    const made = await makePracticeKeystore(password, new Date());
    keystore = await readKeystore(await writeKeystore(made, password), password);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ stop }) => stop()));
  });

  const start = async (
    faults: readonly PracticeFault[],
    onClient?: (line: string) => void,
  ): Promise<PracticeReceiver> => {
    const authorities = await practiceAuthoritiesOf(keystore, password);
    const accepts = acceptedIn(keystore);
    const receiver = await startPracticeReceiver({
      ...{ ...authorities, faults, port: 0, accepts },
      ...(onClient && { onClient }),
    });
    running.push(receiver);
    return receiver;
  };

  const test = ({ url }: PracticeReceiver, alias?: string, trusting = keystore): Promise<ConnectivityReport> => {
    const client = alias === undefined ? undefined : clientOf(trusting, alias, () => password);
    return testConnectivity({
      ...{ target: targetOfAddress(url), anchors: trustAnchors(trusting), candidates: [], timeoutMs: 10_000 },
      ...{ from: 'here', signal: new AbortController().signal },
      ...(client && { client }),
    });
  };

  it('accepts its partner, and refuses a client without a certificate', async () => {
    const lines: string[] = [];
    const receiver = await start([], (line) => lines.push(line));
    assert.equal((await test(receiver, practiceAliases.partner)).verdict, 'ok');
    assert.equal((await test(receiver)).verdict, 'client-certificate-required');
    assert.ok(lines.includes('refused a client without a certificate'), lines.join('\n'));
  });

  const verdicts: Record<PracticeFault, VerdictCode> = {
    otherClients: 'client-certificate-rejected',
    optionalClient: 'ok-client-certificate-optional',
    expired: 'server-expired',
    otherName: 'server-name-mismatch',
    noIntermediate: 'server-chain-incomplete',
    tls12: 'ok',
  };
  for (const fault of practiceFaults) {
    it(`${fault}: ${verdicts[fault]}`, async () => {
      const receiver = await start([fault]);
      // A key pair's own certificate is an anchor: the authority in between is not to be one.
      const report = await test(
        receiver,
        practiceAliases.partner,
        removeEntries(keystore, [practiceAliases.issuing]).keystore,
      );
      assert.equal(report.verdict, verdicts[fault]);
      if (fault === 'tls12') assert.equal(report.tls?.version, 'TLSv1.2');
      if (fault === 'optionalClient') assert.equal((await test(receiver)).verdict, 'ok');
      if (fault === 'noIntermediate') {
        // It is where the certificate says.
        const { server } = await withMissingIssuer(report, download);
        assert.equal(server?.fetched?.[0]?.subject.short, 'Practice Receiver Issuing CA');
      }
    });
  }

  it('accepts whom its administrator imports, from that moment: a root, or one certificate', async () => {
    const otherCa = await makeCa('Other CA');
    const partner = await otherCa.issue('other partner', { extendedKeyUsage: ['clientAuth'] });
    const call = (url: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        https
          .get(
            `${url}/orders`,
            { key: partner.privateKeyPem, cert: partner.chainPem, rejectUnauthorized: false, agent: false },
            (response) => {
              response.resume();
              resolve(response.statusCode);
            },
          )
          .on('error', reject);
      });
    const receiver = await start([]);
    await assert.rejects(call(receiver.url));
    receiver.accept([otherCa.certificate]);
    assert.equal(await call(receiver.url), 200);
    receiver.accept([]);
    await assert.rejects(call(receiver.url));
    const imported = addCertificates(keystore, [{ alias: 'partner', certificate: partner.certificate }]).keystore;
    receiver.accept(acceptedIn(imported));
    assert.equal(await call(receiver.url), 200);
    const optional = await start(['optionalClient']);
    assert.equal(await call(optional.url), 403);
  });

  it('listens on the loopback addresses alone, and says when its port is taken', async () => {
    const receiver = await start([]);
    const authorities = await practiceAuthoritiesOf(keystore, password);
    await assert.rejects(startPracticeReceiver({ ...authorities, port: receiver.port }), { code: 'EADDRINUSE' });
  });
});
