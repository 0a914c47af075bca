import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { FlowKeystoreError } from '../../../src/core/errors';
import { definitionOf, emptyDefinitions, readDefinitions } from '../../../src/core/flow/definitions';
import { applyEdits } from '../../../src/core/flow/edit';
import {
  externalize,
  internalize,
  renameParameter,
  structuralKeys,
  type ParameterProject,
  type ProjectEdits,
  type Target,
} from '../../../src/core/flow/externalize';
import type { FlowPart } from '../../../src/core/flow/model';
import { nodeFiles } from '../../../src/core/flow/nodeFiles';
import { parameterOf, readParameters, resolveValue } from '../../../src/core/flow/parameters';
import { partFields, partsOf } from '../../../src/core/flow/partFields';
import { loadFlows } from '../../../src/core/flow/project';
import { readFlow } from '../../../src/core/flow/read';
import { Random } from '../../fuzz/random';
import { flowWithSteps, httpReceiver, type ChannelText } from './flowText';
import { lineOf, randomFlow } from './randomFlow';
import { corpus, itWithCorpus } from '../../support/corpus';

interface Files {
  readonly flow: string;
  readonly parameters?: string | undefined;
  readonly definitions?: string | undefined;
}

const file = 'Orders.iflw';

function projectOf({ flow, parameters, definitions }: Files): ParameterProject {
  return {
    flows: [{ file, flow: readFlow(flow, 'Orders') }],
    ...(parameters === undefined ? {} : { parameters: readParameters(parameters) }),
    ...(definitions === undefined ? {} : { definitions: readDefinitions(definitions) }),
  };
}

function applied({ flow, parameters, definitions }: Files, edits: ProjectEdits): Record<keyof Files, string> {
  return {
    flow: applyEdits(flow, edits.flows.find((each) => each.file === file)?.edits ?? []),
    parameters: applyEdits(parameters ?? '', edits.parameters),
    definitions: applyEdits(definitions ?? '', edits.definitions),
  };
}

function targetOf(project: ParameterProject, id: string, key: string): Target {
  const [{ flow } = { flow: readFlow('') }] = project.flows;
  const part: FlowPart | undefined = [...flow.channels, ...flow.steps].find((each) => each.id === id);
  assert.ok(part, id);
  return { file, part, key };
}

const receiver = (more: Readonly<Record<string, string>> = {}, channel: Omit<ChannelText, 'properties'> = {}): string =>
  flowWithSteps([httpReceiver({ system: 'Partner', ...more }, { id: 'A', ...channel })], []);

const definitionsText =
  '<?xml version="1.0" encoding="UTF-8" standalone="no"?><parameters><parameter>\n    <key/>\n    <name>Host</name>\n    <type>xsd:string</type>\n' +
  '    <isRequired>false</isRequired>\n    <constraint/>\n    <description>Of the partner</description>\n    <additionalMetadata/>\n  </parameter>' +
  '<param_references><reference attribute_category="Partner" attribute_id="ctype::AdapterVariant/cname::HTTP/tp::HTTP/mp::None/direction::Receiver/version::1.17.1/attrId::httpAddressWithoutQuery" attribute_uilabel="Address" param_key="Host"/></param_references></parameters>';

