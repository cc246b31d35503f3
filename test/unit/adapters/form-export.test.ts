/** The MiVoice Business adapter on form exports as real systems write them. */
import { appendFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { recogniseHeader } from '#pbx-adapters/channels/form-export/forms.ts';
import { settled } from '#pbx-adapters/channels/form-export/inspect.ts';
import { readForm } from '#pbx-adapters/channels/form-export/read-form.ts';
import { splitName } from '#pbx-adapters/mivoice-business/person.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { type ExportStyle, formBytes, keepGrowing, writeFormExports } from '#test/lab/form-exports.ts';
import { generatePeople } from '#test/lab/people.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';
import { temporaryFolder } from '#test/support/program.ts';

/** A clock an hour ahead: files that were written just now count as settled. */
const later = { now: () => Date.now() + 3_600_000 };
const signal = () => AbortSignal.timeout(15_000);

function adapterFor(connection: Record<string, unknown>, tempFolder?: string) {
  const parts = { ...adapterParts(), clock: later, ...(tempFolder === undefined ? {} : { tempFolder }) };
  return { adapter: adapterTypes['mivoice-business'].create(connection, parts), lines: parts.lines };
}

const read = (connection: Record<string, unknown>) => collect(adapterFor(connection).adapter.users(signal()));

/** One file of the users form with these lines under the usual header. */
async function withUsers(text: string | Buffer) {
  const folder = await temporaryFolder('forms');
  const path = join(folder.path, 'users.csv');
  await writeFile(path, text);
  return { path, folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
const HEADER = 'Number,Last Name,First Name,E-mail Address\r\n';

describe('styles of export', () => {
  it.each<[string, ExportStyle]>([
    ['plain', {}],
    ['with a byte order mark', { bom: true }],
    ['with semicolons', { delimiter: ';' }],
    ['with LF', { lineEnd: '\n' }],
    ['with CRLF and LF by turns', { lineEnd: 'mixed' }],
    ['with lines above the header', { preamble: ['MiVoice Business', 'Exported 2026-11-20, all rows', ''] }],
    ['in Windows-1252 with semicolons', { encoding: 'windows-1252', delimiter: ';' }],
  ])('%s give every person', async (_name, style) => {
    await using folder = await temporaryFolder('forms');
    await writeFormExports(folder.path, { users: 120, style });
    const { users, items } = await read({ folder: folder.path });
    const western = style.encoding === 'windows-1252';
    const people = [...generatePeople({ count: 120, seed: 2, western, irregular: { duplicateExtension: 0 } })];
    expect(items).toHaveLength(120);
    expect(users).toEqual(
      people.map((person) => ({
        key: person.extension,
        extension: person.extension,
        name: person.name,
        firstName: person.firstName,
        lastName: person.lastName,
        department: person.department,
        loginId: person.loginId,
        ...(person.email === undefined ? {} : { email: person.email }),
        ...(person.mobilePhone === undefined ? {} : { mobilePhone: person.mobilePhone }),
      })),
    );
  });

  it('the directory alone gives people with their names turned round', async () => {
    await using file = await withUsers('Name,Number,Privacy\r\n"O\'Brien,Seán",0012,No\r\nReception,0,No\r\n');
    expect((await read({ files: [file.path] })).users).toEqual([
      { key: '0012', extension: '0012', name: "Seán O'Brien", firstName: 'Seán', lastName: "O'Brien" },
      { key: '0', extension: '0', name: 'Reception' },
    ]);
  });

  it('the directory completes a name and a department that the users form does not have', async () => {
    await using folder = await temporaryFolder('forms');
    const files = [join(folder.path, 'u.csv'), join(folder.path, 'd.csv')];
    await writeFile(files[0] ?? '', 'Number,Name,E-mail Address\n12,,a@example.org\n');
    await writeFile(files[1] ?? '', 'Number,Name,Privacy,Department\n12,"Doe,Jo",No,Sales\n13,"Not,Auser",No,Sales\n');
    expect((await read({ files })).users).toEqual([
      {
        key: '12',
        extension: '12',
        name: 'Jo Doe',
        firstName: 'Jo',
        lastName: 'Doe',
        email: 'a@example.org',
        department: 'Sales',
      },
    ]);
  });
});

describe('rows', () => {
  it('duplicate and missing e-mails stay; rows without number and repeated numbers are rejected with their line', async () => {
    await using file = await withUsers(
      `${HEADER}1,A,B,x@y\r\n2,C,D,x@y\r\n3,E,F,\r\n,G,H,g@y\r\n1,I,J,\r\n\r\n"4","K, Jr",L,k@y\r\n`,
    );
    const { items, users } = await read({ files: [file.path] });
    expect(users.map((user) => [user.key, user.email])).toEqual([
      ['1', 'x@y'],
      ['2', 'x@y'],
      ['3', undefined],
      ['4', 'k@y'],
    ]);
    expect(items.filter((item) => item.kind === 'rejected')).toEqual([
      { kind: 'rejected', where: 'line 5', reason: 'has no directory number' },
      { kind: 'rejected', where: 'line 6', reason: 'the number is there already on line 2' },
    ]);
  });

  it('a GUID column is the key', async () => {
    await using file = await withUsers('GUID,Number,Last Name\n94760BBE-2642-11EE-A333-005056A25819,7,Doe\n');
    expect((await read({ files: [file.path] })).users[0]).toMatchObject({
      key: '94760bbe-2642-11ee-a333-005056a25819',
      extension: '7',
    });
  });

  it('a long cell is cut and told; columns that are not known are ignored, also one called __proto__', async () => {
    await using file = await withUsers(`Number,__proto__,Last Name,E-mail\n5,x,${'n'.repeat(300)},e@y\n`);
    const { items } = await read({ files: [file.path] });
    expect(items).toMatchObject([{ kind: 'user', where: 'line 2', problems: ['lastName: cut to 256 characters'] }]);
  });

  it.each([
    ['Doe,Jo', { name: 'Jo Doe', firstName: 'Jo', lastName: 'Doe' }],
    [' Doe , Jo Ann ', { name: 'Jo Ann Doe', firstName: 'Jo Ann', lastName: 'Doe' }],
    ['Doe,', { name: 'Doe' }],
    ['Front Desk', { name: 'Front Desk' }],
    ['Doe,Jo,Jr', { name: 'Jo,Jr Doe', firstName: 'Jo,Jr', lastName: 'Doe' }],
  ])('the name %j is divided', (text, names) => {
    expect(splitName(text)).toEqual(names);
  });
});

describe('headers', () => {
  it.each([
    [['Number', 'Last Name', 'First Name', 'E-Mail'], 'users'],
    [['DIRECTORY NUMBER', 'Name (Last, First)', 'Email_Address*'], 'users'],
    [['Name', 'Number', 'Privacy', 'Department', 'Location'], 'directory'],
    [['Extension', 'Name'], 'directory'],
  ])('%j is the form %s', (cells, form) => {
    expect(recogniseHeader(cells)?.form).toBe(form);
  });

  it.each([[['Number', 'Trunk Label']], [['Name', 'Address']], [['1001', 'Doe,Jo']], [[]]])('%j is none', (cells) => {
    expect(recogniseHeader(cells)).toBeUndefined();
  });
});

describe('faults', () => {
  it.each<[string, string | Buffer, string]>([
    ['no line end at the end', `${HEADER}1,A,B,x@y\r\n2,C`, 'form.truncated'],
    ['a quote that is never closed', `${HEADER}1,"A,B,x@y\r\n2,C,D,z@y\r\n`, 'form.truncated'],
    ['nothing in it', '', 'form.truncated'],
    ['no known header', 'Trunk,Label\r\n1,2\r\n', 'form.not-recognised'],
    ['a line of 10 MB', `${HEADER}1,${'x'.repeat(10_000_000)},B,c\r\n`, 'form.bad-csv'],
    ['a quote open for 10 MB', `${HEADER}1,"${'x\n'.repeat(5_000_000)}`, 'form.bad-csv'],
    ['a header line of 10 MB', `${'Number,'.repeat(1_500_000)}\n1\n`, 'form.not-recognised'],
    ['zero bytes only', Buffer.alloc(5000), 'form.not-recognised'],
  ])('a file with %s', async (_what, text, code) => {
    await using file = await withUsers(text);
    await expect(read({ files: [file.path] })).rejects.toMatchObject({ code });
  });

  it('a missing file and a missing folder are told with their path', async () => {
    await expect(read({ files: ['/nonexistent/users.csv'] })).rejects.toThrow(/nonexistent\/users\.csv: ENOENT/);
    await expect(read({ folder: '/nonexistent' })).rejects.toMatchObject({ code: 'form.unreadable' });
  });

  it('an empty folder says what to do', async () => {
    await using folder = await temporaryFolder('forms');
    await expect(read({ folder: folder.path })).rejects.toMatchObject({
      code: 'form.no-file',
      nextStep: expect.stringContaining('Export'),
    });
  });

  it('the newest complete file wins; an incomplete newer one is passed over with a warning', async () => {
    await using folder = await temporaryFolder('forms');
    const write = async (name: string, text: string, age: number) => {
      await writeFile(join(folder.path, name), text);
      await utimes(join(folder.path, name), Date.now() / 1000 - age, Date.now() / 1000 - age);
    };
    await write('old.csv', `${HEADER}1,Old,A,\r\n`, 300);
    await write('good.csv', `${HEADER}1,Good,A,\r\n`, 200);
    await write('cut.csv', `${HEADER}1,Cut,A`, 100);
    await write('.part.csv', `${HEADER}1,Hidden,A,\r\n`, 50);
    const { adapter, lines } = adapterFor({ folder: folder.path });
    expect((await collect(adapter.users(signal()))).users).toMatchObject([{ lastName: 'Good' }]);
    expect(lines).toContainEqual(
      expect.objectContaining({ code: 'form.truncated', path: join(folder.path, 'cut.csv') }),
    );
  });

  it('a file that goes on changing is not read', async () => {
    await using file = await withUsers(HEADER);
    const writer = keepGrowing(file.path);
    const waiting = settled(file.path, { now: Date.now }, signal(), { settledMs: 150, patienceMs: 400 });
    await expect(waiting).rejects.toMatchObject({ code: 'form.growing' });
    await writer.stop();
  });

  it('a file that comes to rest is waited for', async () => {
    await using file = await withUsers(HEADER);
    const writer = keepGrowing(file.path);
    let isWritten = false;
    setTimeout(() => {
      isWritten = true;
      void writer.stop();
    }, 150);
    const state = await settled(file.path, { now: Date.now }, signal(), { settledMs: 1000, patienceMs: 15_000 });
    expect(isWritten).toBe(true);
    expect(state.size).toBeGreaterThan(HEADER.length);
  });

  it('a file that grows while it is read fails the run at its end', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => `${at},A,B,\r\n`).join('');
    await using file = await withUsers(HEADER + rows);
    const reading = async () => {
      let count = 0;
      for await (const _part of readForm(file.path, signal()))
        if (++count === 10) await appendFile(file.path, 'x,y,z,\r\n');
    };
    await expect(reading()).rejects.toMatchObject({ code: 'form.growing' });
  });

  it('a file much smaller than the one before is told, over restarts, and still read', async () => {
    await using folder = await temporaryFolder('forms');
    await using temp = await temporaryFolder('temp');
    await writeFormExports(folder.path, { users: 100 });
    await collect(adapterFor({ folder: folder.path }, temp.path).adapter.users(signal()));
    await writeFormExports(folder.path, { users: 40 });
    const { adapter, lines } = adapterFor({ folder: folder.path }, temp.path);
    const report = await adapter.probe(signal());
    expect(report.steps.find((step) => step.id === 'size')).toMatchObject({ status: 'warning' });
    expect((await collect(adapter.users(signal()))).users).toHaveLength(40);
    expect(lines.filter((line) => line['code'] === 'form.shrunk')).toHaveLength(2);
  });

  it('a canceled read ends', async () => {
    await using folder = await temporaryFolder('forms');
    await writeFormExports(folder.path, { users: 3000 });
    const controller = new AbortController();
    const reading = async () => {
      let count = 0;
      const { adapter } = adapterFor({ folder: folder.path });
      for await (const _item of adapter.users(controller.signal)) if (++count === 100) controller.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'pbx.canceled' });
  });
});

