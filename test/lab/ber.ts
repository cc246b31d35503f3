/** Just enough BER for the lab's directory. Shares nothing with the product's reader on purpose. */

/** One element: tag, its content, and its children when it is constructed. */
export interface Tlv {
  tag: number;
  body: Buffer;
}

export function tlv(tag: number, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), size, body]);
}

export function integer(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeIntBE(value, 0, 5);
  let start = 0;
  // The shortest form: leading bytes that only repeat the sign go.
  while (start < 4 && bytes[start] === 0 && ((bytes[start + 1] ?? 0) & 0x80) === 0) start += 1;
  return tlv(tag, bytes.subarray(start));
}

export const toNumber = (body: Buffer): number => (body.length === 0 ? 0 : body.readIntBE(0, Math.min(body.length, 6)));

/** The elements in a body. @throws Error when it is not BER */
export function elements(body: Buffer): Tlv[] {
  const found: Tlv[] = [];
  let at = 0;
  while (at < body.length) {
    const end = endOf(body, at);
    if (end === undefined || end.next > body.length) throw new Error('not BER');
    found.push({ tag: body.readUInt8(at), body: body.subarray(end.start, end.next) });
    at = end.next;
  }
  return found;
}

/** Where the content of the element at `at` starts and where the next one does; undefined when bytes are missing. */
export function endOf(bytes: Buffer, at: number): { start: number; next: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 2, next: at + 2 + first };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) throw new Error('not BER');
  if (at + 2 + octets > bytes.length) return undefined;
  const start = at + 2 + octets;
  return { start, next: start + bytes.readUIntBE(at + 2, octets) };
}
