/** The prints of a simulated MX-ONE: titles, one or two header lines, columns of fixed width, LF. */
import { type MxOneSite, sitePeople } from './site.ts';

type Pad = (text: string, width: number) => string;

const byCharacters: Pad = (text, width) => text + ' '.repeat(Math.max(0, width - Array.from(text).length));
const byBytes: Pad = (text, width) => text + ' '.repeat(Math.max(0, width - Buffer.byteLength(text)));

interface Layout {
  title: string;
  /** Upper header text, lower header text, width. */
  columns: readonly (readonly [string, string, number])[];
}

const EXTENSION: Layout = {
  title: 'Directory Number Profile',
  columns: [
    ['Dir', '', 11],
    ['Cust', '', 6],
    ['Lim', '', 4],
    ['Csp', '', 4],
    ['Feature', 'level', 12],
    ['Lang', '', 7],
    ['Max', 'Cost', 5],
    ['Secretary', '', 10],
    ['Max', 'Term', 5],
    ['Security', 'Exception', 10],
    ['AMC', '', 4],
    ['Video', '', 6],
    ['Third Party', 'SIP Client', 12],
    ['Csta', 'Support', 8],
    ['Free On', 'Second Line', 12],
    ['Hotline', '', 8],
    ['Hotline Number', '', 15],
  ],
};
const NAME: Layout = {
  title: 'Names',
  columns: [
    ['Dir', '', 11],
    ['Number', 'Type', 9],
    ['Priority', '', 15],
    ['Restriction', '', 14],
    ['Name1', '', 23],
    ['Name2', '', 23],
    ['Info', '', 23],
  ],
};
const IP_EXTENSION: Layout = {
  title: 'IP Extension Data',
  columns: [
    ['Dir', '', 13],
    ['Protocol', '', 11],
    ['Auto', 'Reg', 7],
    ['Max', 'Term', 7],
  ],
};

function* table(layout: Layout, rows: Iterable<readonly string[]>, site: MxOneSite): Generator<string> {
  const pad = site.pad === 'bytes' ? byBytes : byCharacters;
  const line = (cells: readonly string[]) =>
    layout.columns.map(([, , width], at) => pad(cells[at] ?? '', width)).join('');
  const top = line(layout.columns.map(([upper]) => upper));
  const second = site.headers === 1 ? [] : [line(layout.columns.map(([, lower]) => lower))];
  const header = second[0]?.trim() ? [top, ...second] : [top];
  yield '';
  yield layout.title;
  yield* header;
  let row = 0;
  for (const cells of rows) {
    if (site.nasty?.page !== undefined && row > 0 && row % site.nasty.page === 0) yield* ['', ...header];
    row += 1;
    yield line(cells);
  }
}

const extensionRow = (dir: string): string[] => `${dir} 0 1 22  - - No 1 Yes No No No 00 0 - -`.split(' ');

/** The lines of a command, or undefined for one that is not known. */
export function print(command: string, site: MxOneSite): Iterable<string> | undefined {
  const people = () => sitePeople(site);
  switch (command) {
    case 'extension -p -d all':
      return (function* () {
        yield* table(
          EXTENSION,
          map(people(), ({ dir }) => extensionRow(dir)),
          site,
        );
        // A value that is wider than its column pushes the rest to the right; the second row of one extension.
        if (site.nasty?.odd) yield* ['99999999999990     1   22', extensionRow('0001').join('          ')];
      })();
    case 'name -p -d all':
      return table(
        NAME,
        map(people(), ({ dir, name1, name2 }) => [
          dir,
          'dir',
          'prioToName2',
          'notRestricted',
          `"${name1}"`,
          `"${name2}"`,
          '""',
        ]),
        site,
      );
    case 'ip_extension -p -d all':
      return table(
        IP_EXTENSION,
        map(people(), ({ dir }) => [dir, 'SIP', 'No', '1']),
        site,
      );
    case 'number_print':
      return numbers(site);
    case 'ts_about':
      return about(site.version ?? '7.4.1.0.12');
    case 'license_status':
      return licences(site.users);
    case 'auth_code -p':
      return ['Dir        Auth Code', '0001       4711'];
    default:
      return undefined;
  }
}

const numbers = (site: MxOneSite): string[] => [
  '',
  'NUMBER ANALYSIS DATA :',
  'TYPE OF SERIES                 NUMBER SERIES',
  'EXTENSION NUMBER SERIES',
  `                                0000 -       ${String(Math.max(site.users - 1, 0)).padStart(4, '0')}`,
  '                                             9115',
  'EXTERNAL DESTINATION CODE',
  '                                8800 -       8899',
  ...(site.trunks?.numbers ?? []).map((number) => number.padStart(49)),
  'EXTERNAL NUMBER LENGTH DATA :',
  'EXTERNAL NUMBER                NUMBER LENGTH',
  '8800                                4 -  4',
  ...Object.entries(site.trunks?.lengths ?? {}).map(([number, length]) => `${number.padEnd(36)}${length}`),
  'CALL DISCRIMINATION DATA :',
  'EXTERNAL/INTERNAL NUMBER           CDCAT            CUSTOMER',
  '000                                3                   0',
];

const about = (version: string): string[] => [
  '======  MiVoice MX-ONE ======',
  `Version: ${version}`,
  '',
  ' RPM Packages',
  ' ============',
  ' MX-ONE Service Node 17.4.1.0.12 :',
  '   eri_sn-17.4.1.0.12-202203010000',
  ' Media Server 7.4.0.2 :',
];

const licences = (users: number): string[] => [
  'License                          Type    Total   Used',
  `SIP-EXTENSION                    count   ${users + 100}    ${users}`,
  '3RD-PARTY-SIP-EXTENSION          count   50      3',
  'ANALOGUE-EXTENSION               count   20      0',
];

function* map<T, U>(items: Iterable<T>, to: (item: T) => U): Generator<U> {
  for (const item of items) yield to(item);
}
