import * as vscode from 'vscode';
import { protocols, type ProtocolName, type Protection } from '../../core/connectivity/protocols/protocols';
import { parseTarget, targetOfAddress, type Target, type Way } from '../../core/connectivity/target';
import { describeError } from '../../core/errors';
import { askChoice, askText, separator, type Choice, type Separator } from '../input/quickInput';
import type { Host } from '../services/host';
import { findReceivers, type Receiver } from '../services/receivers';
import { keptTests, type KeptTest } from '../services/keptTests';
import { GaveUp } from './choosing';
import { keptText } from './keepTest';
import { askTestOptions, type TestOptions } from './testOptions';

const { t } = vscode.l10n;

/** Any address will do where the person gave a whole one: the host is taken out of it. @throws FlowKeystoreError `address-invalid` */
export function targetOf(text: string, way: Way = {}): Target {
  const isAddress = /^https:\/\//i.test(text.trim()) && (way.protocol ?? 'tls') === 'tls';
  return isAddress ? targetOfAddress(text) : parseTarget(text, undefined, way);
}

/** What a person wants to test: a receiver of the workspace, or a host. @throws GaveUp */
export async function askTarget(host: Host, title: string): Promise<TestOptions | Receiver | KeptTest> {
  const receivers = await findReceivers();
  const kept = await keptTests();
  const items: (Choice<Receiver | KeptTest | 'host' | 'protocol'> | Separator)[] = [
    { label: t('Enter a host...'), description: 'HTTPS', iconPath: new vscode.ThemeIcon('edit'), value: 'host' },
    {
      label: t('Test another kind of server...'),
      description: [...new Set(otherWays().map(({ protocol }) => protocols[protocol].label))].join(', '),
      iconPath: new vscode.ThemeIcon('server'),
      value: 'protocol',
    },
    ...(kept.length ? [separator(t('Kept tests'))] : []),
    ...kept.map((test) => ({
      label: test.profile.name,
      description: keptText(test),
      iconPath: new vscode.ThemeIcon('history'),
      value: test,
    })),
    ...(receivers.length ? [separator(t('Receivers in this workspace'))] : []),
    ...receivers.map((receiver) => ({
      label: receiver.name || receiver.adapter,
      description: [receiver.adapter, receiver.address].join(' \u00b7 '),
      detail: receiver.flowName,
      iconPath: new vscode.ThemeIcon('plug'),
      value: receiver,
    })),
  ];
  const asked = await askChoice({ title, placeholder: t('To which host?'), items });
  if (asked.kind !== 'answer') throw new GaveUp();
  if (asked.value === 'host') return { target: await askHost(host, title, {}) };
  if (asked.value === 'protocol') return askTestOptions(await askHost(host, title, await askWay(title)), title);
  return asked.value;
}

interface NamedWay {
  readonly protocol: ProtocolName;
  readonly protection: Protection;
  readonly port: number;
}

const otherWays = (): NamedWay[] =>
  (Object.keys(protocols) as ProtocolName[]).flatMap((protocol) =>
    Object.entries(protocols[protocol].ports).map(([protection, port]) => ({
      protocol,
      protection: protection as Protection,
      port,
    })),
  );

/** As SAP's forms name them. */
function wayText({ protocol, protection }: NamedWay): string {
  const { label } = protocols[protocol];
  const isFtp = protocol === 'ftp';
  switch (protection) {
    case 'ssh':
      return t('SSH (SFTP)');
    case 'tls':
      if (protocol === 'tls') return t('TLS, with a server name or time-out of its own');
      return isFtp ? t('Implicit FTPS') : protocols[protocol].startTls ? t('{0} over TLS ({1}S)', label, label) : label;
    case 'starttls':
      return isFtp ? t('Explicit FTPS') : t('{0} with STARTTLS', label);
    case 'starttls-optional':
      return t('{0} with STARTTLS where the server has it', label);
    case 'off':
      return t('{0} without encryption', label);
  }
}

async function askWay(title: string): Promise<Way> {
  const asked = await askChoice({
    title,
    placeholder: t('Which kind of server?'),
    items: otherWays().map((way) => ({ label: wayText(way), description: t('port {0}', way.port), value: way })),
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  const { protocol, protection } = asked.value;
  if (protocol !== 'amqp-ws') return { protocol, protection };
  const path = await askText({
    title,
    prompt: t('Path of the WebSocket, as the adapter has it; it may be empty'),
    placeholder: '/$servicebus/websocket',
  });
  if (path.kind !== 'answer') throw new GaveUp();
  return { protocol, protection, path: path.value.trim() };
}

async function askHost(host: Host, title: string, way: Way): Promise<Target> {
  const protocol = way.protocol ?? 'tls';
  const usual = protocols[protocol].ports[way.protection ?? 'tls'] ?? 443;
  const { lastTest } = host.memory;
  const asked = await askText({
    title,
    prompt: t('Host, with its port where it is not {0}', usual),
    placeholder: `${protocol === 'tls' ? 'api' : protocol}.partner.example:${usual}`,
    value: (lastTest.protocol ?? 'tls') === protocol ? (lastTest.host ?? '') : '',
    check: (value) => {
      if (value.trim() === '') return { severity: 'error', text: t('The host is missing.') };
      try {
        targetOf(value, way);
        return undefined;
      } catch (error) {
        return { severity: 'error', text: describeError(error) };
      }
    },
  });
  if (asked.kind !== 'answer') throw new GaveUp();
  return targetOf(asked.value, way);
}
