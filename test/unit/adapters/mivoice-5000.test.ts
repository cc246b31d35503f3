/** The MiVoice 5000 adapter against the lab's directory and its misbehaviour. */
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { DirectoryNumber, ProbeReport } from '#pbx-adapters/adapter.ts';
import { MiVoice5000Connection, peopleFilter } from '#pbx-adapters/mivoice-5000/connection.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { integer, tlv } from '#test/lab/ber.ts';
import { type LabDirectory, type Nasty, startDirectory } from '#test/lab/directory.ts';
import { labEntries, labEntry, oddEntries } from '#test/lab/directory-entries.ts';
import { startWebAdmin } from '#test/lab/mivoice-5000/web-admin.ts';
import { generatePeople } from '#test/lab/people.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';

const baseDn = 'ou=people,o=lab';

async function directoryOf(users: number, nasty: Nasty = {}) {
  const directory = await startDirectory({ entries: labEntries(users, baseDn), baseDn, nasty });
  return { directory, [Symbol.asyncDispose]: () => directory.stop() };
}

const adapterFor = (directory: LabDirectory, more: Record<string, unknown> = {}, parts = adapterParts()) => {
  const { host, port, bindDn, password } = directory;
  const settings = { host, port, tls: 'none', baseDn, bindDn, password, pageSize: 50, ...more };
  return adapterTypes['mivoice-5000'].create(settings, parts);
};

const read = (directory: LabDirectory, more: Record<string, unknown> = {}) =>
  collect(adapterFor(directory, more).users(AbortSignal.timeout(10_000)));

describe('reading', () => {
  it('gives every generated person with all fields, over pages and both object classes', async () => {
    await using lab = await directoryOf(230);
    const { users } = await read(lab.directory);
    const expected = [...generatePeople({ count: 230 })].map((person) => ({
      key: person.uuid,
      name: person.name,
      firstName: person.firstName,
      lastName: person.lastName,
      extension: person.extension,
      department: person.department,
      loginId: person.loginId,
      ...(person.email === undefined ? {} : { email: person.email }),
      ...(person.workPhone === undefined ? {} : { workPhone: person.workPhone }),
      ...(person.mobilePhone === undefined || person.index % 10 === 9 ? {} : { mobilePhone: person.mobilePhone }),
    }));
    expect(users).toEqual(expected);
  });

  it('keeps leading zeros of an extension', async () => {
    await using lab = await directoryOf(20);
    expect((await read(lab.directory)).users[7]?.extension).toBe('0007');
  });

  it('reads one object class when told so', async () => {
    await using lab = await directoryOf(100);
    expect((await read(lab.directory, { objectClasses: ['contactRecord'] })).users).toHaveLength(10);
  });

  it('takes a given mapping as it is', async () => {
    await using lab = await directoryOf(20);
    const mapping = { extension: 'telephoneNumber', department: ['attr4', 'attr3'] };
    const { users } = await read(lab.directory, { mapping });
    expect(users[0]).toEqual({ key: expect.any(String), extension: '0000', department: 'A' });
    expect(users[9]).toEqual({ key: expect.any(String), department: 'CC2' });
  });

  it('a page without entries is not the end', async () => {
    await using lab = await directoryOf(230, { emptyPages: 2 });
    expect((await read(lab.directory)).users).toHaveLength(230);
  });

  it('without identity the extension is the key, a second one is rejected, and one without either', async () => {
    await using lab = await directoryOf(0);
    const person = (cn: string, more: Record<string, string>) =>
      labEntry(`cn=${cn},${baseDn}`, { objectClass: 'person', cn, ...more });
    lab.directory.entries.push(
      person('a', { telephoneNumber: '0100' }),
      person('b', { telephoneNumber: '0100' }),
      person('c', { mail: 'c@example.org' }),
    );
    const { items } = await read(lab.directory, { mapping: { extension: 'telephoneNumber', email: 'mail' } });
    expect(items).toMatchObject([
      { kind: 'user', user: { key: '0100' } },
      { kind: 'rejected', where: `cn=b,${baseDn}` },
      { kind: 'rejected', where: `cn=c,${baseDn}`, reason: 'has neither an identity nor an extension' },
    ]);
  });

  it('odd values are cut or replaced and reported, and only a person without any number is left out', async () => {
    await using lab = await directoryOf(20);
    lab.directory.entries.push(...oddEntries(baseDn));
    const mapping = { extension: 'telephoneNumber', name: 'cn', lastName: 'sn', department: 'department' };
    const { items } = await read(lab.directory, { mapping });
    expect(items).toHaveLength(24);
    expect(items.slice(20)).toMatchObject([
      { user: { key: '90001', name: 'Huge Value' }, problems: ['department: cut, the value is longer than 64 KiB'] },
      { user: { key: '90002', department: 'A\ufffd\ufffdB' }, problems: ['department: not valid UTF-8'] },
      { user: { key: '090003', name: '<script>alert(1)</script>', lastName: 'line\nbreak' } },
      { kind: 'rejected', where: `uid=odd-nothing,${baseDn}` },
    ]);
  });

  it('gives the direct-dial numbers with the extension that they reach', async () => {
    await using lab = await directoryOf(30);
    const numbers: DirectoryNumber[] = [];
    for await (const one of adapterFor(lab.directory).numbers?.(AbortSignal.timeout(5000)) ?? []) numbers.push(one);
    const expected = [...generatePeople({ count: 30 })].filter((person) => person.workPhone !== undefined);
    expect(numbers).toEqual(expected.map((one) => ({ kind: 'did', from: one.workPhone, target: one.extension })));
  });
});

