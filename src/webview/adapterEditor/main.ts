import { isToAdapterEditor, type FromAdapterEditor, type ToAdapterEditor } from '../../protocol/adapterEditor';
import { nothing } from '../../protocol/guards';
import { connect } from '../shared/connect';
import { EditorView } from './editorView';
import { isKeptState, type KeptState } from './kept';

let view: EditorView | undefined;

const connection = connect<ToAdapterEditor, FromAdapterEditor, KeptState>(isToAdapterEditor, (message) => {
  switch (message.type) {
    case 'strings':
      view ??= new EditorView(
        document.body,
        message.strings,
        {
          send: (sent) => connection.port.send(sent),
          write: async (draft) => {
            await connection.port.request({ type: 'setField', ...draft }, nothing);
          },
          act: async (message) => {
            await connection.port.request(message, nothing);
          },
          keep: (state) => connection.keep(state),
        },
        isKeptState(connection.kept) ? connection.kept : undefined,
      );
      return undefined;
    case 'state':
      view?.update(message.state);
      return undefined;
    case 'keyPairs':
      view?.updateKeyPairs(message.keyPairs, message.certificates, message.note);
      return undefined;
    case 'reveal':
      view?.reveal(message.channel, message.field);
      return undefined;
    case 'commitDrafts':
      return view?.commitDrafts();
  }
});
connection.port.send({ type: 'ready' });
