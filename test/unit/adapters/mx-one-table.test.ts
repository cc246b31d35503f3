/** The tables and prints of the MX-ONE shell: columns by header, and whatever else may come instead. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { LineSplitter } from '#pbx-adapters/channels/ssh/lines.ts';
import { readTable, type TableRow } from '#pbx-adapters/channels/ssh/table.ts';
import { DetailIndex, nameKey } from '#pbx-adapters/enrichment/join.ts';
import { extensionRanges, licencesOf, versionOf } from '#pbx-adapters/mx-one/prints.ts';
import { quirksOf } from '#sip-trunks/trunk/quirks.ts';
import { print } from '#test/lab/mx-one/prints.ts';

const WANTED = ['dir', 'name1', 'name2'] as const;
const JOINED = ['third party', 'free on', 'hotline number'];

/** The rows of output that comes in these pieces. */
async function tableOf(
  pieces: readonly Buffer[],
  wanted: readonly [string, ...string[]] = WANTED,
): Promise<TableRow[]> {
  async function* lines() {
    const splitter = new LineSplitter();
    for (const piece of pieces) yield* splitter.push(piece);
    yield* splitter.end();
  }
  const rows: TableRow[] = [];
  for await (const row of readTable(lines(), { wanted, joined: JOINED })) rows.push(row);
  return rows;
}

const cellsOf = (rows: readonly TableRow[], ...titles: string[]) =>
  rows.map((row) => ('cells' in row ? titles.map((title) => row.cells.get(title)) : row.fault));

const sample = (command: string) => Buffer.from([...(print(command, { users: 12 }) ?? [])].join('\n'));
const NAMES = sample('name -p -d all');

describe('a table', () => {
  it.each<[string, string, unknown[]]>([
    ['with one header line', 'Dir   Lim Csp\n2001  1   22\n', [['2001', '1', '22']]],
    ['whose titles go on below', 'Dir   Max  Csp\n      Cost\n2001  7    22\n', [['2001', undefined, '22']]],
    ['after a title and blank lines', '\nProfile\n\nDir   Lim Csp\n2001  1   22\n', [['2001', '1', '22']]],
    ['with lines under the header', 'Dir   Lim Csp\n----- --- ---\n2001  1   22\n', [['2001', '1', '22']]],
    ['with empty cells', 'Dir   Lim Csp\n2001      22\n', [['2001', '', '22']]],
    ['with CR LF', 'Dir   Lim Csp\r\n2001  1   22\r\n', [['2001', '1', '22']]],
    ['with a row that is cut short', 'Dir   Lim Csp\n2001\n', [['2001', '', '']]],
    ['with a value that is too wide', 'Dir   Lim Csp\n20012001200 22\n2002  1   22\n', ['fault', ['2002', '1', '22']]],
    ['with a row that is moved', 'Dir   Lim Csp\n2002  1   22\n  2001  1   22\n', [['2002', '1', '22'], 'fault']],
    [
      'that has the header again',
      'Dir   Lim Csp\n2001  1   22\nDir  Lim Csp\n2002 1   22\n',
      [
        ['2001', '1', '22'],
        ['2002', '1', '22'],
      ],
    ],
    ['without rows', 'Dir   Lim Csp\n', []],
  ])('%s', async (_what, text, expected) => {
    const rows = cellsOf(await tableOf([Buffer.from(text)], ['dir', 'csp']), 'dir', 'lim', 'csp');
    expect(rows).toEqual(expected.map((row) => (row === 'fault' ? 'does not fit the columns of the header' : row)));
  });

  it('titles of two words and titles on the lower line only are told apart', async () => {
    const text = 'Dir   Third Party Hotline Hotline Number\n      SIP Client          \n1     Yes         a       b\n';
    const rows = await tableOf([Buffer.from(text)], ['dir', 'hotline number']);
    expect(rows).toMatchObject([{ line: 3 }]);
    const cells = rows[0] && 'cells' in rows[0] ? Object.fromEntries(rows[0].cells) : {};
    expect(cells).toEqual({ dir: '1', 'third party sip client': 'Yes', hotline: 'a', 'hotline number': 'b' });
  });

  it.each([
    ['by characters', (text: string, width: number) => text.padEnd(width)],
    ['by bytes', (text: string, width: number) => text + ' '.repeat(width - Buffer.byteLength(text))],
  ])('of names with any letters, padded %s', async (_what, pad) => {
    const rows = [
      ['2001', 'Müller', 'Żółć'],
      ['2002', 'Ольга', 'É'],
      ['2003', 'a b', ''],
    ];
    const text = rows.map(
      ([dir = '', one = '', two = '']) => pad(dir, 6) + pad(`"${one}"`, 24) + pad(`"${two}"`, 24) + '""',
    );
    const head = `${'Dir'.padEnd(6)}${'Name1'.padEnd(24)}${'Name2'.padEnd(24)}Info`;
    expect(cellsOf(await tableOf([Buffer.from([head, ...text].join('\n'))]), ...WANTED)).toEqual(rows);
  });

  it('bytes that are no UTF-8 are told', async () => {
    const bytes = Buffer.from('Dir   Name1   Name2\n2001  "M\xfcl"   "x"\n', 'latin1');
    expect(await tableOf([bytes])).toMatchObject([{ problems: ['not valid UTF-8'] }]);
  });

  it.each([
    ['no header at all', 'hello\nworld\n', /dir/],
    ['nothing', '', /dir/],
    ['a header without a wanted column', 'Dir   Colour\n2001  red\n', /name1, name2.*colour/],
    ['a header only after a long text', `${'x\n'.repeat(50)}Dir   Name1   Name2\n`, /dir/],
  ])('%s is no table', async (_what, text, message) => {
    await expect(tableOf([Buffer.from(text)])).rejects.toMatchObject({
      code: 'mdsh.no-table',
      message: expect.stringMatching(message),
    });
  });
});