describe('faults', () => {
  it.each<[string, Nasty, Record<string, unknown>, string]>([
    ['hangs in the first page', { hangAfter: 20 }, {}, 'pbx.timeout'],
    ['hangs in a later page', { hangAfter: 120 }, {}, 'pbx.truncated'],
    ['drops the connection in the first page', { dropAfter: 20 }, {}, 'pbx.unreachable'],
    ['drops the connection in a later page', { dropAfter: 120 }, {}, 'pbx.truncated'],
    ['is restarted between two pages', { dropAtSecondPage: true }, {}, 'pbx.truncated'],
    ['refers elsewhere', { referral: 'ldap://other.example:389/o=x' }, {}, 'ldap.referral'],
    ['has a part elsewhere', { reference: 'ldap://far.example/o=x' }, {}, 'ldap.referral'],
    ['does not have the base', {}, { baseDn: 'o=nowhere' }, 'ldap.base-missing'],
    ['wants a log-in', {}, { bindDn: undefined, password: undefined }, 'ldap.no-access'],
    ['refuses the password', {}, { password: 'wrong' }, 'pbx.bad-credentials'],
    ['does not offer StartTLS', {}, { tls: 'starttls' }, 'pbx.tls-failed'],
    ['has nothing that looks like an extension', {}, { filter: '(cn=*)', mapping: undefined }, 'ldap.no-mapping'],
  ])('a directory that %s', async (what, nasty, more, code) => {
    await using lab = await directoryOf(200, nasty);
    if (code === 'ldap.no-mapping') {
      lab.directory.entries = [
        labEntry(baseDn, { objectClass: 'organization' }),
        ...Array.from({ length: 5 }, (_, at) => labEntry(`cn=${at},${baseDn}`, { objectClass: 'person', cn: 'Ann B' })),
      ];
    }
    const mapping = { extension: 'telephoneNumber' };
    const reading = read(lab.directory, { mapping, operationMs: 400, ...more });
    await expect(reading, what).rejects.toMatchObject({ code });
  });

  it('a refused referral names the host', async () => {
    await using lab = await directoryOf(5, { referral: 'ldap://other.example:1389/o=x' });
    await expect(read(lab.directory)).rejects.toThrow(/other\.example:1389/);
  });

  it('two refusals, then no log-in is tried', async () => {
    await using lab = await directoryOf(5);
    const state = { kept: undefined };
    for (let round = 0; round < 4; round += 1) {
      const adapter = adapterFor(lab.directory, { password: 'wrong' }, adapterParts(state));
      await collect(adapter.users(AbortSignal.timeout(5000))).catch(() => undefined);
    }
    expect(lab.directory.binds).toEqual([49, 49]);
  });

  it('a closed port is unreachable and an unknown name is told apart', async () => {
    const lab = await directoryOf(1);
    await lab.directory.stop();
    await expect(read(lab.directory)).rejects.toMatchObject({ code: 'pbx.unreachable' });
    await expect(read(lab.directory, { host: 'no-such-host.invalid' })).rejects.toMatchObject({
      code: 'pbx.unknown-host',
    });
  });

  it.each([
    ['says nothing', Buffer.alloc(0), 'pbx.timeout'],
    ['speaks HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'ldap.protocol'],
    ['announces a huge message', Buffer.from([0x30, 0x84, 0x7f, 0, 0, 0]), 'ldap.protocol'],
  ])('a server that %s', async (_what, bytes, code) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.write(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const settings = { host: '127.0.0.1', port, tls: 'none', baseDn, bindDn: 'cn=x', password: 'y', operationMs: 300 };
    const adapter = adapterTypes['mivoice-5000'].create(settings, adapterParts());
    await expect(collect(adapter.users(AbortSignal.timeout(5000)))).rejects.toMatchObject({ code });
    server.close();
  });
});

describe('StartTLS', () => {
  /** Agrees to StartTLS and then does as told with the handshake. */
  async function agreeing(then: (socket: Socket) => void) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        socket.write(tlv(0x30, integer(1), tlv(0x78, integer(0, 0x0a), tlv(0x04, ''), tlv(0x04, ''))));
        then(socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { port, [Symbol.asyncDispose]: async () => void server.close() };
  }

  it.each<[string, (socket: Socket) => void, string]>([
    ['then says nothing', () => undefined, 'pbx.timeout'],
    ['then hangs up', (socket) => socket.end(), 'pbx.tls-failed'],
    ['then sends garbage', (socket) => setTimeout(() => socket.write('garbage, not TLS'), 20), 'pbx.tls-failed'],
  ])('a server that agrees and %s', async (_what, then, code) => {
    await using server = await agreeing(then);
    const settings = { host: '127.0.0.1', port: server.port, baseDn, bindDn: 'cn=x', password: 'y', connectMs: 300 };
    const adapter = adapterTypes['mivoice-5000'].create(settings, adapterParts());
    await expect(collect(adapter.users(AbortSignal.timeout(5000)))).rejects.toMatchObject({ code });
  });
});

describe('probe', () => {
  it('looks at Web Admin where its port is set, and does not log in there', async () => {
    await using lab = await directoryOf(5);
    const site = await startWebAdmin();
    try {
      const look = () => adapterFor(lab.directory, { adminPort: site.port }).probe(AbortSignal.timeout(5000));
      const pageOf = ({ steps }: ProbeReport) => steps.find(({ id }) => id === 'page');
      expect(pageOf(await look())).toMatchObject({
        status: 'ok',
        detail: expect.stringMatching(/^Status 200; title “MiVoice 5000 Web Admin”; certificate of CN=.+, SHA-256 ../),
      });
      expect(site.badLogins).toBe(0);
      site.nasty.garbage = Buffer.from('nonsense');
      const report = await look();
      expect(pageOf(report)).toMatchObject({ status: 'warning', nextStep: expect.any(String) });
      expect(report).toMatchObject({ ok: true, users: 5 });
    } finally {
      await site.stop();
    }
  });

  it('warns when nobody is found', async () => {
    await using lab = await directoryOf(0);
    const report = await adapterFor(lab.directory).probe(AbortSignal.timeout(5000));
    expect(report).toMatchObject({ ok: true, users: 0 });
    expect(report.steps.at(-1)).toMatchObject({ id: 'users', status: 'warning' });
  });

  it('stops at a wrong password and shows the rest as skipped', async () => {
    await using lab = await directoryOf(5);
    const report = await adapterFor(lab.directory, { password: 'wrong' }).probe(AbortSignal.timeout(5000));
    expect(report.error).toMatchObject({ code: 'pbx.bad-credentials' });
    expect(report.steps.map((step) => step.status)).toEqual([
      'ok',
      'skipped',
      'ok',
      'warning',
      'error',
      'skipped',
      'skipped',
      'skipped',
    ]);
  });
});

describe('settings', () => {
  const least = { host: 'h', baseDn: 'o=x' };

  it('know the usual ports and encrypt unless told otherwise', () => {
    expect(MiVoice5000Connection.parse(least)).toMatchObject({ port: 389, tls: 'starttls', pageSize: 500 });
    expect(MiVoice5000Connection.parse({ ...least, tls: 'ldaps' }).port).toBe(636);
  });

  it.each([
    ['a log-in without password', { bindDn: 'cn=x' }],
    ['a filter that is none', { filter: '(mail=*' }],
    ['an attribute that is none', { mapping: { extension: 'a)(b' } }],
    ['a mapping without key and extension', { mapping: { name: 'cn' } }],
    ['an unknown field', { ports: 1 }],
    ['an address with a scheme', { host: 'ldap://h' }],
    ['a CA file that is none', { caPem: 'not a certificate' }],
    ['a CA file that is a broken one', { caPem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }],
  ])('refuse %s', (_what, more) => {
    expect(() => adapterTypes['mivoice-5000'].create({ ...least, ...more }, adapterParts())).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  });

  it('join the filter with the object classes', () => {
    expect(peopleFilter({ objectClasses: ['a', 'b'], filter: 'x=1' })).toBe(
      '(&(|(objectClass=a)(objectClass=b))(x=1))',
    );
    expect(peopleFilter({ objectClasses: ['a'] })).toBe('(objectClass=a)');
  });
});