describe('whatever the bytes are', () => {
  const rowsOf = async (path: string) => {
    const rows: unknown[] = [];
    for await (const part of readForm(path, signal())) if ('row' in part) rows.push(part.row.cells);
    return rows;
  };

  it('a sample cut at any offset gives an error or whole rows from its start, never a changed one', async () => {
    const people = [...generatePeople({ count: 6 })];
    const table = [
      ['Number', 'Last Name', 'First Name', 'E-mail'],
      ...people.map((person) => [person.extension, `${person.lastName}, "x"`, person.firstName, person.email ?? '']),
    ];
    const bytes = formBytes(table, { bom: true });
    await using file = await withUsers(bytes);
    const whole = await rowsOf(file.path);
    expect(whole).toHaveLength(6);
    let readable = 0;
    for (let length = 0; length < bytes.length; length += 1) {
      await writeFile(file.path, bytes.subarray(0, length));
      try {
        const rows = await rowsOf(file.path);
        expect(rows).toEqual(whole.slice(0, rows.length));
        readable += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(DemarcError);
      }
    }
    // Only a cut at the end of a line (before or after its last byte) cannot be told from a shorter file.
    expect(readable).toBeLessThanOrEqual(14);
  });

  it('random bytes end in rows or in a form error', async () => {
    await using file = await withUsers('');
    const text = fc
      .stringMatching(/^[\d,;"'\r\n\t a-zÀ-ÿ@]{0,200}$/)
      .map((body) => Buffer.from(`Number,Name\n${body}`));
    const bytes = fc.uint8Array({ maxLength: 400 }).map((body) => Buffer.from(body));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, bytes), async (content) => {
        await writeFile(file.path, content);
        try {
          for (const row of await rowsOf(file.path)) expect(row).toBeTypeOf('object');
        } catch (error) {
          expect(error).toBeInstanceOf(DemarcError);
          expect(error).toMatchObject({ code: expect.stringMatching(/^form\./) });
        }
      }),
      { numRuns: 600, interruptAfterTimeLimit: 8000 },
    );
  });
});