describe('externalizing a value', () => {
  it('writes the flow, parameters.prop and parameters.propdef as SAP does', () => {
    const files = { flow: receiver(), parameters: '#\nHost=x\n', definitions: definitionsText };
    const project = projectOf(files);
    const edits = externalize(project, targetOf(project, 'A', 'privateKeyAlias'), 'Key alias');
    const after = applied(files, edits);
    assert.equal(after.flow, files.flow.replace('<value>partner_a</value>', '<value>{{Key alias}}</value>'));
    assert.equal(after.parameters, '#\nHost=x\nKey\\ alias=partner_a\n');
    assert.equal(
      after.definitions,
      definitionsText
        .replace(
          '</parameter><param_references>',
          '</parameter><parameter>\n    <key/>\n    <name>Key alias</name>\n    <type>xsd:string</type>\n    <isRequired>false</isRequired>\n' +
            '    <constraint/>\n    <description/>\n    <additionalMetadata/>\n  </parameter><param_references>',
        )
        .replace(
          '</param_references>',
          '<reference attribute_category="Partner.Receiver.Auth" attribute_id="ctype::AdapterVariant/cname::HTTP/tp::HTTP/mp::None/direction::Receiver/version::1.17.1/attrId::privateKeyAlias" attribute_uilabel="Private Key Alias" param_key="Key alias"/></param_references>',
        ),
    );
    const back = projectOf(after);
    const undone = internalize(back, targetOf(back, 'A', 'privateKeyAlias'));
    assert.deepEqual(undone.removed, ['Key alias']);
    assert.deepEqual(applied(after, undone), files);
  });

  it('makes the files that are not there', () => {
    const files = { flow: receiver({ privateKeyAlias: '' }) };
    const project = projectOf(files);
    const after = applied(files, externalize(project, targetOf(project, 'A', 'privateKeyAlias'), 'Alias'));
    assert.equal(after.parameters, 'Alias=\n');
    const definitions = readDefinitions(after.definitions);
    assert.equal(definitions.problem, undefined);
    assert.deepEqual(
      definitions.parameters.map(({ name, type }) => [name, type]),
      [['Alias', 'xsd:string']],
    );
    assert.equal(definitions.references.length, 1);
    assert.match(after.definitions, /^<\?xml version="1.0" encoding="UTF-8" standalone="no"\?><parameters><parameter>/);
    const back = projectOf(after);
    const undone = applied(after, internalize(back, targetOf(back, 'A', 'privateKeyAlias')));
    assert.deepEqual(undone, {
      flow: files.flow,
      parameters: '',
      definitions: emptyDefinitions.replace('<param_references/>', '<param_references></param_references>'),
    });
  });

  it('takes a piece of a value', () => {
    const files = { flow: receiver(), parameters: '' };
    const project = projectOf(files);
    const target = targetOf(project, 'A', 'httpAddressWithoutQuery');
    const after = applied(files, externalize(project, target, 'Host', { piece: { offset: 8, length: 15 } }));
    assert.equal(after.flow, files.flow.replace('https://partner.example/', 'https://{{Host}}/'));
    assert.equal(after.parameters, 'Host=partner.example\n');
    const next = projectOf(after);
    const again = targetOf(next, 'A', 'httpAddressWithoutQuery');
    assert.throws(() => externalize(next, again, 'All'), { code: 'value-invalid' });
    const path = applied(after, externalize(next, again, 'Path', { piece: { offset: 17, length: 6 } }));
    assert.match(path.flow, /https:\/\/\{\{Host\}\}\/\{\{Path\}\}</);
    const both = projectOf(path);
    assert.equal(
      internalize(both, targetOf(both, 'A', 'httpAddressWithoutQuery')).value,
      'https://partner.example/orders',
    );
    assert.deepEqual(internalize(both, targetOf(both, 'A', 'httpAddressWithoutQuery'), 'Path').removed, ['Path']);
  });

  it('shares a parameter that has the value, and refuses one that has another', () => {
    const files = { flow: receiver(), parameters: 'Alias=partner_a\nOther=x\n', definitions: definitionsText };
    const project = projectOf(files);
    const target = targetOf(project, 'A', 'privateKeyAlias');
    assert.deepEqual(externalize(project, target, 'Alias').parameters, []);
    assert.throws(
      () => externalize(project, target, 'Other'),
      (error: FlowKeystoreError) => {
        assert.match(error.message, /"Other" already, and its value is another one: "x"/);
        return true;
      },
    );
    const taken = externalize(project, target, 'Other', { takeValue: true });
    assert.equal(taken.value, 'x');
    assert.deepEqual(taken.parameters, []);
  });

  for (const name of ['', ' a', 'a ', 'a{b', 'a:b', 'a=b', 'a"b', 'a\nb']) {
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      const project = projectOf({ flow: receiver() });
      assert.throws(() => externalize(project, targetOf(project, 'A', 'privateKeyAlias'), name), {
        code: 'value-invalid',
      });
    });
  }

  it('refuses a broken flow, a key that is not there, and a broken parameters.propdef', () => {
    const broken = projectOf({ flow: receiver().replace('</bpmn2:definitions>', '') });
    assert.throws(() => externalize(broken, targetOf(broken, 'A', 'privateKeyAlias'), 'n'), { code: 'flow-broken' });
    const project = projectOf({ flow: receiver(), definitions: '<parameters>' });
    const target = targetOf(project, 'A', 'privateKeyAlias');
    assert.throws(() => externalize(project, { ...target, key: 'none' }, 'n'), { code: 'property-unknown' });
    assert.throws(
      () => externalize(project, { ...target, key: 'ComponentType' }, 'n'),
      /says what the channel or step is/,
    );
    assert.throws(() => externalize(project, target, 'n'), { code: 'damaged' });
    for (const definitions of ['', '<other/>', 'text']) {
      const odd = projectOf({ flow: receiver(), definitions });
      assert.throws(() => externalize(odd, targetOf(odd, 'A', 'privateKeyAlias'), 'n'), { code: 'damaged' });
    }
  });

  it('takes the cell of a table, and gives it back', () => {
    const table =
      "&lt;row&gt;&lt;cell id='Public Key Alias'&gt;a&lt;/cell&gt;&lt;/row&gt;&lt;row&gt;&lt;cell id='Public Key Alias'&gt;b &amp;amp; c&lt;/cell&gt;&lt;/row&gt;";
    const files = {
      flow: flowWithSteps([], [{ id: 'E', activity: 'Encrypt', properties: { headers: table } }]),
      parameters: '',
    };
    const project = projectOf(files);
    const [part] = partsOf(project.flows[0]?.flow ?? readFlow(''));
    const cell = part && partFields(part).find(({ value }) => value === 'b & c')?.cell;
    assert.ok(cell);
    const after = applied(files, externalize(project, { ...targetOf(project, 'E', 'headers'), cell }, 'Cert'));
    assert.equal(after.flow, files.flow.replace('b &amp;amp; c', '{{Cert}}'));
    assert.equal(after.parameters, 'Cert=b & c\n');
    assert.equal(readDefinitions(after.definitions).references.length, 0);
  });
});

