import { firstFew } from '../firstFew';
import type { ServiceEnd } from './serviceEnd';
import type { ServiceAsk } from './protocols/ask';
import type { Found, Part, ServiceFacts } from './protocols/dialogue';
import { protocols } from './protocols/protocols';
import { extentOf, type Step } from './report';
import { failed, skipped } from './steps';
import type { Target } from './target';

interface ServiceSituation {
  readonly target: Target;
  readonly service: ServiceEnd | undefined;
  readonly ask: ServiceAsk | undefined;
  /** Why the login was not tried. */
  readonly withheld: string | undefined;
  readonly timeoutMs: number;
}

const order: readonly Part[] = ['service', 'login', 'contents'];
const refusals = { service: 'service-refused', login: 'login-refused', contents: 'contents-refused' } as const;

/** What the protocol on top of the connection came to: greeting, login, and what was looked for. */
export function serviceSteps(situation: ServiceSituation): Step[] {
  const { service, ask, withheld } = situation;
  const extent = extentOf(undefined, ask);
  const wanted = order.filter((part) => part === 'service' || extent[part]);
  if (!service) return wanted.map((part) => skipped(part));
  const facts: ServiceFacts = service.facts ?? { offers: [] };
  const reached = service.kind === 'done' ? order.length : order.indexOf(service.part);
  return wanted.map((part) => {
    const at = order.indexOf(part);
    if (withheld !== undefined && part !== 'service') return skipped(part, withheld);
    if (at < reached) return okStep(part, facts, situation);
    return at === reached ? endStep(part, situation) : skipped(part);
  });
}

function okStep(
  step: Part,
  { greeting = '', offers, loggedIn, found = [] }: ServiceFacts,
  situation: ServiceSituation,
): Step {
  const { label } = protocols[situation.target.protocol];
  switch (step) {
    case 'service': {
      const says = greeting === '' ? `${label} is spoken` : `${label}: ${greeting.slice(0, 120)}`;
      return { step, status: 'ok', message: `${says}${offers.length ? `; it offers ${firstFew(offers, 12)}` : ''}.` };
    }
    case 'login':
      return { step, status: 'ok', message: loginText(situation.ask?.login?.user ?? '', loggedIn) };
    case 'contents':
      return { step, status: 'ok', message: found.map(foundText).join(' ') };
  }
}

export const loginText = (user: string, way: string | undefined): string =>
  `Logged in as "${user}"${way === undefined ? '' : ` (${way})`}.`;

export const foundText = ({ label, values, total = values.length }: Found): string =>
  values.length === 1 && total === 1
    ? `${label}: ${values[0] ?? ''}.`
    : `${label}: ${total}${values.length ? ` (${firstFew(values, 5)})` : ''}.`;

/** The part at which it ended. */
function endStep(part: Part, { service, target, timeoutMs }: ServiceSituation): Step {
  const { label } = protocols[target.protocol];
  const within = `within ${timeoutMs / 1000} seconds`;
  switch (service?.kind) {
    case 'refused':
      return failed(part, refusals[part], service.message);
    case 'silent':
      return failed(
        part,
        'timeout',
        part === 'service'
          ? `The server did not answer as ${label} ${within}.`
          : `The server did not answer ${part === 'login' ? 'the login' : 'what was asked for'} ${within}.`,
      );
    case 'closed':
      return failed(
        part,
        part === 'login' ? 'login-refused' : 'connection-closed',
        part === 'service' ? `The server hung up before it had answered as ${label}.` : 'The server hung up.',
      );
    default:
      return skipped(part);
  }
}
