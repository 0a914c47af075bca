/** Text of flows for tests, laid out as a tenant exports them. */
export interface ChannelText {
  readonly id?: string;
  readonly name?: string;
  readonly direction?: 'Sender' | 'Receiver';
  readonly adapter?: string;
  readonly messageProtocol?: string;
  readonly version?: string;
  readonly vendor?: string;
  /** Raw value elements by key, in order: text is put between tags, anything starting with `<value` is taken as it is. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** A step, laid out as `ChannelText`. */
export interface StepText {
  readonly id?: string;
  readonly name?: string;
  readonly activity: string;
  readonly version?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export function flowText(...channels: readonly ChannelText[]): string {
  return flowWithSteps(channels, []);
}

/** A flow with channels and with steps in one process. */
export function flowWithSteps(channels: readonly ChannelText[], steps: readonly StepText[]): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn2:definitions xmlns:bpmn2="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ifl="http:///com.sap.ifl.model/Ifl.xsd" id="Definitions_1">\n' +
    '    <bpmn2:collaboration id="Collaboration_1" name="Default Collaboration">\n' +
    channels.map(channelText).join('') +
    '    </bpmn2:collaboration>\n' +
    (steps.length ? processText(steps) : '') +
    '</bpmn2:definitions>'
  );
}

function processText(steps: readonly StepText[]): string {
  return (
    '    <bpmn2:process id="Process_1" name="Integration Process">\n' +
    '        <bpmn2:extensionElements>\n' +
    propertyText('transactionalHandling', 'Not Required') +
    '        </bpmn2:extensionElements>\n' +
    steps.map(stepText).join('') +
    '    </bpmn2:process>\n'
  );
}

function stepText({ id, name = 'Step', activity, version = '1.3.0', properties }: StepText, index: number): string {
  const all = {
    ...properties,
    activityType: activity,
    cmdVariantUri: `ctype::FlowstepVariant/cname::${activity}/version::${version}`,
  };
  return (
    `        <bpmn2:callActivity id="${id ?? `CallActivity_${index + 1}`}" name="${name}">\n` +
    '            <bpmn2:extensionElements>\n' +
    Object.entries(all)
      .map(([key, value]) => propertyText(key, value))
      .join('') +
    '            </bpmn2:extensionElements>\n' +
    '            <bpmn2:incoming>SequenceFlow_1</bpmn2:incoming>\n' +
    '        </bpmn2:callActivity>\n'
  );
}

function channelText(channel: ChannelText, index: number): string {
  const {
    id = `MessageFlow_${index + 1}`,
    name = 'To Partner',
    direction = 'Receiver',
    adapter = 'HTTP',
    messageProtocol = 'None',
    version = '1.17.1',
    vendor,
  } = channel;
  const cname = vendor ? `${adapter}/vendor::${vendor}` : `sap:${adapter}`;
  const all: Record<string, string> = {
    ComponentType: adapter,
    direction,
    MessageProtocol: messageProtocol,
    TransportProtocol: 'HTTP',
    ...(vendor ? { Vendor: vendor } : {}),
    ...channel.properties,
    cmdVariantUri: `ctype::AdapterVariant/cname::${cname}/tp::HTTP/mp::${messageProtocol}/direction::${direction}/version::${version}`,
  };
  return (
    `        <bpmn2:messageFlow id="${id}" name="${name}" sourceRef="ServiceTask_1" targetRef="Participant_1">\n` +
    '            <bpmn2:extensionElements>\n' +
    Object.entries(all)
      .map(([key, value]) => propertyText(key, value))
      .join('') +
    '            </bpmn2:extensionElements>\n' +
    '        </bpmn2:messageFlow>\n'
  );
}

function propertyText(key: string, value: string): string {
  const element = value.startsWith('<value') ? value : value === '' ? '<value/>' : `<value>${value}</value>`;
  return (
    '                <ifl:property>\n' +
    `                    <key>${key}</key>\n` +
    `                    ${element}\n` +
    '                </ifl:property>\n'
  );
}

/** An HTTP receiver that authenticates with a client certificate. */
export function httpReceiver(
  more: Readonly<Record<string, string>> = {},
  channel: Omit<ChannelText, 'properties'> = {},
): ChannelText {
  return {
    ...channel,
    properties: {
      httpAddressWithoutQuery: 'https://partner.example/orders',
      httpAddressQuery: '',
      authenticationMethod: 'Client Certificate',
      privateKeyAlias: 'partner_a',
      credentialName: '',
      proxyType: 'default',
      ...more,
    },
  };
}
