/** The few pictures of the webviews, drawn in a box of 16 x 16 units in the colour of their text. Each state has a shape of its own. */
export type IconName =
  | 'ok'
  | 'information'
  | 'warning'
  | 'error'
  | 'unknown'
  | 'skipped'
  | 'running'
  | 'missing'
  | 'chevron'
  | 'dropdown'
  | 'parameter';

interface Drawing {
  readonly outline?: readonly string[];
  readonly filled?: readonly string[];
}

const circle = 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z';

const drawings: Readonly<Record<IconName, Drawing>> = {
  ok: { outline: [circle, 'M5 8.2l2.1 2.1l4-4.4'] },
  information: { outline: [circle, 'M8 7.2v4'], filled: ['M8 4.2a.8.8 0 1 1 0 1.6a.8.8 0 1 1 0-1.6z'] },
  warning: {
    outline: ['M8 1.8l6.6 12H1.4z', 'M8 6.2v3.8'],
    filled: ['M8 11.1a.75.75 0 1 1 0 1.5a.75.75 0 1 1 0-1.5z'],
  },
  error: { outline: [circle, 'M5.6 5.6l4.8 4.8', 'M10.4 5.6l-4.8 4.8'] },
  unknown: {
    outline: [circle, 'M6.2 6.4a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.6-.8 1.2'],
    filled: ['M8 10.7a.75.75 0 1 1 0 1.5a.75.75 0 1 1 0-1.5z'],
  },
  skipped: { outline: [circle, 'M5 8h6'] },
  running: { outline: ['M8 1.5a6.5 6.5 0 1 1-6.5 6.5'] },
  missing: {
    outline: [
      'M3 1.5h-1.5v1.5',
      'M6.5 1.5h3',
      'M13 1.5h1.5v1.5',
      'M14.5 6.5v3',
      'M14.5 13v1.5h-1.5',
      'M9.5 14.5h-3',
      'M3 14.5h-1.5v-1.5',
      'M1.5 9.5v-3',
      'M8 4.5v7',
      'M4.5 8h7',
    ],
  },
  chevron: { outline: ['M6 3.5l4.5 4.5l-4.5 4.5'] },
  dropdown: { outline: ['M3.5 6l4.5 4.5l4.5-4.5'] },
  parameter: {
    outline: [
      'M6 2.5c-2 0-2 1-2 2.5s0 2.4-1.8 3c1.8.6 1.8 1.500 1.800 3s0 2.500 2 2.500',
      'M10 2.500c2 0 2 1 2 2.500s0 2.400 1.800 3c-1.800.6-1.800 1.500-1.800 3s0 2.500-2 2.500',
    ],
  },
};

const namespace = 'http://www.w3.org/2000/svg';

/** A picture beside a word: hidden from screen readers, which read the word. */
export function icon(name: IconName, className = ''): SVGSVGElement {
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon ${name} ${className}`.trim());
  svg.setAttribute('aria-hidden', 'true');
  const { outline = [], filled = [] } = drawings[name];
  for (const d of outline) svg.append(path(d, 'outline'));
  for (const d of filled) svg.append(path(d, 'filled'));
  return svg;
}

function path(d: string, className: string): SVGPathElement {
  const made = document.createElementNS(namespace, 'path');
  made.setAttribute('d', d);
  made.setAttribute('class', className);
  return made;
}
