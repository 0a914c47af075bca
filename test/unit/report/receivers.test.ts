import assert from 'node:assert/strict';
import { hostOf, receiverRows, receiversReport } from '../../../src/core/report/receivers';
import { readFlow } from '../../../src/core/flow/read';
import { readParameters } from '../../../src/core/flow/parameters';
import { flowText, httpReceiver } from '../flow/flowText';

describe('lists of receivers', () => {
  const flow = readFlow(
    flowText(
      httpReceiver({ httpAddressWithoutQuery: 'https://{{Host}}/a|b', privateKeyAlias: '{{Alias}}' }, { name: 'To A' }),
      httpReceiver({ authenticationMethod: 'Basic', credentialName: '=USER' }, { name: '[B](http://c.example)' }),
      { name: 'Caller', direction: 'Sender', adapter: 'HTTPS' },
      { name: 'Odd', adapter: 'Unheard', vendor: 'Of', properties: { url: 'x' } },
    ),
    'Orders',
  );
  const parameters = readParameters('Host=A.example\\:8443\nAlias=partner_a\n');
  const parametersFile = { file: 'parameters.prop', parameters, encoding: 'utf-8' as const };
  const rows = receiverRows([{ file: 'p.zip!/Orders.iflw', flow, parametersFile, archived: true }]);

  it('have what a person asks of a receiver, parameters put in, and no sender', () => {
    assert.deepEqual(
      rows.map(({ name, adapter, host, authentication, alias, credential, proxyType, archived }) => [
        ...[name, adapter, host, authentication],
        ...[alias, credential, proxyType, archived],
      ]),
      [
        ['To A', 'HTTP', 'a.example', 'Client Certificate', 'partner_a', '', 'Internet', true],
        ['[B](http://c.example)', 'HTTP', 'partner.example', 'Basic', '', '=USER', 'Internet', true],
        ['Odd', 'Unheard', '', '', '', '', '', true],
      ],
    );
  });

  it('are Markdown in which nothing foreign is markup', () => {
    const text = receiversReport(rows, 'md');
    assert.match(text, /^3 receivers in 1 flow$/m);
    assert.match(text, /\| Orders \| To A \| HTTP 1\.17\.1 \| https\\:\/\/A\.example:8443\/a\\\|b \|/);
    assert.ok(text.includes('\\[B\\]\\(http\\://c.example\\)'));
    for (const line of text.split('\n').filter((each) => each.startsWith('|'))) {
      assert.equal(line.replace(/\\\|/g, '').split('|').length, 9, line);
    }
  });

  it('are CSV that no spreadsheet runs, and JSON, with how they stand where that is known', () => {
    const standing = (): { state: string; lastTest: string; problems: string[] } => ({
      state: 'ok',
      lastTest: '',
      problems: ['One.', 'Two, "three".'],
    });
    const lines = receiversReport(rows, 'csv', standing).split('\r\n');
    assert.equal(lines.length, 5);
    assert.match(lines[0] ?? '', /^flow,channel,name,.*,file,state,lastTest,problems$/);
    assert.match(lines[2] ?? '', /,'=USER,Internet,p\.zip!\/Orders\.iflw,ok,,"One\. Two, ""three""\."$/);
    const { receivers } = JSON.parse(receiversReport(rows, 'json', standing)) as { receivers: { state: string }[] };
    assert.deepEqual(
      receivers.map(({ state }) => state),
      ['ok', 'ok', 'ok'],
    );
    assert.deepEqual(Object.keys(receivers[0] ?? {}).slice(-3), ['state', 'lastTest', 'problems']);
  });

  it('know the host of an address, with a scheme or without, but none that is set at run time', () => {
    const hosts: [string, string][] = [
      ['https://A.example:443/x?y', 'a.example'],
      ['sftp.example:22', 'sftp.example'],
      ['mailto.example', 'mailto.example'],
      ['https://user@b.example/', 'b.example'],
      ['https://[::1]:8443/x', '[::1]'],
      ['https://${header.host}/v1', ''],
      ['https://{{Host}}/v1', ''],
      ['/relative', ''],
      ['', ''],
    ];
    for (const [address, host] of hosts) assert.equal(hostOf(address), host, address);
  });
});
