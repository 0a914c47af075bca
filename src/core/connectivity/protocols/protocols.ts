import { amqpService, amqpWebSocketService } from './amqp';
import type { ServiceAsk } from './ask';
import type { Dialogue } from './dialogue';
import { ftpService, ftpStartTls } from './ftp';
import { kafkaService } from './kafka';
import { imapService, imapStartTls } from './imap';
import { pop3Service, pop3StartTls } from './pop3';
import { smtpService, smtpStartTls } from './smtp';

export type ProtocolName = 'tls' | 'smtp' | 'imap' | 'pop3' | 'ftp' | 'ssh' | 'amqp' | 'amqp-ws' | 'kafka';

/**
 * How a connection is protected. `tls`: from the first octet on; `starttls`: once both have agreed on it in the clear; `starttls-optional`: the
 * same, and without where the server has none; `off`: not at all; `ssh`: by SSH itself.
 */
export type Protection = 'tls' | 'starttls' | 'starttls-optional' | 'off' | 'ssh';

export interface Protocol {
  /** As SAP's connectivity tests call it. */
  readonly label: string;
  /** The ports that go with each, as in SAP's forms; the first is what is meant when nothing is said. */
  readonly ports: Readonly<Partial<Record<Protection, number>>>;
  /** What is said until TLS may begin. */
  readonly startTls?: () => Dialogue;
  /**
   * What is said once the connection stands. Absent for TLS alone: there a request for a page shows whether the server keeps to the handshake.
   * @param greets whether the server has the first word still
   */
  readonly service?: (place: ServicePlace) => Dialogue;
}

export interface ServicePlace {
  readonly greets: boolean;
  readonly host: string;
  readonly path: string;
  /** What is wanted beyond the greeting; held against what there is by `requireAskable` before. */
  readonly ask?: ServiceAsk;
}

/** SAP Help, "Connectivity Tests": the defaults of each form. */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  tls: { label: 'TLS', ports: { tls: 443 } },
  smtp: {
    label: 'SMTP',
    ports: { starttls: 587, 'starttls-optional': 587, tls: 465, off: 587 },
    startTls: smtpStartTls,
    service: ({ greets, ask }) => smtpService(greets, ask),
  },
  imap: {
    label: 'IMAP',
    ports: { tls: 993, starttls: 143, 'starttls-optional': 143, off: 143 },
    startTls: imapStartTls,
    service: ({ greets, ask }) => imapService(greets, ask),
  },
  pop3: {
    label: 'POP3',
    ports: { tls: 995, starttls: 110, 'starttls-optional': 110, off: 110 },
    startTls: pop3StartTls,
    service: ({ greets, ask }) => pop3Service(greets, ask),
  },
  ftp: {
    label: 'FTP',
    ports: { starttls: 21, tls: 990, off: 21 },
    startTls: ftpStartTls,
    service: ({ greets, ask }) => ftpService(greets, ask),
  },
  ssh: { label: 'SSH', ports: { ssh: 22 } },
  amqp: { label: 'AMQP', ports: { tls: 5671, off: 5672 }, service: amqpService },
  'amqp-ws': {
    label: 'AMQP over WebSocket',
    ports: { tls: 443, off: 80 },
    service: ({ host, path }) => amqpWebSocketService(host, path),
  },
  kafka: { label: 'Kafka', ports: { tls: 9093, off: 9092 }, service: ({ ask }) => kafkaService(ask) },
};

/** The protection that is meant when nothing is said. */
export const defaultProtection = (protocol: ProtocolName): Protection =>
  (Object.keys(protocols[protocol].ports)[0] as Protection | undefined) ?? 'tls';
