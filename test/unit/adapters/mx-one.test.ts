/** The MX-ONE adapter against the lab's Service Node and its misbehaviour. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { DirectoryNumber, PbxAdapter, ProbeReport, UserItem } from '#pbx-adapters/adapter.ts';
import { SshLine } from '#pbx-adapters/channels/ssh/line.ts';
import { mdsh } from '#pbx-adapters/channels/ssh/mdsh.ts';
import { SshAccess } from '#pbx-adapters/channels/ssh/settings.ts';
import type { LoginGuardState } from '#pbx-adapters/login-guard.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { startDirectory } from '#test/lab/directory.ts';
import { labEntry } from '#test/lab/directory-entries.ts';
import { startManager } from '#test/lab/mx-one/manager.ts';
import { type MxOneServer, type ServerNasty, startMxOne } from '#test/lab/mx-one/server.ts';
import { type MxOneNasty, type MxOneSite, sitePeople } from '#test/lab/mx-one/site.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';
import { startCutter } from '#test/support/cutter.ts';
import { until } from '#test/support/program.ts';

const signal = () => AbortSignal.timeout(15_000);

const settings = (server: MxOneServer, more: Record<string, unknown> = {}) => {
  const { host, port, user, password, hostKeyFingerprint } = server;
  return { host, port, user, password, hostKeyFingerprint, connectMs: 5000, commandMs: 2000, ...more };
};
const adapterFor = (server: MxOneServer, more: Record<string, unknown> = {}, parts = adapterParts()): PbxAdapter =>
  adapterTypes['mx-one'].create(settings(server, more), parts);

const read = (server: MxOneServer, more: Record<string, unknown> = {}) =>
  collect(adapterFor(server, more).users(signal()));

const expected = (site: MxOneSite) =>
  [...sitePeople(site)].map(({ dir, name1, name2 }) => ({ key: dir, extension: dir, name: `${name1} ${name2}` }));

describe('reading', () => {
  it.each<[string, Partial<MxOneSite>, ServerNasty]>([
    ['over two header lines', {}, {}],
    ['over one header line', { headers: 1 }, {}],
    ['padded by bytes', { pad: 'bytes' }, {}],
    ['with the header again on each page', { nasty: { page: 40 } }, {}],
    ['closed by END', { nasty: { end: true } }, {}],
    ['in pieces of seven bytes', {}, { pieces: 7 }],
    ['with the status before the output', {}, { exitFirst: true }],
  ])('gives every extension with its name, %s', async (_what, more, nasty) => {
    const site = { users: 230, ...more };
    await using server = await startMxOne(site, nasty);
    const { users, items } = await read(server);
    expect(users).toEqual(expected(site));
    expect(items.filter((item) => item.kind === 'rejected' || item.problems)).toEqual([]);
  });

  it.each([
    ['first-last', (a: string, b: string) => ({ firstName: a, lastName: b, name: `${a} ${b}` })],
    ['last-first', (a: string, b: string) => ({ firstName: b, lastName: a, name: `${b} ${a}` })],
  ] as const)('takes names apart when told that they stand %s', async (nameOrder, names) => {
    await using server = await startMxOne({ users: 10 });
    const { users } = await read(server, { nameOrder });
    const people = [...sitePeople({ users: 10 })];
    expect(users).toEqual(
      people.map(({ dir, name1, name2 }) => ({ key: dir, extension: dir, ...names(name1, name2) })),
    );
  });

  it('a row that does not fit and a second row of one extension are rejected with their place, the others are read', async () => {
    await using server = await startMxOne({ users: 20, nasty: { odd: true } });
    const { users, items } = await read(server);
    expect(users).toHaveLength(20);
    expect(items.slice(20)).toEqual([
      { kind: 'rejected', where: 'extension -p -d all, line 25', reason: 'does not fit the columns of the header' },
      { kind: 'rejected', where: 'extension -p -d all, line 26', reason: 'the extension 0001 stands twice' },
    ]);
  });

  it('a system without names and IP extensions says so by a refusal and still gives its extensions', async () => {
    const refuse = { command: 'name', object: 'DIR', reason: 'NOT ASSIGNED' };
    await using server = await startMxOne({ users: 5, nasty: { refuse } });
    expect((await read(server)).users).toEqual(
      expected({ users: 5 }).map(({ key, extension }) => ({ key, extension })),
    );
  });

  it('gives the extension ranges and no other series', async () => {
    await using server = await startMxOne({ users: 300 });
    const found: DirectoryNumber[] = [];
    for await (const one of adapterFor(server).numbers?.(signal()) ?? []) found.push(one);
    expect(found).toEqual([
      { kind: 'extension-range', from: '0000', to: '0299' },
      { kind: 'extension-range', from: '9115' },
    ]);
  });

  it('the inventory has the version and where it is from', async () => {
    await using server = await startMxOne({ users: 1, version: '7.4.1.0.12' });
    expect(await adapterFor(server).inventory(signal())).toMatchObject([
      { type: 'mx-one', version: { value: '7.4.1.0.12', source: 'ts_about' }, licence: null },
    ]);
  });

  it('users, numbers and inventory at one time share one log-in and run one command at a time', async () => {
    await using server = await startMxOne({ users: 300 });
    const adapter = adapterFor(server);
    const numbers = async () => {
      for await (const one of adapter.numbers?.(signal()) ?? []) void one;
    };
    const [users] = await Promise.all([collect(adapter.users(signal())), numbers(), adapter.inventory(signal())]);
    expect(users.users).toHaveLength(300);
    expect(server.seen).toMatchObject({ connections: 1, together: 1 });
  });

  it('runs only commands of its list, and none that prints secrets', async () => {
    await using server = await startMxOne({ users: 3 });
    const adapter = adapterFor(server);
    await adapter.probe(signal());
    await collect(adapter.users(signal()));
    await adapter.inventory(signal());
    expect([...new Set(server.commands)].toSorted()).toEqual([
      "mdsh -c 'extension -p -d all'",
      "mdsh -c 'ip_extension -p -d all'",
      "mdsh -c 'license_status'",
      "mdsh -c 'name -p -d all'",
      "mdsh -c 'number_print'",
      "mdsh -c 'ts_about'",
    ]);
  });
});

describe('faults', () => {
  it.each<[string, MxOneNasty, ServerNasty, string, RegExp]>([
    [
      'hangs in the middle of a print',
      { hang: { command: 'extension', afterLines: 60 } },
      {},
      'pbx.timeout',
      /extension -p/,
    ],
    ['hangs before a print', { hang: { command: 'name', afterLines: 0 } }, {}, 'pbx.timeout', /name -p/],
    [
      'cuts the connection in the middle',
      {},
      { drop: { command: 'extension', afterBytes: 9000 } },
      'pbx.truncated',
      /extension -p/,
    ],
    [
      'cuts the connection among the names',
      {},
      { drop: { command: 'name', afterBytes: 9000 } },
      'pbx.truncated',
      /name -p/,
    ],
    [
      'tells the end before the output and loses the rest of it',
      {},
      { drop: { command: 'extension', afterBytes: 9000 }, exitFirst: true },
      'pbx.truncated',
      /extension -p/,
    ],
    ['crashes in a print', { crash: { command: 'extension', afterLines: 50, status: 139 } }, {}, 'mdsh.failed', /139/],
    ['has no mdsh', { crash: { command: 'name', afterLines: 0, status: 127 } }, {}, 'mdsh.missing', /mdsh/],
    [
      'refuses',
      { refuse: { command: 'extension', object: 'DIR', reason: 'NOT AUTHORIZED' } },
      {},
      'mdsh.not-accepted',
      /DIR: NOT AUTHORIZED/,
    ],
    [
      'prints something else',
      {},
      { garbage: { command: 'extension', bytes: Buffer.from('hello\n'.repeat(50)) } },
      'mdsh.no-table',
      /dir/,
    ],
    ['prints nothing', {}, { garbage: { command: 'extension', bytes: Buffer.from('\n') } }, 'mdsh.no-table', /dir/],
    [
      'prints another table',
      {},
      { garbage: { command: 'name', bytes: Buffer.from('Dir   Colour\n0001  red\n') } },
      'mdsh.no-table',
      /name1/,
    ],
    [
      'prints columns that no row fits',
      {},
      {
        garbage: {
          command: 'extension',
          bytes: Buffer.from('Dir  Cust\n0001  0\n'.replace('0001  0', 'a'.repeat(40)).repeat(1)),
        },
      },
      'mdsh.no-table',
      /rows/,
    ],
    [
      'prints a line of a megabyte',
      {},
      { garbage: { command: 'extension', bytes: Buffer.alloc(1_000_000, 0x41) } },
      'ssh.too-much',
      /line/,
    ],
  ])('a PBX that %s ends in its own error', async (_what, nasty, serverNasty, code, text) => {
    await using server = await startMxOne({ users: 200, nasty }, serverNasty);
    await expect(read(server, { commandMs: 500 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(text),
    });
  });

  it('the print that was closed by END counts, even when the connection is lost right after it', async () => {
    const bytes = Buffer.from('Dir  Cust\n0001 0\n0002 0\nEND\n');
    await using server = await startMxOne({ users: 0 }, { garbage: { command: 'extension', bytes } });
    expect((await read(server)).users.map((user) => user.key)).toEqual(['0001', '0002']);
  });

  it('after a fault the next read logs in anew and gives everybody', async () => {
    await using server = await startMxOne({ users: 200 }, { drop: { command: 'extension', afterBytes: 5000 } });
    const adapter = adapterFor(server);
    await expect(collect(adapter.users(signal()))).rejects.toMatchObject({ code: 'pbx.truncated' });
    server.nasty = {};
    expect((await collect(adapter.users(signal()))).users).toHaveLength(200);
    expect(server.seen.connections).toBe(2);
  });

  it('a reader that stops early leaves nothing behind that the next one meets', async () => {
    await using server = await startMxOne({ users: 2000 });
    const adapter = adapterFor(server);
    for await (const _item of adapter.users(signal())) break;
    expect((await collect(adapter.users(signal()))).users).toHaveLength(2000);
    expect(server.seen.together).toBe(1);
  });

  it('a canceled read ends at once, whatever the PBX does', async () => {
    await using server = await startMxOne({ users: 5, nasty: { hang: { command: 'name', afterLines: 1 } } });
    const controller = new AbortController();
    const started = performance.now();
    const reading = collect(adapterFor(server, { commandMs: 60_000 }).users(controller.signal));
    setTimeout(() => controller.abort(), 300);
    await expect(reading).rejects.toMatchObject({ code: 'pbx.canceled' });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([
    ['says nothing', Buffer.alloc(0), 'pbx.timeout'],
    ['speaks HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'ssh.protocol'],
    [
      'greets and then sends noise',
      Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(4000, 0xff)]),
      'ssh.protocol',
    ],
  ])('a server that %s', async (_what, bytes, code) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (bytes.length > 0) socket.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const access = { host: '127.0.0.1', port, user: 'u', password: 'p', connectMs: 400 };
    const adapter = adapterTypes['mx-one'].create(access, adapterParts());
    await expect(collect(adapter.users(signal()))).rejects.toMatchObject({ code });
    server.close();
  });
});

describe('the connection', () => {
  it.each(['cut', 'damage'] as const)(
    '%s anywhere ends in an error of ours in time, or is whole',
    async (harm) => {
      await using server = await startMxOne({ users: 30 });
      const codes = new Set<unknown>();
      for (let at = 0; at < 12_000; at += at < 2000 ? 97 : 611) {
        await using cutter = await startCutter(server.port, at, harm);
        // A length that was damaged makes the peer wait for more.
        const reading = read(server, { port: cutter.port, connectMs: 300, commandMs: 300 });
        codes.add(
          await reading.then(
            ({ users }) => users.length,
            (error: { code: string }) => error.code,
          ),
        );
      }
      const known = ['pbx.unreachable', 'pbx.timeout', 'pbx.truncated', 'pbx.bad-credentials', 'ssh.protocol'];
      const allowed = [30, ...known, 'ssh.refused', 'pbx.host-key-changed'];
      expect([...codes].filter((code) => !allowed.some((one) => one === code))).toEqual([]);
      expect([...codes]).toContain('pbx.truncated');
    },
    60_000,
  );

  it('stays open between reads, is closed after a while, and a lost one is made anew', async () => {
    await using server = await startMxOne({ users: 1 });
    const access = SshAccess.parse({ ...settings(server) });
    const line = new SshLine({ access, loginGuard: adapterParts().loginGuard, idleMs: 100 });
    const use = async () => {
      await using lease = await line.lease(signal());
      for await (const _line of mdsh(lease.session, 'ts_about', signal())) void _line;
    };
    await use();
    await use();
    expect(server.seen.connections).toBe(1);
    await until('the idle connection is closed', 5000, () => server.seen.open === 0);
    await use();
    expect(server.seen.connections).toBe(2);
    server.disconnect();
    await until('the lost connection is noticed', 5000, () => server.seen.open === 0);
    await use();
    expect(server.seen.connections).toBe(3);
  });
});

describe('log-in', () => {
  it.each([[{}], [{ hangUp: true }]])('two refusals, then no log-in is tried (%j)', async (nasty) => {
    await using server = await startMxOne({ users: 5 }, nasty);
    const state: { kept: LoginGuardState | undefined } = { kept: undefined };
    const codes: unknown[] = [];
    for (let round = 0; round < 4; round += 1) {
      const adapter = adapterFor(server, { password: 'wrong' }, adapterParts(state));
      await collect(adapter.users(signal())).catch((error: unknown) => codes.push(error));
    }
    expect(codes).toMatchObject([
      { code: 'pbx.bad-credentials' },
      { code: 'pbx.bad-credentials' },
      { code: 'pbx.login-stopped' },
      { code: 'pbx.login-stopped' },
    ]);
    expect(server.tries).toEqual(['refused', 'refused']);
  });

  it('a server that asks the password as a question gets it once', async () => {
    await using server = await startMxOne({ users: 5 }, { methods: ['keyboard-interactive'] });
    expect((await read(server)).users).toHaveLength(5);
    expect(server.tries).toEqual(['accepted']);
  });

  it('a server that takes only keys gets no password, and that is not a refusal', async () => {
    await using server = await startMxOne({ users: 5 }, { methods: ['publickey'] });
    const state: { kept: LoginGuardState | undefined } = { kept: undefined };
    const reading = collect(adapterFor(server, {}, adapterParts(state)).users(signal()));
    await expect(reading).rejects.toMatchObject({ code: 'ssh.no-password-login' });
    expect([server.tries, state.kept]).toEqual([[], undefined]);
  });

  it('no password goes to a host whose key nobody has confirmed, or whose key has changed', async () => {
    await using server = await startMxOne({ users: 5 });
    const unconfirmed = read(server, { hostKeyFingerprint: undefined });
    await expect(unconfirmed).rejects.toMatchObject({
      code: 'pbx.host-key-unconfirmed',
      detail: expect.stringContaining(server.hostKeyFingerprint),
    });
    const old = `SHA256:${'A'.repeat(43)}`;
    await expect(read(server, { hostKeyFingerprint: old })).rejects.toMatchObject({
      code: 'pbx.host-key-changed',
      detail: expect.stringContaining(server.hostKeyFingerprint),
    });
    expect(server.tries).toEqual([]);
  });
});

describe('the probe', () => {
  it('shows every step, version, counts and licences', async () => {
    await using server = await startMxOne({ users: 40 });
    const report = await adapterFor(server).probe(signal());
    expect(report.steps.map(({ id, status }) => `${id} ${status}`).join(', ')).toBe(
      'resolve ok, manager skipped, managerLogin skipped, connect ok, hostkey ok, login ok, version ok, licence ok, numbers ok, ' +
        'directory skipped, csta skipped, users ok',
    );
    expect(report).toMatchObject({ ok: true, version: '7.4.1.0.12', users: 40, numbers: 2 });
    expect(report.learned?.['licences']).toContainEqual({ tag: 'SIP-EXTENSION', used: 40 });
  });

  it('of a host that nobody has confirmed ends before the log-in and proposes its key', async () => {
    await using server = await startMxOne({ users: 5 });
    const report = await adapterFor(server, { hostKeyFingerprint: undefined }).probe(signal());
    expect(report).toMatchObject({
      ok: false,
      error: { code: 'pbx.host-key-unconfirmed' },
      learned: { hostKey: { type: 'ecdsa-sha2-nistp256', fingerprint: server.hostKeyFingerprint } },
      proposed: { hostKeyFingerprint: server.hostKeyFingerprint },
    });
    expect(report.steps.find((step) => step.id === 'login')?.status).toBe('skipped');
    expect(server.tries).toEqual([]);
  });

  it('looks at the Provisioning Manager where one is set, without a log-in; what fails there is a warning', async () => {
    await using server = await startMxOne({ users: 5 });
    const site = await startManager();
    try {
      const look = () => adapterFor(server, { manager: { port: site.port } }).probe(signal());
      const pageOf = ({ steps }: ProbeReport) => steps.find(({ id }) => id === 'manager');
      expect(pageOf(await look())).toMatchObject({
        status: 'ok',
        detail: expect.stringContaining('“MX-ONE Provisioning Manager”; certificate of CN='),
      });
      expect(site.badLogins).toBe(0);
      site.nasty.garbage = Buffer.from('nonsense');
      const report = await look();
      expect(pageOf(report)).toMatchObject({ status: 'warning', nextStep: expect.any(String) });
      expect(report).toMatchObject({ ok: true, users: 5, version: '7.4.1.0.12' });
    } finally {
      await site.stop();
    }
  });

  describe('logs in to the Provisioning Manager where a user is set', () => {
    const user = { user: 'installer' };
    const stepOf = ({ steps }: ProbeReport) => steps.find(({ id }) => id === 'managerLogin');
    const fingerprintOf = ({ steps }: ProbeReport) =>
      /SHA-256 ([0-9A-F:]{95})/.exec(steps.find(({ id }) => id === 'manager')?.detail ?? '')?.[1];
    /** An MX-ONE and its Provisioning Manager; `look` probes with these settings of the manager and this password. */
    async function both() {
      await using stack = new AsyncDisposableStack();
      const server = stack.use(await startMxOne({ users: 5 }));
      const site = await startManager();
      stack.defer(() => site.stop());
      const parts = adapterParts();
      const look = (manager: object, managerPassword = 'lab-password') =>
        adapterFor(server, { manager: { port: site.port, ...manager }, managerPassword }, parts).probe(signal());
      const running = stack.move();
      return { site, look, [Symbol.asyncDispose]: () => running.disposeAsync() };
    }

    it('and tells version, build and brand, once its certificate is confirmed', async () => {
      await using it = await both();
      const first = await it.look(user);
      expect(stepOf(first)).toMatchObject({ status: 'warning', detail: expect.stringContaining('not confirmed yet') });
      const report = await it.look({ ...user, certificateFingerprint: fingerprintOf(first) });
      expect(stepOf(report)).toMatchObject({ status: 'ok', detail: expect.stringContaining('build 12') });
      expect(report.learned?.['manager']).toEqual({ version: '7.4.1', build: '12', brand: 'mxone' });
      expect(JSON.stringify(report)).not.toContain('lab-password');
    });

    it('and sends no password to another certificate', async () => {
      await using it = await both();
      const other = Array.from({ length: 32 }, () => 'AB').join(':');
      const report = await it.look({ ...user, certificateFingerprint: other }, 'wrong');
      expect(stepOf(report)?.detail).toContain('not the one that was confirmed');
      expect(it.site.badLogins).toBe(0);
    });

    it('and makes no third try when two were refused, by any log-in of the link', async () => {
      await using it = await both();
      const confirmed = { ...user, certificateFingerprint: fingerprintOf(await it.look({})) };
      for (let tries = 0; tries < 3; tries += 1) await it.look(confirmed, 'wrong');
      expect(it.site.badLogins).toBe(2);
      expect(await it.look(confirmed)).toMatchObject({ ok: false, error: { code: 'pbx.login-stopped' } });
    });
  });

  it('of a release with a quirk says what to do about it', async () => {
    await using server = await startMxOne({ users: 1, version: '7.5.0.0.3' });
    const report = await adapterFor(server).probe(signal());
    expect(report.steps.find((step) => step.id === 'version')).toMatchObject({
      status: 'warning',
      nextStep: expect.stringContaining('uristring0'),
    });
  });

  it('an account that may not see the licences can still read the people', async () => {
    const refuse = { command: 'license_status', object: 'USER', reason: 'NOT AUTHORIZED' };
    await using server = await startMxOne({ users: 7, nasty: { refuse } });
    const report = await adapterFor(server).probe(signal());
    expect(report).toMatchObject({ ok: true, users: 7 });
    expect(report.steps.find((step) => step.id === 'licence')?.status).toBe('warning');
  });

  it('of a PBX that hangs names the step and the command', async () => {
    await using server = await startMxOne({ users: 7, nasty: { hang: { command: 'number_print', afterLines: 3 } } });
    const report = await adapterFor(server, { commandMs: 300 }).probe(signal());
    expect(report.steps.find((step) => step.status === 'error')).toMatchObject({
      id: 'numbers',
      detail: expect.stringContaining('number_print'),
    });
  });
});