describe('internalizing a value', () => {
  const two = flowWithSteps(
    [
      httpReceiver({ system: 'Partner', privateKeyAlias: '{{Alias}}' }, { id: 'A' }),
      httpReceiver({ system: 'Other', privateKeyAlias: '{{Alias}}' }, { id: 'B' }),
    ],
    [],
  );

  it('keeps a parameter that something else uses, in the flow or elsewhere', () => {
    const files = { flow: two, parameters: 'Alias=x&y\n', definitions: definitionsText };
    const project = projectOf(files);
    const edits = internalize(project, targetOf(project, 'A', 'privateKeyAlias'));
    assert.deepEqual(edits.removed, []);
    assert.match(applied(files, edits).flow, /<value>x&amp;y<\/value>/);
    // The mapping that this reference speaks of is no flow.
    const elsewhere = projectOf({ ...files, flow: receiver({ privateKeyAlias: '{{Host}}' }), parameters: 'Host=h\n' });
    assert.deepEqual(internalize(elsewhere, targetOf(elsewhere, 'A', 'privateKeyAlias')).removed, []);
  });

  it('refuses what has no parameter, or one without a value', () => {
    const project = projectOf({ flow: receiver({ privateKeyAlias: '{{None}}' }), parameters: '' });
    assert.throws(() => internalize(project, targetOf(project, 'A', 'privateKeyAlias')), /"None" has no value/);
    assert.throws(() => internalize(project, targetOf(project, 'A', 'proxyType')), /has no parameter/);
  });
});

describe('renaming a parameter', () => {
  it('renames it wherever the project has it, escaped as it is there', () => {
    const table = "&lt;row&gt;&lt;cell id='Public Key Alias'&gt;{{A&amp;amp;B}}&lt;/cell&gt;&lt;/row&gt;";
    const files = {
      flow: flowWithSteps(
        [
          httpReceiver({
            privateKeyAlias: 'x{{A&amp;B}}',
            credentialName: '<value><![CDATA[{{A&B}}]]></value>',
            proxyType: '{{AB}}',
          }),
        ],
        [{ id: 'E', activity: 'Encrypt', properties: { headers: table } }],
      ),
      parameters: 'AB=1\nA&B=2\r\n A&B : 3\n',
      definitions: definitionsText.replaceAll('Host', 'A&amp;B'),
    };
    const after = applied(files, renameParameter(projectOf(files), 'A&B', 'C D'));
    assert.equal(
      after.flow,
      files.flow.replace('{{A&amp;B}}', '{{C D}}').replace('{{A&B}}', '{{C D}}').replace('{{A&amp;amp;B}}', '{{C D}}'),
    );
    assert.equal(after.parameters, 'AB=1\nC\\ D=2\r\n C\\ D : 3\n');
    assert.equal(after.definitions, definitionsText.replaceAll('Host', 'C D'));
    assert.throws(() => renameParameter(projectOf(files), 'A&B', 'AB'), /There is a parameter "AB" already/);
    assert.throws(() => renameParameter(projectOf(files), 'A&B', 'a=b'), /refuses these characters/);
  });
});

