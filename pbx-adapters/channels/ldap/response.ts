import { BerReader } from './ber.ts';
import type { AttributeReader, EntryAttribute } from './values.ts';

/**
 * What a server sends (RFC 4511 sections 4.2.2, 4.5.2, 4.12, 4.4.1). An entry's inside is read by `readEntry` when it is
 * wanted. Intermediate responses are `other`.
 */
export type LdapResponse =
  | { kind: 'entry'; id: number; content: BerReader; bytes: number }
  | { kind: 'reference'; id: number; urls: string[] }
  | { kind: 'result'; id: number; code: number; text: string; referrals: string[]; cookie: Buffer | undefined }
  | { kind: 'other'; id: number };

const PAGED_RESULTS = '1.2.840.113556.1.4.319';
const MAX_ATTRIBUTES = 1000;

/**
 * Decodes one whole message, an entry's inside excepted. Not left to ldapts: its reader loops for ever on an attribute list whose length exceeds the
 * message, drops the addresses of a referral, and takes an empty page with a cookie for the last one.
 * @throws DemarcError `ldap.protocol`
 */
export function decodeResponse(message: Buffer): LdapResponse {
  const envelope = new BerReader(message).nested(0x30);
  const id = envelope.integer();
  const { tag, content } = envelope.element();
  switch (tag) {
    case 0x64:
      return { kind: 'entry', id, content, bytes: message.length };
    case 0x73:
      return { kind: 'reference', id, urls: texts(content) };
    case 0x61:
    case 0x65:
    case 0x78:
      return result(id, content, envelope);
    default:
      return { kind: 'other', id };
  }
}

function result(id: number, content: BerReader, envelope: BerReader): LdapResponse {
  const code = content.integer(0x0a);
  content.octets();
  const diagnostic = text(content.octets()).slice(0, 300);
  const referrals = content.peek() === 0xa3 ? texts(content.nested(0xa3)) : [];
  const cookie = envelope.peek() === 0xa0 ? pagedCookie(envelope.nested(0xa0)) : undefined;
  return { kind: 'result', id, code, text: diagnostic, referrals, cookie };
}

/** The inside of an entry; to be called once. @throws DemarcError `ldap.protocol` */
export function readEntry(
  content: BerReader,
  reader: AttributeReader,
): { dn: string; attributes: EntryAttribute[]; size: number } {
  const dn = content.text(1000);
  const end = content.enter(0x30);
  const attributes: EntryAttribute[] = [];
  let size = dn.length;
  while (content.at < end && attributes.length < MAX_ATTRIBUTES) {
    const attribute = reader.read(content, end);
    if (!attribute) continue;
    attributes.push(attribute);
    for (const value of attribute.values) size += value.length;
  }
  return { dn, attributes, size };
}

/** The cookie of the paged-results control (RFC 2696 section 2), undefined when the control is not there. */
function pagedCookie(controls: BerReader): Buffer | undefined {
  while (!controls.done) {
    const control = controls.nested(0x30);
    const type = text(control.octets());
    if (control.peek() === 0x01) control.element();
    if (type !== PAGED_RESULTS || control.done) continue;
    const value = new BerReader(control.octets()).nested(0x30);
    value.integer();
    return Buffer.from(value.octets());
  }
  return undefined;
}

function texts(list: BerReader): string[] {
  const found: string[] = [];
  while (!list.done && found.length < 20) found.push(text(list.octets()).slice(0, 1000));
  return found;
}

const text = (bytes: Buffer): string => bytes.toString('utf8');
