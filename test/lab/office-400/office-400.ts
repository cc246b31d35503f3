/** The lab's MiVoice Office 400: CSTA service, LDAP phone book and an export of WebAdmin about the same people. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LabDirectory, startDirectory } from '../directory.ts';
import { escapeDn, type LabEntry, labEntry } from '../directory-entries.ts';
import { type ExportStyle, formBytes } from '../form-exports.ts';
import { generatePeople, type LabPerson } from '../people.ts';
import type { CstaNasty } from './csta-devices.ts';
import { type LabCsta, startCsta } from './csta-server.ts';

export interface LabOffice400 {
  /** Settings of a link that uses everything. */
  connection: Record<string, unknown>;
  people: LabPerson[];
  csta: LabCsta;
  directory: LabDirectory;
  exportFile: string;
  stop(): Promise<void>;
}

const BASE_DN = 'ou=phonebook,o=office400';
const EXPORT_HEADER = ['Number', 'Name', 'First name', 'Last name', 'E-mail', 'DDI', 'Department'];

/** Starts all three. The folder takes the export; port 0 (the default) takes a free one. */
export async function startOffice400(options: {
  users: number;
  folder: string;
  host?: string;
  seed?: number;
  ports?: { csta?: number; ldap?: number };
  nasty?: CstaNasty;
  style?: ExportStyle;
}): Promise<LabOffice400> {
  const { users, folder, host = '127.0.0.1', seed = 4, ports = {}, nasty = {}, style = { delimiter: ';' } } = options;
  const people = [...generatePeople({ count: users, seed, irregular: { duplicateExtension: 0 } })];
  await mkdir(folder, { recursive: true });
  const exportFile = join(folder, 'WebAdmin_Users.csv');
  await writeFile(exportFile, formBytes([EXPORT_HEADER, ...people.map(exportRow)], style));
  const csta = await startCsta({
    devices: devicesOf(people),
    nasty,
    host,
    ...(ports.csta === undefined ? {} : { port: ports.csta }),
  });
  const directory = await startDirectory({
    entries: phoneBook(people),
    baseDn: BASE_DN,
    host,
    ...(ports.ldap === undefined ? {} : { port: ports.ldap }),
  });
  const { bindDn, password } = directory;
  return {
    connection: {
      host: csta.host,
      port: csta.port,
      greetingMs: 200,
      phoneBook: { port: directory.port, tls: 'none', baseDn: BASE_DN, bindDn },
      phoneBookPassword: password,
      file: exportFile,
    },
    people,
    csta,
    directory,
    exportFile,
    async stop() {
      await csta.stop();
      await directory.stop();
    },
  };
}

/** Every person has a phone; beside them there are lines, a group and the door. */
const devicesOf = (people: readonly LabPerson[]) => [
  ...people.map((person) => ({
    number: person.extension,
    category: 'station',
    model: person.index % 2 === 0 ? 'Desk phone' : 'Schnurlos Größe 2',
  })),
  { number: '7777', category: 'station', model: 'Door' },
  { number: '8001', category: 'networkInterface' },
  { number: '8002', category: 'group' },
];

/** The phone book has no e-mail addresses; it also lists contacts outside. */
const phoneBook = (people: readonly LabPerson[]): LabEntry[] => [
  labEntry(BASE_DN, { objectClass: ['top', 'organization'], o: 'Office 400' }),
  ...people.map((person) =>
    labEntry(`cn=${escapeDn(person.name)}+uid=${person.loginId},${BASE_DN}`, {
      objectClass: ['top', 'person'],
      cn: person.name,
      sn: person.lastName,
      givenName: person.firstName,
      telephoneNumber: person.extension,
      mobile: person.mobilePhone,
    }),
  ),
  ...['Taxi', 'Catering'].map((cn, at) =>
    labEntry(`cn=${cn},${BASE_DN}`, {
      objectClass: ['top', 'person'],
      cn,
      sn: cn,
      telephoneNumber: `+4132655000${at}`,
    }),
  ),
];

const exportRow = (person: LabPerson): string[] => [
  person.extension,
  person.name,
  person.firstName,
  person.lastName,
  person.email ?? '',
  person.workPhone ?? '',
  person.department,
];
