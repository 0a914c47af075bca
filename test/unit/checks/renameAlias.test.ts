import assert from 'node:assert/strict';
import { renameAlias } from '../../../src/core/checks/renameAlias';
import { applyEdits } from '../../../src/core/flow/edit';
import { fieldsOf } from '../../../src/core/flow/fields';
import { readParameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import { flowText, httpReceiver } from '../flow/flowText';

describe('an alias renamed in flows', () => {
  const text = flowText(
    httpReceiver({ privateKeyAlias: 'partner' }, { id: 'A' }),
    httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'B' }),
    httpReceiver({ privateKeyAlias: 'Partner', authenticationMethod: 'Basic' }, { id: 'C' }),
    httpReceiver({ privateKeyAlias: '{{Part}}ner' }, { id: 'D' }),
    httpReceiver({ privateKeyAlias: '${header.partner}' }, { id: 'E' }),
    httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'F' }),
    httpReceiver({ privateKeyAlias: 'partner_b', credentialName: 'partner' }, { id: 'G' }),
  );
  const properties = '# partner\nOther=partner\nAlias=partner\nPart=part\n';
  const source = () => ({
    file: 'x.iflw',
    flow: readFlow(text, 'x'),
    parametersFile: { file: 'parameters.prop', parameters: readParameters(properties) },
  });

  it('changes the values that are the alias, in the flow or in its parameter, and nothing else', () => {
    const { files, left } = renameAlias([source()], 'partner', 'neu & <alt>');
    assert.deepEqual(
      files.map(({ file, kind, uses }) => [file, kind, uses.map(({ part }) => part.id).join('')]),
      [
        ['x.iflw', 'flow', 'AC'],
        ['parameters.prop', 'parameters', 'BF'],
      ],
    );
    assert.deepEqual(
      left.map(({ part, why }) => [part.id, why]),
      [['D', 'composed']],
    );
    const textOf = (file: string): string =>
      files.filter((each) => each.file === file).map((each) => applyEdits(each.text, each.edits))[0] ?? '';
    const [inFlow, inParameters] = [textOf('x.iflw'), textOf('parameters.prop')];
    assert.equal(inParameters, properties.replace('Alias=partner', 'Alias=neu & <alt>'));
    assert.equal(
      inFlow,
      text
        .replace('<value>partner</value>', '<value>neu &amp; &lt;alt&gt;</value>')
        .replace('<value>Partner</value>', '<value>neu &amp; &lt;alt&gt;</value>'),
    );
    const after = readFlow(inFlow, 'x').channels.map((channel) => fieldsOf(channel).privateKeyAlias?.value);
    assert.deepEqual(after.slice(0, 4), ['neu & <alt>', '{{Alias}}', 'neu & <alt>', '{{Part}}ner']);
  });

  it('changes a parameter once that several flows of a project have in common', () => {
    const [first, second] = [source(), { ...source(), file: 'y.iflw' }];
    const { files } = renameAlias([first, second], 'PARTNER', 'new');
    const shared = files.find(({ kind }) => kind === 'parameters');
    assert.equal(shared?.edits.length, 1);
    assert.equal(shared.uses.length, 4);
  });

  it('lists a value that a broken flow has, with the reason', () => {
    const broken = { file: 'z.iflw', flow: readFlow(`${text}<`, 'z') };
    assert.ok(broken.flow.channels.length);
    const { files, left } = renameAlias([broken], 'partner', 'new');
    assert.deepEqual(files, []);
    assert.ok(left.every(({ why }) => typeof why === 'object' && why.code === 'flow-broken'));
    assert.equal(left.length, 2);
  });
});
