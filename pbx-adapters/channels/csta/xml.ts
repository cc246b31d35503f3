import { isUtf8 } from 'node:buffer';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Real messages are about ten levels deep. */
const MAX_DEPTH = 40;
const ATTRIBUTE = '@';
const TEXT = '#text';

/**
 * Values stay text ("0012" is an extension, not twelve), every element is a list, and prefixes are dropped: PBXs mix
 * namespaces within one message.
 */
const parser = new XMLParser({
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  textNodeName: TEXT,
  removeNSPrefix: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  htmlEntities: true,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
  maxNestedTags: MAX_DEPTH,
});

/** An element, read by local names. */
export class CstaElement {
  readonly #content: unknown;

  constructor(content: unknown) {
    this.#content = content;
  }

  /** Its text, trimmed; empty when it has none. */
  get text(): string {
    if (typeof this.#content === 'string') return this.#content.trim();
    const text = this.#own(TEXT);
    return typeof text === 'string' ? text.trim() : '';
  }

  /** The child elements of that name. */
  all(name: string): CstaElement[] {
    const found = this.#own(name);
    return Array.isArray(found) ? found.map((content: unknown) => new CstaElement(content)) : [];
  }

  /** The element at the end of the path, each step the first of its name. */
  at(...path: readonly string[]): CstaElement | undefined {
    const [name, ...rest] = path;
    if (name === undefined) return this;
    return this.all(name)[0]?.at(...rest);
  }

  /** The text at the end of the path; undefined when there is none. */
  textAt(...path: readonly string[]): string | undefined {
    return this.at(...path)?.text || undefined;
  }

  /** The names of its child elements. */
  names(): string[] {
    const content = this.#content;
    if (typeof content !== 'object' || content === null) return [];
    return Object.keys(content).filter((name) => name !== TEXT && !name.startsWith(ATTRIBUTE));
  }

  #own(name: string): unknown {
    const content = this.#content;
    if (typeof content !== 'object' || content === null || !Object.hasOwn(content, name)) return undefined;
    return (content as Record<string, unknown>)[name];
  }
}

/** A message: the local name of its root, and the edition of ECMA-323 that its namespace names. */
export interface CstaMessage {
  name: string;
  root: CstaElement;
  edition?: number;
}

/** Parses one message. Document types are refused, and with them all entities of one's own. @throws DemarcError `csta.protocol` */
export function parseMessage(xml: Buffer): CstaMessage {
  const text = repaired(decoded(xml));
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new DemarcError('csta.protocol', 'a message with a document type');
  const content = parsed(text);
  const [name, ...more] = Object.keys(content);
  const roots = name === undefined ? undefined : content[name];
  if (name === undefined || more.length > 0 || !Array.isArray(roots) || roots.length !== 1) {
    throw new DemarcError('csta.protocol', 'a message without a single root element');
  }
  const edition = /ecma-323\/csta\/ed([2-9])/.exec(text)?.[1];
  return { name, root: new CstaElement(roots[0]), ...(edition === undefined ? {} : { edition: Number(edition) }) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) throw new DemarcError('csta.protocol', `not well-formed XML: ${valid.err.msg.slice(0, 200)}`);
    return parser.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof DemarcError) throw error;
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
    throw new DemarcError('csta.protocol', `XML that is not accepted: ${reason}`, { cause: error });
  }
}

/** Bytes that are not UTF-8 become marks, so that one wrong name does not cost the whole list. */
function decoded(xml: Buffer): string {
  const declared = /^<\?xml[^>]{0,100}encoding=["'](iso-8859-1|windows-1252)["']/i.test(xml.toString('latin1', 0, 200));
  return declared && !isUtf8(xml) ? xml.toString('latin1') : xml.toString('utf8');
}

/** Office 400 logs show device ids such as N<123!98> with bare brackets; no element's name starts with a digit. */
const repaired = (text: string): string => text.replaceAll(/N<([\d*#]{1,32}(?:!\d{1,8})?)>/g, 'N&lt;$1&gt;');

/** Text as it may stand in an element, without the characters that XML 1.0 cannot hold at all. */
export const escapeXml = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
