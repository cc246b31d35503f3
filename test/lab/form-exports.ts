/** Writes MiVoice Business form exports as CSV, also as old, odd or careless systems do. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatePeople, type Irregularities, type LabPerson } from './people.ts';

/** How the files are written. */
export interface ExportStyle {
  bom?: boolean;
  delimiter?: ',' | ';';
  encoding?: 'utf-8' | 'windows-1252';
  /** `mixed` ends lines with CRLF and LF by turns. */
  lineEnd?: '\r\n' | '\n' | 'mixed';
  /** Lines above the header line. */
  preamble?: readonly string[];
  /** Cut off after so many bytes. */
  cutAt?: number;
}

export interface FormExports {
  users: string;
  directory: string;
  numbers: string;
}

const USERS_HEADER = [
  'Number',
  'Last Name',
  'First Name',
  'E-mail Address',
  'Department',
  'Login ID',
  'Mobile Number',
  'Device Type',
  'Mailbox',
];
const DIRECTORY_HEADER = ['Name', 'Number', 'Privacy', 'Department', 'Location'];
const NUMBERS_HEADER = ['DID Number', 'DID Range End', 'Destination Number', 'Type'];

/** Writes the three forms into the folder and returns their paths. The same options give the same bytes. */
export async function writeFormExports(
  folder: string,
  options: { users: number; seed?: number; irregular?: Partial<Irregularities>; style?: ExportStyle; suffix?: string },
): Promise<FormExports> {
  const style = options.style ?? {};
  const people = [
    ...generatePeople({
      count: options.users,
      seed: options.seed ?? 2,
      western: style.encoding === 'windows-1252',
      // One row a number in this form: it is the PBX that hands the numbers out.
      irregular: { ...options.irregular, duplicateExtension: 0 },
    }),
  ];
  await mkdir(folder, { recursive: true });
  const suffix = options.suffix ?? '';
  const paths = {
    users: join(folder, `User_and_Services_Configuration${suffix}.csv`),
    directory: join(folder, `Telephone_Directory${suffix}.csv`),
    numbers: join(folder, `Direct_Inward_Dialing_Service${suffix}.csv`),
  };
  await writeFile(paths.numbers, formBytes([NUMBERS_HEADER, ...numberRows(people)], style));
  await writeFile(paths.directory, formBytes([DIRECTORY_HEADER, ...people.map(directoryRow)], style));
  await writeFile(paths.users, formBytes([USERS_HEADER, ...people.map(usersRow)], style));
  return paths;
}

/** Goes on writing to a file, as a slow export does, until it is stopped. */
export function keepGrowing(path: string, everyMs = 20): { stop(): Promise<void> } {
  let writing = Promise.resolve();
  let row = 0;
  const timer = setInterval(() => {
    row += 1;
    writing = writing.then(() => appendFile(path, `9${row},Late,Row,\r\n`));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await writing;
    },
  };
}

/** The bytes of one form in a style. */
export function formBytes(rows: readonly (readonly string[])[], style: ExportStyle = {}): Buffer {
  const delimiter = style.delimiter ?? ',';
  const end = (line: number) => {
    if (style.lineEnd === 'mixed') return line % 2 === 0 ? '\r\n' : '\n';
    return style.lineEnd ?? '\r\n';
  };
  const lines = [
    ...(style.preamble ?? []),
    ...rows.map((row) => row.map((cell) => quote(cell, delimiter)).join(delimiter)),
  ];
  const text = lines.map((line, at) => line + end(at)).join('');
  const body = style.encoding === 'windows-1252' ? windows1252(text) : Buffer.from(text);
  const bytes = style.bom ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]) : body;
  return style.cutAt === undefined ? bytes : bytes.subarray(0, style.cutAt);
}

const usersRow = (person: LabPerson): string[] => [
  person.extension,
  person.lastName,
  person.firstName,
  person.email ?? '',
  person.department,
  person.loginId,
  person.mobilePhone ?? '',
  person.index % 3 === 0 ? '6940 SIP' : '6930 IP',
  `7${person.extension}`,
];

const directoryRow = (person: LabPerson): string[] => [
  `${person.lastName},${person.firstName}`,
  person.extension,
  'No',
  person.department,
  'Berlin',
];

/** A direct-dial number for each person, a range for the rest, and what the PBX keeps in the same table. */
const numberRows = (people: readonly LabPerson[]): string[][] => [
  ...people.map((person) => [`0305550${person.extension}`, '', person.extension, 'Standard']),
  ['03055590', '03055599', '0', 'Standard'],
  ...people.slice(0, 2).map((person) => [person.mobilePhone ?? '1', '', person.extension, 'External Hot Desk User']),
];

const quote = (cell: string, delimiter: string): string =>
  cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** Latin-1 plus the typographic apostrophe, which is all that the western names need. */
const windows1252 = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < text.length; at += 1) if (text[at] === '’') bytes[at] = 0x92;
  return bytes;
};