describe('a directory that adds the e-mail addresses', () => {
  const baseDn = 'ou=people,o=lab';
  const person = (cn: string, more: Record<string, string>) =>
    labEntry(`cn=${cn},${baseDn}`, { objectClass: 'person', cn, displayName: cn, entryUUID: `id-${cn}`, ...more });

  async function both(entries: ReturnType<typeof person>[], users = 8, seed = 1) {
    const directory = await startDirectory({ entries: [], baseDn });
    directory.entries.push(labEntry(baseDn, { objectClass: 'organizationalUnit', ou: 'people' }), ...entries);
    const server = await startMxOne({ users, seed });
    const { host, port, bindDn, password } = directory;
    const access = { directory: { host, port, bindDn, baseDn, tls: 'none' }, directoryPassword: password };
    return {
      server,
      directory,
      access,
      [Symbol.asyncDispose]: async () => {
        await server[Symbol.asyncDispose]();
        await directory.stop();
      },
    };
  }
  const namesOf = (site: MxOneSite) => expected(site).map(({ name }) => name);
  const reversed = (name: string) => name.split(' ').toReversed().join(' ');

  it('joins by extension first, then by name in any order; who is not found is said, and keeps the rest', async () => {
    const [, second = '', third = ''] = namesOf({ users: 3, seed: 3 });
    await using lab = await both(
      [
        person('Somebody', { ipPhone: '0000', mail: 'zero@example.org', mobile: '+49 151 1' }),
        person(reversed(second), { mail: 'one@example.org' }),
      ],
      3,
      3,
    );
    const { items } = await read(lab.server, lab.access);
    expect(items).toMatchObject([
      { user: { key: '0000', email: 'zero@example.org', mobilePhone: '+49 151 1' } },
      { user: { key: '0001', email: 'one@example.org', name: second } },
      { user: { key: '0002', name: third }, problems: ['not in the directory, by extension or by name'] },
    ]);
  });

  it('a name that two people of the PBX have finds neither of them', async () => {
    const [, second = '', third] = namesOf({ users: 3, seed: 1 });
    expect(second).toBe(third);
    await using lab = await both([person(second, { mail: 'one@example.org' })], 3);
    const problems = (await read(lab.server, lab.access)).items.map((item) => item.kind === 'user' && item.problems);
    const told = ['several people of the PBX have this name'];
    expect(problems.slice(1)).toEqual([told, told]);
  });

  it('an extension that stands at two entries is nobody’s', async () => {
    await using lab = await both(
      [
        person('A', { ipPhone: '0000', mail: 'a@example.org' }),
        person('B', { ipPhone: '0000', mail: 'b@example.org' }),
      ],
      1,
    );
    const { items } = await read(lab.server, lab.access);
    expect(items).toMatchObject([{ problems: ['several entries of the directory have this extension'] }]);
    expect((items[0] as Extract<UserItem, { kind: 'user' }>).user.email).toBeUndefined();
  });

  it('the last digits of a whole number are the extension when told so', async () => {
    await using lab = await both([person('A', { telephoneNumber: '+49 30 9018-0000', mail: 'a@example.org' })], 1);
    const directory = { ...lab.access.directory, extensionDigits: 4 };
    expect((await read(lab.server, { ...lab.access, directory })).users).toMatchObject([{ email: 'a@example.org' }]);
    expect((await read(lab.server, lab.access)).users[0]?.email).toBeUndefined();
  });

  it('a directory that does not answer fails the read instead of taking everybody’s address away', async () => {
    await using lab = await both([]);
    await lab.directory.stop();
    await expect(read(lab.server, lab.access)).rejects.toMatchObject({
      code: 'pbx.unreachable',
      detail: expect.stringContaining('directory'),
    });
    expect(lab.server.commands).toEqual([]);
  });

  it('a wrong password of the directory is tried twice, although the PBX accepts its own each time', async () => {
    await using lab = await both([]);
    const state: { kept: LoginGuardState | undefined } = { kept: undefined };
    for (let round = 0; round < 4; round += 1) {
      const adapter = adapterFor(lab.server, { ...lab.access, directoryPassword: 'wrong' }, adapterParts(state));
      await adapter.inventory(signal()).catch(() => undefined);
      await collect(adapter.users(signal())).catch(() => undefined);
    }
    expect(lab.directory.binds).toEqual([49, 49]);
    expect(lab.server.tries).toEqual(['accepted', 'accepted']);
  });

  it('the probe says how many are not in it, and what to do', async () => {
    await using lab = await both([person('A', { ipPhone: '0000', mail: 'a@example.org' })], 5);
    const report = await adapterFor(lab.server, lab.access).probe(signal());
    expect(report.steps.find((step) => step.id === 'users')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('4 are not in the directory, such as 0001'),
    });
  });
});
