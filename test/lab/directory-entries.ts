/** What the lab's directory holds: people of two record types, in the manner of a MiVoice 5000. */
import { generatePeople, type LabPerson } from './people.ts';

export interface LabEntry {
  dn: string;
  attributes: ReadonlyMap<string, readonly Buffer[]>;
}

export type Values = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[] | undefined>>;

/** An entry from plain values; empty ones are left out. */
export function labEntry(dn: string, values: Values): LabEntry {
  const attributes = new Map<string, Buffer[]>();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const list = typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value;
    attributes.set(
      name,
      list.map((one) => Buffer.from(one)),
    );
  }
  return { dn, attributes };
}

/** Nine of ten are internal records with named attributes; every tenth keeps its numbers in attr1 to attr10. */
export function personEntry(person: LabPerson, baseDn: string): LabEntry {
  const dn = `cn=${escapeDn(person.name)}+uid=${person.loginId},${baseDn}`;
  const common = { entryUUID: person.uuid, cn: person.name, sn: person.lastName, givenName: person.firstName };
  const more = { department: person.department, mail: person.email, uid: person.loginId };
  if (person.index % 10 === 9) {
    return labEntry(dn, {
      objectClass: ['top', 'contactRecord'],
      ...common,
      ...more,
      attr1: person.extension,
      attr2: person.workPhone,
      attr3: `CC${person.index % 7}`,
    });
  }
  return labEntry(dn, {
    objectClass: ['top', 'person', 'inetOrgPerson'],
    ...common,
    ...more,
    telephoneNumber: person.extension,
    didNumber: person.workPhone,
    mobile: person.mobilePhone,
    attr4: person.index % 2 === 0 ? 'A' : 'B',
  });
}

/** Base entry and people. */
export function labEntries(users: number, baseDn: string, seed = 1): LabEntry[] {
  const base = labEntry(baseDn, { objectClass: ['top', 'organization'], o: 'Lab' });
  return [base, ...Array.from(generatePeople({ count: users, seed }), (person) => personEntry(person, baseDn))];
}

/** People whose values are trouble: one of 1 MB, bytes that are not UTF-8, a line end and markup, no number at all. */
export function oddEntries(baseDn: string): LabEntry[] {
  const person = (uid: string, values: Values) =>
    labEntry(`uid=${uid},${baseDn}`, { objectClass: ['top', 'person', 'inetOrgPerson'], uid, ...values });
  return [
    person('odd-huge', { cn: 'Huge Value', telephoneNumber: '90001', department: 'x'.repeat(1_000_000) }),
    person('odd-bytes', {
      cn: 'Odd Bytes',
      telephoneNumber: '90002',
      department: Buffer.from([0x41, 0xff, 0xfe, 0x42]),
    }),
    person('odd-markup', { cn: '<script>alert(1)</script>', sn: 'line\nbreak', telephoneNumber: '090003' }),
    person('odd-nothing', { cn: 'No Number', mail: 'nobody@example.org' }),
  ];
}

/** RFC 4514 section 2.4. */
export const escapeDn = (text: string): string => text.replaceAll(/[,+"\\<>;=]/g, (mark) => `\\${mark}`);
