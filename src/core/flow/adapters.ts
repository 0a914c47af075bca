import type {
  AdapterDescription,
  Authentication,
  FieldDescription,
  ProxyType,
  StepDescription,
} from './adapterDescription';
import { adapters, steps } from './adapterTable';
import type { Channel, FlowPart, Property, Step } from './model';
import { clientCertificate } from './tableWords';

/** The description of a channel's adapter, by component type, vendor, message protocol and direction; undefined where it is not known. */
export function describeAdapter(channel: Channel): AdapterDescription | undefined {
  return adapters.find(
    (row) =>
      row.adapter === channel.adapter &&
      row.direction === channel.direction &&
      (row.messageProtocol === undefined || row.messageProtocol === channel.messageProtocol) &&
      (row.vendor === undefined ? isSap(channel.vendor) : row.vendor === '*' || row.vendor === channel.vendor),
  );
}

/** The description of a step that uses keys, by its activity; undefined for the others. */
export const describeStep = (step: Step): StepDescription | undefined =>
  step.activity === '' ? undefined : steps.find(({ activity }) => activity === step.activity);

/** The property that counts for a key. */
export const isChannel = (part: FlowPart): part is Channel => 'adapter' in part;

export function propertyOf(part: FlowPart, key: string): Property | undefined {
  return part.properties.findLast((property) => property.key === key);
}

/** The key that a part has for a field: of several spellings the first that is there. */
export function keyIn(part: FlowPart, { key, or }: FieldDescription): string {
  return [key, ...(or ?? [])].find((each) => propertyOf(part, each)) ?? key;
}

const isSap = (vendor: string | undefined): boolean => !vendor || vendor.toLowerCase() === 'sap';

/** Name of a step for people: the table's, else as the flow writes it. */
export const stepLabel = (step: Step): string => describeStep(step)?.label ?? (step.activity || step.element);

/** Name of a channel's adapter for people: the table's, else as the flow writes it. */
export function adapterLabel(channel: Channel): string {
  return describeAdapter(channel)?.label ?? (channel.adapter || 'Unknown adapter');
}

/**
 * What an authentication value means. A value that is not in the table but speaks of a certificate (`Certificate-Based Authentication`) is taken
 * for a client certificate, since adapters spell it in many ways; anything else unknown is undefined.
 */
export function authenticationOf(row: AdapterDescription, value: string): Authentication | undefined {
  const known = row.authentication.find((method) => method.value === value);
  if (known) return known;
  return /certificate/i.test(value) ? { ...clientCertificate, value, label: value, proven: false } : undefined;
}

export function proxyTypeOf(row: AdapterDescription, value: string): ProxyType | undefined {
  return row.proxyTypes.find((type) => type.value === value);
}
