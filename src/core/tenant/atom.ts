import { SaxesParser, type SaxesTagNS } from 'saxes';
import { FlowKeystoreError } from '../errors';

/** What an answer in Atom says (OData V2, "Atom Format"): entities by their properties; those of a single entry are one. */
export interface AtomAnswer {
  readonly entities: readonly Readonly<Record<string, string | null>>[];
  /** It is a list, be it of one or none. */
  readonly isFeed: boolean;
  readonly next?: string;
}

const atom = 'http://www.w3.org/2005/Atom';
const data = 'http://schemas.microsoft.com/ado/2007/08/dataservices';
const metadata = 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata';

/** Whether an answer is Atom rather than a page of a proxy. */
export const looksLikeAtom = (body: string): boolean => body.trimStart().startsWith('<') && body.includes(atom);

/**
 * Reads a feed or an entry. Texts stay texts; entries inside others (expanded) are passed over.
 * @throws FlowKeystoreError `tenant-answer`
 */
export function readAtom(body: string): AtomAnswer {
  const entities: Record<string, string | null>[] = [];
  let isFeed = false;
  let next: string | undefined;
  let entries = 0;
  let inProperties = false;
  let property: { name: string; text: string; isNull: boolean } | undefined;
  const parser = new SaxesParser({ xmlns: true });
  const opened = (tag: SaxesTagNS): void => {
    const { uri, local, attributes } = tag;
    if (uri === atom && local === 'feed' && !entries) isFeed = true;
    else if (uri === atom && local === 'entry') {
      entries++;
      if (entries === 1) entities.push({});
    } else if (uri === atom && local === 'link' && !entries && attributes['rel']?.value === 'next') {
      next = attributes['href']?.value;
    } else if (uri === metadata && local === 'properties') inProperties = entries === 1;
    else if (uri === data && inProperties && !property) {
      property = { name: local, text: '', isNull: attributes['m:null']?.value === 'true' };
    }
  };
  const closed = ({ uri, local }: SaxesTagNS): void => {
    if (uri === atom && local === 'entry') entries--;
    else if (uri === metadata && local === 'properties') inProperties = false;
    else if (uri === data && property?.name === local) {
      const entity = entities.at(-1);
      if (entity) entity[local] = property.isNull ? null : property.text;
      property = undefined;
    }
  };
  const said = (text: string): void => {
    if (property) property.text += text;
  };
  parser.on('opentag', opened);
  parser.on('closetag', closed);
  parser.on('text', said);
  parser.on('cdata', said);
  try {
    parser.write(body).close();
  } catch (cause) {
    throw new FlowKeystoreError('tenant-answer', "The tenant's answer is broken XML.", {}, undefined, { cause });
  }
  return { entities, isFeed, ...(next !== undefined && { next }) };
}
