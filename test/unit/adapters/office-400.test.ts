/** The MiVoice Office 400 adapter against the lab's CSTA service, phone book and export. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DirectoryNumber, UserItem } from '#pbx-adapters/adapter.ts';
import { extensionOf, internalNumber } from '#pbx-adapters/mivoice-office-400/extension.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { labEntry } from '#test/lab/directory-entries.ts';
import type { CstaNasty } from '#test/lab/office-400/csta-devices.ts';
import { type LabOffice400, startOffice400 } from '#test/lab/office-400/office-400.ts';
import type { LabPerson } from '#test/lab/people.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';

async function office(users: number, nasty: CstaNasty = {}, more: Partial<Parameters<typeof startOffice400>[0]> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'demarc-office-400-'));
  const lab = await startOffice400({ users, folder, nasty, ...more });
  // An export that was written a moment ago could still be growing, and is waited for.
  await utimes(lab.exportFile, new Date(0), new Date(0));
  return {
    lab,
    async [Symbol.asyncDispose]() {
      await lab.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const adapterFor = (lab: LabOffice400, more: Record<string, unknown> = {}, parts = adapterParts()) => {
  const settings = { ...lab.connection, greetingMs: 60, operationMs: 500, ...more };
  return adapterTypes['mivoice-office-400'].create(settings, parts);
};

const read = (lab: LabOffice400, more: Record<string, unknown> = {}) =>
  collect(adapterFor(lab, more).users(AbortSignal.timeout(20_000)));

const rejectedOf = (items: readonly UserItem[]) => items.filter((item) => item.kind === 'rejected');

const asUser = (person: LabPerson) => ({
  key: person.extension,
  extension: person.extension,
  name: person.name,
  firstName: person.firstName,
  lastName: person.lastName,
  department: person.department,
  ...(person.email === undefined ? {} : { email: person.email }),
  ...(person.workPhone === undefined ? {} : { workPhone: person.workPhone }),
  ...(person.mobilePhone === undefined ? {} : { mobilePhone: person.mobilePhone }),
});

const NONE = { phoneBook: undefined, phoneBookPassword: undefined, file: undefined };

describe('reading', () => {
  it('joins phones, phone book and export on the extension; what has no counterpart is listed', async () => {
    await using pbx = await office(300);
    pbx.lab.csta.devices.splice(5, 1);
    const { users, items } = await read(pbx.lab);
    expect(users).toEqual(pbx.lab.people.filter((person) => person.index !== 5).map(asUser));
    expect(rejectedOf(items)).toEqual([
      { kind: 'rejected', where: 'phone 7777', reason: 'no name is known for this phone' },
      { kind: 'rejected', where: 'export line 7', reason: 'the PBX lists no phone with the extension 0005' },
    ]);
  });

  it('with the phone book alone gives names without e-mail addresses', async () => {
    await using pbx = await office(40);
    const { users } = await read(pbx.lab, { file: undefined });
    expect(users).toHaveLength(40);
    expect(users[3]).toMatchObject({ key: '0003', name: pbx.lab.people[3]?.name });
    expect(users.some((user) => user.email !== undefined)).toBe(false);
  });

  it('tells the mapping of the phone book that it learned, and takes it back from then on', async () => {
    await using pbx = await office(40);
    const chosen: Record<string, unknown>[] = [];
    const parts = { ...adapterParts(), onChosen: (settings: Record<string, unknown>) => void chosen.push(settings) };
    const settings = { ...pbx.lab.connection, file: undefined };
    const first = await collect(adapterFor(pbx.lab, settings, parts).users(AbortSignal.timeout(5000)));
    expect(chosen).toMatchObject([{ phoneBookMapping: { extension: ['telephoneNumber'] } }]);
    const again = await collect(
      adapterFor(pbx.lab, { ...settings, ...chosen[0] }, parts).users(AbortSignal.timeout(5000)),
    );
    expect(again).toEqual(first);
    expect(chosen).toHaveLength(1);
  });

  it('with CSTA alone gives every phone as a user with nothing but an extension', async () => {
    await using pbx = await office(40);
    const { users } = await read(pbx.lab, NONE);
    expect(users).toHaveLength(41);
    expect(users[7]).toEqual({ key: '0007', extension: '0007' });
  });

  it('without CSTA gives the people of export and phone book, and asks no CSTA service', async () => {
    await using pbx = await office(40);
    pbx.lab.directory.entries.push(
      labEntry('cn=Late,ou=phonebook,o=office400', {
        objectClass: 'person',
        cn: 'Late Comer',
        telephoneNumber: '5000',
      }),
    );
    const { users } = await read(pbx.lab, { csta: false });
    expect(users).toHaveLength(41);
    expect(users.at(-1)).toEqual({ key: '5000', extension: '5000', name: 'Late Comer' });
    expect(pbx.lab.csta.received).toEqual([]);
  });

  it('takes the newest complete export of a folder', async () => {
    await using pbx = await office(10);
    const folder = join(pbx.lab.exportFile, '..');
    const { users } = await read(pbx.lab, { file: undefined, folder, csta: false });
    expect(users.toSorted((a, b) => a.key.localeCompare(b.key))).toEqual(pbx.lab.people.map(asUser));
  });

  it('lists an extension that is in the export twice, and counts numbers that are not of this PBX as contacts', async () => {
    await using pbx = await office(5);
    const rows = 'Number,Name,E-mail\r\n0001,Ann,a@example.org\r\n0001,Bob,\r\n+41 32 655 00 00,Taxi,\r\n';
    await writeFile(pbx.lab.exportFile, rows);
    const { users, items } = await read(pbx.lab, { ...NONE, file: pbx.lab.exportFile, csta: false });
    expect(users).toEqual([{ key: '0001', extension: '0001', name: 'Ann', email: 'a@example.org' }]);
    expect(rejectedOf(items)).toMatchObject([
      { where: 'export line 3', reason: 'the extension 0001 is there already' },
    ]);
  });

  it('gives the direct-dial numbers of the export with the extension that they reach', async () => {
    await using pbx = await office(30);
    const numbers: DirectoryNumber[] = [];
    const signal = AbortSignal.timeout(5000);
    for await (const one of adapterFor(pbx.lab).numbers?.(signal) ?? []) numbers.push(one);
    const expected = pbx.lab.people.filter((person) => person.workPhone !== undefined);
    expect(numbers).toEqual(expected.map((one) => ({ kind: 'did', from: one.workPhone, target: one.extension })));
    const without = adapterFor(pbx.lab, { file: undefined });
    expect(without.capabilities().numbers.via).toBe('none');
    for await (const _one of without.numbers?.(signal) ?? []) expect.unreachable();
  });

  it.each<[string, CstaNasty]>([
    ['plain digits', { deviceIds: 'digits' }],
    ['appearances', { deviceIds: 'appearance' }],
    ['appearances with bare brackets', { deviceIds: 'bare' }],
    ['numbers with their kind', { deviceIds: 'noa' }],
    ['SIP addresses', { deviceIds: 'sip' }],
    ['ids alone', { idsOnly: true }],
    ['all categories', { noCategories: true }],
  ])('understands devices that come as %s, and takes lines and groups for no phones', async (_what, nasty) => {
    await using pbx = await office(20, nasty);
    const { users, items } = await read(pbx.lab);
    expect(users).toEqual(pbx.lab.people.map(asUser));
    expect(rejectedOf(items)).toMatchObject([{ where: 'phone 7777' }]);
  });

  it('a number with several appearances is one user', async () => {
    await using pbx = await office(20);
    pbx.lab.csta.devices.push({ number: '0003', category: 'station' });
    expect((await read(pbx.lab)).users).toHaveLength(20);
  });

  it('reads 2,500 people in every nasty but lawful form at once', async () => {
    const nasty = { split: 1371, chatter: true, dialect: 'prefixed', deviceIds: 'bare', noSegmentIds: true } as const;
    await using pbx = await office(2500, nasty);
    const { users } = await read(pbx.lab, { operationMs: 10_000 });
    expect(users).toEqual(pbx.lab.people.map(asUser));
  });
});

describe('faults', () => {
  it.each<[string, CstaNasty, Record<string, unknown>, string]>([
    ['hangs in the list', { hangAfter: 1 }, {}, 'pbx.truncated'],
    ['is restarted in the middle of the list', { dropAfter: 1 }, {}, 'pbx.truncated'],
    [
      'has no licence left',
      refusing('<systemResourceAvailibility>overallMonitorLimitExceeded</systemResourceAvailibility>'),
      {},
      'csta.limit',
    ],
    ['does not list devices', refusing('<operation>serviceNotSupported</operation>'), {}, 'csta.not-offered'],
    ['has no session left', { maxSessions: 0 }, {}, 'csta.session-limit'],
    ['cuts every connection', { dropAtOnce: true }, {}, 'pbx.unreachable'],
    [
      'refuses the CSTA log-in',
      { login: { user: 'a', password: 'b' } },
      { user: 'a', password: 'c' },
      'pbx.bad-credentials',
    ],
    ['refuses the log-in of the phone book', {}, { phoneBookPassword: 'wrong' }, 'pbx.bad-credentials'],
    ['has another base in its phone book', {}, { base: 'o=nowhere' }, 'ldap.base-missing'],
    ['has no export', {}, { file: '/nonexistent/users.csv' }, 'form.unreadable'],
  ])('a PBX that %s', async (what, nasty, more, code) => {
    await using pbx = await office(250, nasty);
    const { phoneBook } = pbx.lab.connection;
    const own = more['base'] === undefined ? more : { phoneBook: { ...(phoneBook as object), baseDn: more['base'] } };
    await expect(read(pbx.lab, own), what).rejects.toMatchObject({ code });
  });

  it('an empty folder and a missing file are told apart from a PBX without people', async () => {
    await using pbx = await office(5);
    const folder = join(pbx.lab.exportFile, '..', 'empty');
    await mkdir(folder);
    await expect(read(pbx.lab, { file: undefined, folder })).rejects.toMatchObject({ code: 'export.no-file' });
  });

  it('an export without a header line is told in the words of this PBX', async () => {
    await using pbx = await office(5);
    await writeFile(pbx.lab.exportFile, 'a,b,c\r\n1,2,3\r\n');
    await expect(read(pbx.lab)).rejects.toMatchObject({ code: 'export.not-recognised' });
  });

  it('an export that was cut short is not read', async () => {
    await using pbx = await office(50, {}, { style: { cutAt: 1500 } });
    await expect(read(pbx.lab)).rejects.toMatchObject({ code: 'form.truncated' });
  });

  it('a closed port is unreachable, and one that accepts and says nothing runs into the deadline', async () => {
    await using pbx = await office(3);
    const silent = createServer((socket) => void socket.on('error', () => socket.destroy()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(read(pbx.lab, { port, operationMs: 150 })).rejects.toMatchObject({ code: 'pbx.timeout' });
    silent.close();
    silent.unref();
    await expect(read(pbx.lab, { port: 1 })).rejects.toMatchObject({ code: 'pbx.unreachable' });
  });

  it('a working CSTA log-in does not forgive a wrong one of the phone book, nor the other way round', async () => {
    await using pbx = await office(3, { login: { user: 'demarc', password: 'right' } });
    const tries = async (more: Record<string, unknown>) => {
      const state = { kept: undefined };
      for (let round = 0; round < 5; round += 1) {
        const adapter = adapterFor(pbx.lab, { user: 'demarc', password: 'right', ...more }, adapterParts(state));
        await collect(adapter.users(AbortSignal.timeout(5000))).catch(() => undefined);
        await adapter.inventory(AbortSignal.timeout(5000));
      }
    };
    await tries({ phoneBookPassword: 'wrong' });
    expect(pbx.lab.directory.binds.filter((code) => code === 49)).toHaveLength(2);
    pbx.lab.csta.received.length = 0;
    await tries({ password: 'wrong' });
    expect(pbx.lab.csta.received.filter((name) => name === 'StartApplicationSession')).toHaveLength(2);
  });
});

describe('probe', () => {
  it('shows each step, the counts, who is unmatched, and what the PBX calls itself', async () => {
    await using pbx = await office(60);
    const report = await adapterFor(pbx.lab, { declaredVersion: '7.1' }).probe(AbortSignal.timeout(10_000));
    expect(report).toMatchObject({ ok: true, users: 60, version: '7.1', learned: { manufacturer: 'Lab & Söhne' } });
    expect(report.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'resolve ok',
      'connect ok',
      'start ok',
      'identity ok',
      'export ok',
      'phone-book ok',
      'users warning',
    ]);
    expect(report.steps.at(-1)?.detail).toContain('phone 7777');
  });

  it('stops at the step that fails and shows the rest as skipped', async () => {
    await using pbx = await office(5, { greet: ['disabled'] });
    const report = await adapterFor(pbx.lab).probe(AbortSignal.timeout(5000));
    expect(report.error).toMatchObject({ code: 'csta.not-ready' });
    expect(report.steps.map((step) => step.status)).toEqual([
      'ok',
      'ok',
      'error',
      'skipped',
      'skipped',
      'skipped',
      'skipped',
    ]);
  });

  it('without CSTA skips its steps', async () => {
    await using pbx = await office(5);
    const report = await adapterFor(pbx.lab, { csta: false }).probe(AbortSignal.timeout(5000));
    expect(report).toMatchObject({ ok: true, users: 5 });
    expect(report.steps.filter((step) => step.status === 'skipped').map((step) => step.id)).toEqual([
      'connect',
      'start',
      'identity',
    ]);
  });

  it('closes what it opened', async () => {
    await using pbx = await office(5);
    await adapterFor(pbx.lab).probe(AbortSignal.timeout(5000));
    await expect.poll(() => pbx.lab.csta.sessions).toBe(0);
  });
});

describe('inventory', () => {
  it('has the manufacturer by CSTA and the declared version, and says so when the PBX cannot be asked', async () => {
    await using pbx = await office(1);
    const ask = (more: object) => adapterFor(pbx.lab, { ...more }).inventory(AbortSignal.timeout(5000));
    expect(await ask({ declaredVersion: '7.1' })).toMatchObject([
      { type: 'mivoice-office-400', name: 'Lab & Söhne', version: { value: '7.1', source: 'declared' } },
    ]);
    pbx.lab.csta.nasty.dropAtOnce = true;
    const [report] = await ask({});
    expect(report).toMatchObject({ version: { value: null, problem: expect.stringContaining('cannot be reached') } });
    expect(report).not.toHaveProperty('name');
  });
});

describe('settings', () => {
  const least = { host: 'pbx' };
  const type = adapterTypes['mivoice-office-400'];

  it('know the usual port and take the PBX as the host of the phone book', () => {
    expect(type.address(least)).toBe('pbx:7001');
    const settings = { ...least, phoneBook: { baseDn: 'o=x', bindDn: 'cn=a' }, phoneBookPassword: 'x' };
    expect(type.connection.parse(settings)).toMatchObject({ phoneBook: { host: 'pbx', port: 389, password: 'x' } });
  });

  it.each([
    ['a log-in without password', { user: 'a' }],
    ['a password without user', { password: 'a' }],
    ['a file and a folder', { file: '/a', folder: '/b' }],
    ['a relative file', { file: 'a.csv' }],
    ['nothing to read from', { csta: false }],
    ['a phone book without base', { phoneBook: {} }],
    ['a phone book with an unknown field', { phoneBook: { baseDn: 'o=x', ports: 1 } }],
    ['a secret where it would not be encrypted', { phoneBook: { baseDn: 'o=x', bindDn: 'cn=a', password: 'x' } }],
    ['a password without a phone book', { phoneBookPassword: 'x' }],
    ['an unknown field', { ports: 1 }],
    ['an address with a scheme', { host: 'csta://h' }],
  ])('refuse %s', (_what, more) => {
    expect(() => type.create({ ...least, ...more }, adapterParts())).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  });

  it('name every secret', () => {
    const settings = {
      ...least,
      user: 'a',
      password: 'b',
      phoneBook: { baseDn: 'o=x', bindDn: 'cn=a' },
      phoneBookPassword: 'c',
    };
    expect(() => type.create(settings, adapterParts())).not.toThrow();
    expect(Object.keys(settings).filter((name) => /password/i.test(name))).toEqual(type.secretNames);
  });
});

describe('extensions', () => {
  it.each([
    ['2001', '2001'],
    ['0012', '0012'],
    ['N<123!98>', '123'],
    ['<123>', '123'],
    ['N45;noa=nk', '45'],
    ['sip:77@host:5060;tel=77', '77'],
    ['tel:88', '88'],
    ['*21', '*21'],
    ['+41326550000', undefined],
    ['123456789', undefined],
    ['trunk-1', undefined],
    ['***', undefined],
    ['', undefined],
    ['N<>', undefined],
  ])('in %s is %s', (id, extension) => {
    expect(extensionOf(id)).toBe(extension);
  });

  it('may have blanks in a phone book', () => {
    expect(internalNumber(' 20-01 ')).toBe('2001');
    expect(internalNumber(undefined)).toBeUndefined();
  });
});

const refusing = (content: string): CstaNasty => ({ refuse: { GetSwitchingFunctionDevices: content } });
