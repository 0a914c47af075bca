import assert from 'node:assert/strict';
import { whereUsed } from '../../../src/core/checks/whereUsed';
import { readParameters } from '../../../src/core/flow/parameters';
import { readFlow } from '../../../src/core/flow/read';
import { flowText, httpReceiver } from '../flow/flowText';

describe('where an alias is used', () => {
  it('lists channels by alias, parameters put in, left-over ones marked', () => {
    const text = flowText(
      httpReceiver({ privateKeyAlias: 'a' }, { id: 'A' }),
      httpReceiver({ privateKeyAlias: '{{Alias}}' }, { id: 'B' }),
      httpReceiver({ privateKeyAlias: 'a', authenticationMethod: 'Basic' }, { id: 'C' }),
      httpReceiver({ privateKeyAlias: '${header.x}' }, { id: 'D' }),
      httpReceiver({ privateKeyAlias: '{{None}}' }, { id: 'E' }),
      httpReceiver({ privateKeyAlias: '' }, { id: 'F' }),
      httpReceiver({ privateKeyAlias: 'b', authenticationMethod: '${header.x}' }, { id: 'G' }),
    );
    const parametersFile = { file: 'parameters.prop', parameters: readParameters('Alias=a') };
    const uses = whereUsed([{ file: 'x.iflw', flow: readFlow(text, 'x'), parametersFile }]);
    assert.deepEqual(
      [...uses].map(([alias, all]) => [alias, all.map(({ part, used }) => `${part.id} ${used}`)]),
      [
        ['a', ['A yes', 'B yes', 'C no']],
        ['b', ['G unknown']],
      ],
    );
    const place = uses.get('a')?.[1]?.place;
    assert.ok(place);
    assert.equal(text.slice(place.span.offset, place.span.offset + place.span.length), '{{Alias}}');
  });
});
