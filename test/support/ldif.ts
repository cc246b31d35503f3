/** LDIF of the lab's people for slapd, written as a stream: 100,000 people need no memory. */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { escapeDn } from '#test/lab/directory-entries.ts';
import type { LabPerson } from '#test/lab/people.ts';

type LdifValues = Readonly<Record<string, string | Buffer | readonly string[] | undefined>>;

/** One entry; every value in base64, so that no text needs care. */
export function ldifEntry(dn: string, values: LdifValues): string {
  const lines = [`dn:: ${base64(dn)}`];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') continue;
    for (const one of typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value) {
      lines.push(`${name}:: ${base64(one)}`);
    }
  }
  return `${lines.join('\n')}\n\n`;
}

/** A person as slapd keeps it; every tenth is a contactRecord with its numbers in attr1 and attr2. */
export function personLdif(person: LabPerson, baseDn: string): string {
  const dn = `cn=${escapeDn(person.name)}+uid=${person.loginId},${baseDn}`;
  const common = {
    entryUUID: person.uuid,
    cn: person.name,
    sn: person.lastName,
    givenName: person.firstName,
    uid: person.loginId,
    mail: person.email,
  };
  if (person.index % 10 === 9) {
    const own = { attr1: person.extension, attr2: person.workPhone, ou: person.department };
    return ldifEntry(dn, { objectClass: 'contactRecord', ...common, ...own });
  }
  return ldifEntry(dn, {
    objectClass: ['inetOrgPerson', 'labNumbers'],
    ...common,
    telephoneNumber: person.extension,
    didNumber: person.workPhone,
    mobile: person.mobilePhone,
    departmentNumber: person.department,
  });
}

/** Writes the base entries, the people and whatever else is wanted. */
export async function writeLdif(
  path: string,
  options: { suffix: string; baseDn: string; people: Iterable<LabPerson>; extra?: string },
): Promise<void> {
  const file = createWriteStream(path);
  const { suffix, baseDn } = options;
  let text = ldifEntry(suffix, { objectClass: ['organization'], o: 'lab' });
  for (const ou of ['people', 'moved', 'empty']) {
    text += ldifEntry(`ou=${ou},${suffix}`, { objectClass: ['organizationalUnit'], ou });
  }
  text += options.extra ?? '';
  for (const person of options.people) {
    text += personLdif(person, baseDn);
    if (text.length < 1_000_000) continue;
    if (!file.write(text)) await new Promise<void>((resolve) => file.once('drain', () => resolve()));
    text = '';
  }
  file.end(text);
  await finished(file);
}

const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');
