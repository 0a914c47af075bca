import { adapterLabel, stepLabel } from '../flow/adapters';
import type { Channel, Flow, FlowPart, PartField, Span, Step } from '../flow/model';
import { partFields, partsOf, type Part } from '../flow/partFields';

/** What the outline of a flow lists. */
export interface FlowSymbol {
  readonly kind: 'group' | 'process' | 'channel' | 'step' | 'event' | 'gateway' | 'value';
  readonly name: string;
  readonly detail: string;
  /** The whole element. */
  readonly span: Span;
  /** What is selected when it is chosen; inside `span`. */
  readonly selection: Span;
  readonly children: readonly FlowSymbol[];
}

/** Channels, then processes with their steps, in file order; below channels and steps that use keys the values that speak of them. */
export function symbolsOf(flow: Flow): FlowSymbol[] {
  const fields = new Map(partsOf(flow).map((part) => [part.part as FlowPart, valuesOf(part)]));
  const channels = flow.channels.map((channel) => channelSymbol(flow, channel, fields.get(channel) ?? []));
  const nested = nest(flow.steps.map((step) => ({ step, symbol: stepSymbol(flow, step, fields.get(step) ?? []) })));
  return [...channels, ...nested].sort((a, b) => a.span.offset - b.span.offset);
}

function channelSymbol(flow: Flow, channel: Channel, children: readonly FlowSymbol[]): FlowSymbol {
  const { id, name, direction, span } = channel;
  return {
    kind: 'channel',
    name: name || id,
    detail: `${direction} · ${adapterLabel(channel)}`,
    span,
    selection: startTag(flow, span),
    children,
  };
}

function stepSymbol(flow: Flow, step: Step, children: readonly FlowSymbol[]): FlowSymbol {
  const { id, name, element, span } = step;
  const kind = element.endsWith('Event')
    ? 'event'
    : element.endsWith('Gateway')
      ? 'gateway'
      : /^(process|subProcess)$/.test(element)
        ? 'process'
        : 'step';
  return { kind, name: name || id, detail: stepLabel(step), span, selection: startTag(flow, span), children };
}

/** What lies inside something else belongs to it: a step to its process. */
function nest(flat: readonly { readonly step: Step; readonly symbol: FlowSymbol }[]): FlowSymbol[] {
  const top: FlowSymbol[] = [];
  const open: { readonly end: number; readonly children: FlowSymbol[] }[] = [];
  for (const { step, symbol } of flat) {
    while (open.length && (open.at(-1)?.end ?? 0) <= step.span.offset) open.pop();
    const children = [...symbol.children];
    (open.at(-1)?.children ?? top).push({ ...symbol, children });
    open.push({ end: step.span.offset + step.span.length, children });
  }
  return top;
}

function valuesOf(part: Part): FlowSymbol[] {
  const shown = partFields(part).filter(
    (field): field is PartField & { property: NonNullable<PartField['property']> } =>
      field.property !== undefined && field.value !== '' && field.source !== 'unverified',
  );
  return shown.map(({ label, value, property }) => ({
    kind: 'value',
    name: label,
    detail: value,
    span: property.span,
    selection: property.valueSpan,
    children: [],
  }));
}

function startTag(flow: Flow, { offset, length }: Span): Span {
  const end = flow.text.indexOf('>', offset);
  return { offset, length: end < 0 ? length : Math.min(end + 1 - offset, length) };
}
