/** CSTA over TCP as the lab's PBX speaks it: framing, and XML by simple text work. Shares nothing with the product. */

/** Cuts what has arrived into messages. @throws Error when it is not CSTA */
export function cut(bytes: Buffer): { messages: { id: string; xml: string }[]; rest: Buffer } {
  const messages: { id: string; xml: string }[] = [];
  let rest = bytes;
  while (rest.length >= 8) {
    if (rest.readUInt16BE(0) !== 0) throw new Error('not CSTA');
    const size = rest.readUInt16BE(2);
    if (size < 8) throw new Error('not CSTA');
    if (rest.length < size) break;
    messages.push({ id: rest.toString('latin1', 4, 8), xml: rest.toString('utf8', 8, size) });
    rest = rest.subarray(size);
  }
  return { messages, rest: Buffer.from(rest) };
}

/** One message as bytes; `claim` is a length to write instead of the true one. */
export function frame(id: string, xml: string | Buffer, claim?: number): Buffer {
  const body = Buffer.from(xml);
  const head = Buffer.from(`\0\0\0\0${id}`, 'latin1');
  head.writeUInt16BE(claim ?? body.length + 8, 2);
  return Buffer.concat([head, body]);
}

/** The name of a message's root, without prefix. */
export const rootOf = (xml: string): string => /^(?:\s*<\?[^>]*\?>)?\s*<(?:[\w.-]+:)?([\w.-]+)/.exec(xml)?.[1] ?? '';

/** The text of the first element of that name. */
export const textOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)<`)
    .exec(xml)?.[1]
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** How names and namespaces are written. */
export type Dialect = 'plain' | 'prefixed' | 'misspelt';

const ED5 = 'http://www.ecma-international.org/standards/ecma-323/csta/ed5';
const APPL = 'http://www.ecma-international.org/standards/ecma-354/appl_session';

/** A message in a dialect: `prefixed` has a prefix outside and a default namespace inside. */
export function message(name: string, content: string, dialect: Dialect): string {
  const space = name.includes('ApplicationSession') ? APPL : ED5;
  if (dialect === 'misspelt') {
    return `<${name} xmlns="${space.replace('ecma-international', 'ecmainternational')}">${content}</${name}>`;
  }
  if (dialect === 'plain')
    return `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="${space}">${content}</${name}>`;
  const inner = content.replace(/^<(\w+)>/, `<$1 xmlns="${space}">`);
  return `<csta:${name} xmlns:csta="${space}">${inner}</csta:${name}>`;
}