describe('externalizing and internalizing', function () {
  this.timeout(60_000);

  it('gives any value of random flows back byte for byte, and resolves to the same in between', () => {
    const random = new Random(20_261_126);
    let done = 0;
    for (let round = 0; round < 400; round++) {
      const name = `n${lineOf(random, 8).replace(/[,?/'"<>;:[\]!@#$%&*()=+{}\t]/g, '_')}x`;
      const parameters = readParameters(round % 2 ? '' : '#\r\nother = \\\r\n x\r\n');
      const files: Files = {
        flow: randomFlow(random),
        parameters: parameters.text,
        definitions: round % 3 ? definitionsText : emptyDefinitions,
      };
      const project = projectOf(files);
      const [{ flow } = { flow: readFlow('') }] = project.flows;
      const parts = [...flow.channels, ...flow.steps];
      if (!parts.length) continue;
      const part = random.pick(parts);
      const property = random.pick(part.properties);
      if (/\{\{|\}\}/.test(property.value) || structuralKeys.has(property.key)) continue;
      const target: Target = { file, part, key: property.key };
      const after = applied(files, externalize(project, target, name));
      const next = projectOf(after);
      assert.equal(next.definitions?.problem, undefined);
      const again = targetOf(next, part.id, property.key);
      const [{ flow: changed } = { flow: readFlow('') }] = next.flows;
      assert.deepEqual(changed.problems, []);
      const written = again.part.properties.find(({ key }) => key === property.key)?.value ?? '';
      assert.equal(written, `{{${name}}}`);
      assert.equal(resolveValue(written, next.parameters).text, property.value, JSON.stringify(property.value));
      const undone = internalize(next, again);
      assert.deepEqual(undone.removed, [name]);
      const back = applied(after, undone);
      assert.equal(back.parameters, files.parameters);
      const restored = projectOf(back).flows[0]?.flow;
      assert.deepEqual(
        restored &&
          [...restored.channels, ...restored.steps].flatMap(({ properties }) =>
            properties.map(({ key, value }) => [key, value]),
          ),
        parts.flatMap(({ properties }) => properties.map(({ key, value }) => [key, value])),
      );
      done++;
    }
    assert.ok(done > 150, `${done} values`);
  });

  it('takes a value of 1 MB', () => {
    const value = '\u{1F511}=&'.repeat(250_000);
    const files = { flow: receiver({ note: value.replaceAll('&', '&amp;') }) };
    const project = projectOf(files);
    const after = applied(files, externalize(project, targetOf(project, 'A', 'note'), 'n'));
    assert.ok(parameterOf(readParameters(after.parameters), 'n')?.value === value);
  });

  itWithCorpus('works in every exported project, and leaves its parameters.propdef whole', async () => {
    const { flows } = await loadFlows([corpus], nodeFiles);
    let count = 0;
    for (const source of flows) {
      const definitionsFile = source.parametersFile?.file.replace(/\.prop$/, '.propdef');
      if (source.archived || !definitionsFile || !existsSync(definitionsFile)) continue;
      const definitions = readDefinitions(readFileSync(definitionsFile, 'utf8'));
      assert.equal(definitions.problem, undefined, definitionsFile);
      const names = new Set(definitions.parameters.map(({ name }) => name));
      const project: ParameterProject = {
        flows: [source],
        parameters: source.parametersFile?.parameters,
        definitions,
      };
      for (const entry of source.parametersFile?.parameters.entries ?? []) {
        assert.ok(names.has(entry.name), entry.name);
      }
      const [part] = source.flow.channels;
      const property = part?.properties.find(
        ({ value, key }) => value !== '' && !value.includes('{{') && !structuralKeys.has(key),
      );
      if (!part || !property) continue;
      const edits = externalize(project, { file: source.file, part, key: property.key }, 'Flow Keystore test');
      const changed = readDefinitions(applyEdits(definitions.text, edits.definitions));
      assert.equal(changed.problem, undefined, definitionsFile);
      assert.equal(changed.parameters.length, definitions.parameters.length + 1);
      assert.ok(definitionOf(changed, 'Flow Keystore test'));
      assert.equal(changed.references.length, definitions.references.length + 1, definitionsFile);
      count++;
    }
    assert.ok(count > 50, `${count} projects`);
  });
});