describe('bad input', () => {
  /** Either rows of the right form come out, or an error of ours. */
  async function staysWhole(pieces: readonly Buffer[]): Promise<TableRow[]> {
    try {
      return await tableOf(pieces);
    } catch (error) {
      expect(error).toBeInstanceOf(DemarcError);
      return [];
    }
  }

  it('cut at every offset, the rows before the cut stay as they are and nothing is made up', async () => {
    const whole = cellsOf(await tableOf([NAMES]), ...WANTED);
    expect(whole).toHaveLength(12);
    for (let at = 0; at < NAMES.length; at += 1) {
      const rows = cellsOf(await staysWhole([NAMES.subarray(0, at)]), ...WANTED);
      // The last line may be cut; all before it are complete.
      expect(rows.slice(0, -1)).toEqual(whole.slice(0, Math.max(0, rows.length - 1)));
    }
  });

  it('divided anywhere, it is the same table', async () => {
    const whole = await tableOf([NAMES]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(NAMES.length), { maxLength: 20 }), async (cuts) => {
        const offsets = [0, ...cuts.toSorted((a, b) => a - b), NAMES.length];
        const pieces = offsets.slice(1).map((end, at) => NAMES.subarray(offsets[at], end));
        expect(await tableOf(pieces)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it('random bytes, alone and after a good header', async () => {
    const header = Buffer.from('Dir   Name1   Name2\n');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), async (bytes, withHeader) => {
        for (const row of await staysWhole([...(withHeader ? [header] : []), Buffer.from(bytes)])) {
          if ('cells' in row) expect([...row.cells.values()].every((text) => text.isWellFormed())).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('headers that lie: columns on top of each other, out of order, a thousand of them', async () => {
    const word = fc.constantFrom('Dir', 'Name1', 'Name2', 'Cust', 'Third', 'Party', 'Hotline', 'Number', '"', 'é', '-');
    const text = fc
      .array(fc.tuple(fc.nat(6), word), { maxLength: 1000 })
      .map((parts) => parts.map(([gap, one]) => ' '.repeat(gap) + one).join(''));
    await fc.assert(
      fc.asyncProperty(text, text, fc.array(text, { maxLength: 5 }), async (top, second, rows) => {
        await staysWhole([Buffer.from([`Dir${top}`, ` ${second}`, ...rows].join('\n'))]);
      }),
      { numRuns: 200 },
    );
  });

  it('a line of ten megabytes is refused before it is kept', () => {
    const splitter = new LineSplitter();
    const push = () => {
      for (let sent = 0; sent < 10_000_000; sent += 10_000) splitter.push(Buffer.alloc(10_000, 0x61));
    };
    expect(push).toThrow(expect.objectContaining({ code: 'ssh.too-much' }));
  });

  it('a last line without end counts only when the output is known to be complete', () => {
    const splitter = new LineSplitter();
    expect(splitter.push(Buffer.from('a\r\nb\nc'))).toEqual(['a', 'b']);
    expect(splitter.end()).toEqual(['c']);
  });
});

describe('other prints', () => {
  it.each([
    [['======  MiVoice MX-ONE ======', 'Version: 6.3.1.4.5', ' Media Server 7.4.0.2 :'], '6.3.1.4.5'],
    [['version :  7.5 SP0 '], '7.5 SP0'],
    [[' Media Server 7.4.0.2 :'], undefined],
    [[], undefined],
    [[`Version: ${'9'.repeat(500)}`], '9'.repeat(64)],
  ])('the version in %j', (lines, version) => {
    expect(versionOf(lines)).toBe(version);
  });

  it('licences are lines with a tag first and a count last', () => {
    const lines = [
      'License   Used',
      'SIP-EXTENSION   count  100   42',
      'FOO',
      '3RD-PARTY-SIP-EXTENSION 7',
      'sip-extension 3',
      'A-B x',
    ];
    expect(licencesOf(lines)).toEqual([
      { tag: 'SIP-EXTENSION', used: 42 },
      { tag: '3RD-PARTY-SIP-EXTENSION', used: 7 },
    ]);
  });

  it('random text gives numbers that are digits, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 60 }), { maxLength: 30 }), async (lines) => {
        async function* source() {
          yield* ['EXTENSION NUMBER SERIES', ...lines];
        }
        for await (const range of extensionRanges(source())) expect(`${range.from}${range.to ?? ''}`).toMatch(/^\d+$/);
        licencesOf(lines);
        versionOf(lines);
      }),
    );
  });
});

describe('quirks', () => {
  it.each([
    ['7.5.0.0.3', 1],
    ['17.5.0.2', 1],
    ['7.5 SP0', 1],
    ['7.5', 1],
    ['7.5.1.0', 0],
    ['7.5 SP1', 0],
    ['7.4.0.0', 0],
    ['27.5.0', 0],
    [undefined, 0],
  ])('MX-ONE %s', (version, count) => {
    expect(quirksOf('mx-one', version)).toHaveLength(count);
    expect(quirksOf('mivoice-5000', version)).toEqual([]);
  });
});

describe('joining', () => {
  it('names are equal in any order, case and form of letters', () => {
    expect(nameKey('Müller, Anna')).toBe(nameKey('ANNA  Mu\u0308ller'));
    expect(nameKey(' "" ')).toBeUndefined();
  });

  it('an entry under an extension that another has as well is never given, in whatever order they come', () => {
    const entry = fc.record({ extension: fc.constantFrom('1', '2', '3'), email: fc.emailAddress() });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const index = new DetailIndex();
        for (const one of entries) index.add(one);
        for (const extension of ['1', '2', '3']) {
          const found = index.find({ key: extension, extension }, () => false);
          const own = entries.filter((one) => one.extension === extension);
          expect('details' in found ? found.details.email : undefined).toBe(
            own.length === 1 ? own[0]?.email : undefined,
          );
        }
      }),
    );
  });
});
