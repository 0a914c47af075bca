import assert from 'node:assert/strict';
import { parseTarget, targetOfAddress, targetText } from '../../../src/core/connectivity/target';

describe('target of a connectivity test', () => {
  const refused = (act: () => unknown, message: RegExp, next?: RegExp): void => {
    assert.throws(act, (error: Error & { code?: string; next?: string }) => {
      assert.equal(error.code, 'address-invalid');
      assert.match(error.message, message);
      if (next) assert.match(error.next ?? '', next);
      return true;
    });
  };

  it('reads host and port as people type them', () => {
    const read = (text: string): string => targetText(parseTarget(text));
    assert.equal(read(' api.partner.example '), 'api.partner.example:443');
    assert.equal(read('api.partner.example:8443'), 'api.partner.example:8443');
    assert.equal(read('192.0.2.1:443'), '192.0.2.1:443');
    assert.equal(read('::1'), '[::1]:443');
    assert.equal(read('[2001:db8::1]:8443'), '[2001:db8::1]:8443');
    assert.equal(read('b\u00fccher.example.'), 'xn--bcher-kva.example:443');
    assert.equal(parseTarget('192.0.2.1', 'api.partner.example').serverName, 'api.partner.example');
  });

  it('refuses what is more or less than a host, and says what to type', () => {
    refused(
      () => parseTarget('https://api.partner.example:8443/orders'),
      /whole address/,
      /Use api\.partner\.example:8443\./,
    );
    refused(() => parseTarget('http://api.partner.example'), /without http:\/\//, /Use api\.partner\.example:80\./);
    refused(() => parseTarget('api.partner.example/orders'), /has a path/, /Use api\.partner\.example\./);
    refused(() => parseTarget(''), /missing/);
    refused(() => parseTarget('api.partner.example:0'), /no port/);
    refused(() => parseTarget('api.partner.example:70000'), /no port/);
    refused(() => parseTarget('::1:443:x'), /several colons/, /brackets/);
    refused(() => parseTarget('a host'), /no host name/);
    refused(() => parseTarget('1.2.3.4.5'), /no host name/);
    refused(() => parseTarget(`${'a'.repeat(64)}.example`), /no host name/);
  });

  it('takes the target out of the address of an adapter', () => {
    const read = (address: string): string => targetText(targetOfAddress(address));
    assert.equal(read('https://api.partner.example/orders?x=1#y'), 'api.partner.example:443');
    assert.equal(read('https://user:secret@api.partner.example:8443'), 'api.partner.example:8443');
    assert.equal(read('api.partner.example:8443/orders'.split('/')[0]!), 'api.partner.example:8443');
    // What is not known of the path does not matter to the connection.
    assert.equal(read('https://api.partner.example/{{Path}}/${header.id}'), 'api.partner.example:443');
  });

  it('refuses addresses that lead nowhere yet, and no TLS', () => {
    refused(() => targetOfAddress('https://{{Host}}/orders'), /depends on the parameter \{\{Host\}\}/);
    refused(() => targetOfAddress('https://${header.host}/orders'), /at run time/);
    refused(() => targetOfAddress('http://api.partner.example'), /plain HTTP/);
    refused(() => targetOfAddress('sftp://api.partner.example'), /sftp:\/\//);
    refused(() => targetOfAddress(' '), /no address/);
  });

  it('shows nobody the password of an address', () => {
    refused(() => parseTarget('https://user:secret@api.partner.example'), /^(?!.*secret)/);
  });
});
