/** Building of DOM from data: text becomes text nodes, never markup. */

export type Child = Node | string | undefined | false;

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element; `class`, `aria-*` and the like as attributes. `false` and `undefined` leave an attribute out, `true` writes it empty. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  for (const child of children) if (child) made.append(child);
  return made;
}

export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? '' : String(value));
  }
}

/** A button that says what it does by its text, or by `label` where it shows an icon alone. */
export function button(
  content: string | Node,
  onClick: () => void,
  {
    kind = 'secondary',
    ...attributes
  }: Attributes & { readonly kind?: 'primary' | 'secondary' | 'link' | 'icon' } = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', class: `button ${kind}`, ...attributes }, content);
  made.addEventListener('click', onClick);
  return made;
}

/** Makes the children of a parent these, in this order; nodes that are there already are not moved, so that focus and caret stay. */
export function arrange(parent: Element, children: readonly (Element | undefined | false)[]): void {
  const wanted = children.filter((child): child is Element => child instanceof Element);
  for (const child of [...parent.childNodes]) if (!wanted.includes(child as Element)) child.remove();
  let at = parent.firstChild;
  for (const child of wanted) {
    if (child === at) at = at.nextSibling;
    else parent.insertBefore(child, at);
  }
}

/** Elements by a key, made once and kept while the key is in use. */
export class Kept<T extends { readonly root: Element }> {
  private readonly items = new Map<string, T>();

  get(key: string): T | undefined {
    return this.items.get(key);
  }

  obtain(key: string, make: () => T): T {
    const known = this.items.get(key);
    if (known) return known;
    const made = make();
    this.items.set(key, made);
    return made;
  }

  keep(keys: ReadonlySet<string>): void {
    for (const key of this.items.keys()) if (!keys.has(key)) this.items.delete(key);
  }

  values(): IterableIterator<T> {
    return this.items.values();
  }
}

/** A place that a screen reader speaks when its text changes. */
export class Announcer {
  readonly root = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });

  say(sentence: string): void {
    this.root.textContent = sentence;
  }
}

/** Fills the `{name}` places of a sentence. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
