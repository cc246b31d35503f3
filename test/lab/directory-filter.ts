/** Filters of the lab's directory (RFC 4511 section 4.5.1.7): and, or, not, equality, substrings, presence, ordering. */
import { elements, type Tlv } from './ber.ts';
import type { LabEntry } from './directory-entries.ts';

const lower = (bytes: Buffer): string => bytes.toString().toLowerCase();

function valuesOf(entry: LabEntry, name: string): string[] {
  for (const [attribute, values] of entry.attributes) if (attribute.toLowerCase() === name) return values.map(lower);
  return [];
}

/** Whether an entry matches. @throws Error for a kind of filter that the lab does not know */
export function matches(entry: LabEntry, filter: Tlv): boolean {
  switch (filter.tag) {
    case 0xa0:
      return elements(filter.body).every((part) => matches(entry, part));
    case 0xa1:
      return elements(filter.body).some((part) => matches(entry, part));
    case 0xa2:
      return elements(filter.body).every((part) => !matches(entry, part));
    case 0x87:
      return lower(filter.body) === 'objectclass' || valuesOf(entry, lower(filter.body)).length > 0;
    case 0xa3:
    case 0xa5:
    case 0xa6: {
      const [name, value] = elements(filter.body).map((part) => lower(part.body));
      return valuesOf(entry, name ?? '').some((found) => {
        if (filter.tag === 0xa3) return found === value;
        return filter.tag === 0xa5 ? found >= (value ?? '') : found <= (value ?? '');
      });
    }
    case 0xa4: {
      const [name, parts] = elements(filter.body);
      const pattern = elements(parts?.body ?? Buffer.alloc(0));
      return valuesOf(entry, lower(name?.body ?? Buffer.alloc(0))).some((found) => hasParts(found, pattern));
    }
    default:
      throw new Error(`filter 0x${filter.tag.toString(16)} is not known to the lab`);
  }
}

/** Initial (80), any (81) and final (82) parts, in their order and without overlap. */
function hasParts(text: string, parts: readonly Tlv[]): boolean {
  let at = 0;
  for (const { tag, body } of parts) {
    const part = lower(body);
    if (tag === 0x82) return text.length - part.length >= at && text.endsWith(part);
    const found = text.indexOf(part, at);
    if (found === -1 || (tag === 0x80 && found !== 0)) return false;
    at = found + part.length;
  }
  return true;
}
