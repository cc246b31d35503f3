const MOST_FIELDS = 32;

/** The `key:value;key:value` of a Mitel sysDescr; the order differs between systems. Anything else gives no fields. */
export function parseSysDescr(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.slice(0, 1024).split(';', MOST_FIELDS)) {
    const colon = part.indexOf(':');
    const key = part.slice(0, Math.max(colon, 0)).trim();
    if (/^Ver[A-Za-z]{1,8}$/.test(key)) fields.set(key, part.slice(colon + 1).trim());
  }
  return fields;
}
