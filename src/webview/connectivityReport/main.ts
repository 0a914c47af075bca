import {
  isToConnectivityReport,
  type FromConnectivityReport,
  type ToConnectivityReport,
} from '../../protocol/connectivityReport';
import { flag, list, nothing, shape, text } from '../../protocol/guards';
import { connect } from '../shared/connect';
import { ConnectivityReportView, type KeptReport } from './reportView';

const isKept = shape<KeptReport>({ folds: list(shape<KeptReport['folds'][number]>({ id: text, open: flag })) });
let view: ConnectivityReportView | undefined;

const connection = connect<ToConnectivityReport, FromConnectivityReport, KeptReport>(
  isToConnectivityReport,
  (message) => {
    switch (message.type) {
      case 'strings':
        view ??= new ConnectivityReportView(
          document.body,
          message.strings,
          {
            send: (sent) => connection.port.send(sent),
            add: async (certificate) => {
              // The host says in a dialogue why it could not be; here the button is given back.
              await connection.port.request({ type: 'addToKeystore', certificate }, nothing).catch(() => undefined);
            },
            act: async (action) => {
              await connection.port.request({ type: 'act', action }, nothing).catch(() => undefined);
            },
            keep: (kept) => connection.keep(kept),
          },
          isKept(connection.kept) ? connection.kept : undefined,
        );
        return;
      case 'report':
        view?.update(message.report);
    }
  },
);
connection.port.send({ type: 'ready' });
