/** The MiVoice 5000 adapter against Debian's slapd. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LdapSession } from '#pbx-adapters/channels/ldap/session.ts';
import type { LoginGuardState } from '#pbx-adapters/login-guard.ts';
import { MiVoice5000Connection } from '#pbx-adapters/mivoice-5000/connection.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { generatePeople } from '#test/lab/people.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';
import { ldifEntry } from '#test/support/ldif.ts';
import { until } from '#test/support/program.ts';
import { hasSlapd, type Slapd, startSlapd } from '#test/support/slapd.ts';

const signal = () => AbortSignal.timeout(60_000);

/** Settings for the server: in the clear unless said otherwise. */
const settings = (slapd: Slapd, more: Record<string, unknown> = {}) => ({
  host: slapd.host,
  port: slapd.port,
  tls: 'none',
  baseDn: slapd.baseDn,
  bindDn: slapd.bindDn,
  password: slapd.password,
  ...more,
});

const adapterFor = (slapd: Slapd, more: Record<string, unknown> = {}, parts = adapterParts()) =>
  adapterTypes['mivoice-5000'].create(settings(slapd, more), parts);

const users = (slapd: Slapd, more: Record<string, unknown> = {}) => collect(adapterFor(slapd, more).users(signal()));

describe.skipIf(!hasSlapd())('10,000 people in slapd with a size limit of 1,000', () => {
  const count = 10_000;
  let slapd: Slapd;
  beforeAll(async () => {
    slapd = await startSlapd({ people: count, tls: true, sizeLimit: 1000 });
  });
  afterAll(() => slapd[Symbol.asyncDispose]());

  it('paged reading gives every person with the fields of both record types', async () => {
    const read = await users(slapd);
    expect(read.users).toHaveLength(count);
    const byKey = new Map(read.users.map((user) => [user.key, user]));
    for (const person of generatePeople({ count })) {
      const user = byKey.get(person.uuid);
      expect(user).toMatchObject({ name: person.name, lastName: person.lastName, extension: person.extension });
      expect(user?.email).toBe(person.email);
      expect(user?.workPhone).toBe(person.workPhone);
      expect(user?.department).toBe(person.department);
    }
  });

  it('a paged read is not far from what ldapsearch needs in the same run', async () => {
    await users(slapd);
    const times = { ours: Infinity, ldapsearch: Infinity };
    for (let round = 0; round < 3; round += 1) {
      const reference = await slapd.ldapsearch();
      expect(reference.entries).toBe(count + 1);
      const started = performance.now();
      for await (const _item of adapterFor(slapd).users(signal())) void _item;
      times.ours = Math.min(times.ours, performance.now() - started);
      times.ldapsearch = Math.min(times.ldapsearch, reference.ms);
    }
    console.log(JSON.stringify({ people: count, ...times, ratio: times.ours / times.ldapsearch }));
    // Loose on purpose: a hanging page or a quadratic parser shows, a busy machine does not.
    expect(times.ours / times.ldapsearch).toBeLessThan(20);
  });

  it('an unpaged search over the limit says that it is the size limit', async () => {
    const connection = MiVoice5000Connection.parse(settings(slapd));
    await using session = await LdapSession.open(connection, {
      signal: signal(),
      loginGuard: adapterParts().loginGuard,
    });
    const read = async () => {
      for await (const _entry of session.search({ base: slapd.baseDn }, signal())) void _entry;
    };
    await expect(read()).rejects.toMatchObject({ code: 'ldap.size-limit' });
  });

  it('StartTLS with the private CA comes before the log-in, and LDAPS works as well', async () => {
    const caPem = slapd.certificates?.caPem;
    const before = slapd.log().length;
    expect((await users(slapd, { tls: 'starttls', caPem, filter: '(uid=user1)' })).users).toHaveLength(1);
    const log = slapd.log().slice(before);
    expect(log.indexOf('TLS established')).toBeGreaterThan(-1);
    expect(log.indexOf('TLS established')).toBeLessThan(log.indexOf('BIND dn="cn=reader'));
    const ldaps = { tls: 'ldaps', port: slapd.ldapsPort, caPem, filter: '(uid=user1)' };
    expect((await users(slapd, ldaps)).users).toHaveLength(1);
  });

  it.each(['starttls', 'ldaps'])('%s with the wrong CA is refused before a password leaves', async (tls) => {
    const before = slapd.log().length;
    const port = tls === 'ldaps' ? slapd.ldapsPort : slapd.port;
    for (const caPem of [slapd.certificates?.otherCaPem, undefined]) {
      const reading = users(slapd, { tls, port, ...(caPem === undefined ? {} : { caPem }) });
      await expect(reading).rejects.toMatchObject({ code: 'pbx.tls-untrusted' });
    }
    expect(slapd.log().slice(before)).not.toContain(' BIND dn=');
  });

  it('LDAPS to a port without TLS, and plain LDAP to a port with it, are told', async () => {
    await expect(users(slapd, { tls: 'ldaps' })).rejects.toMatchObject({ code: 'pbx.tls-failed' });
    const plain = users(slapd, { port: slapd.ldapsPort, operationMs: 3000 });
    await expect(plain).rejects.toMatchObject({ code: expect.stringMatching(/^(pbx.unreachable|ldap.protocol)$/) });
  });

  it('a wrong password is tried exactly twice, over restarts of ours, until it is changed', async () => {
    const state = { kept: undefined as LoginGuardState | undefined };
    const before = slapd.log().length;
    const codes: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const adapter = adapterFor(slapd, { password: 'old' }, adapterParts(state));
      const error = await collect(adapter.users(signal())).catch((thrown: unknown) => thrown);
      codes.push(error instanceof Error && 'code' in error ? String(error.code) : 'none');
    }
    const probe = await adapterFor(slapd, { password: 'old' }, adapterParts(state)).probe(signal());
    expect(codes).toEqual(['pbx.bad-credentials', 'pbx.bad-credentials', ...Array(3).fill('pbx.login-stopped')]);
    expect(probe.error?.code).toBe('pbx.login-stopped');
    expect(
      slapd
        .log()
        .slice(before)
        .match(/ BIND dn="cn=reader/g),
    ).toHaveLength(2);
    const changed = adapterParts({ ...state, fingerprint: 'b' });
    const read = await collect(adapterFor(slapd, { filter: '(uid=user1)' }, changed).users(signal()));
    expect(read.users).toHaveLength(1);
    // The accepted log-in is the third and last in the server's log: two refusals came before it, and no more.
    const binds = () =>
      slapd
        .log()
        .slice(before)
        .match(/ BIND dn="cn=reader.*mech=SIMPLE| RESULT tag=97 err=\d+/g) ?? [];
    await until('the log shows the accepted log-in', 5000, () => binds().some((line) => line.endsWith('err=0')));
    expect(binds().filter((line) => line.includes('RESULT'))).toEqual([
      expect.stringContaining('err=49'),
      expect.stringContaining('err=49'),
      expect.stringContaining('err=0'),
    ]);
  });

  it.each(['none', 'starttls'])(
    'a server restarted between two pages ends in truncated, not in a short list (%s)',
    async (tls) => {
      const caPem = slapd.certificates?.caPem;
      const started = performance.now();
      const reading = async () => {
        let read = 0;
        const adapter = adapterFor(slapd, { tls, ...(tls === 'none' ? {} : { caPem }) });
        for await (const _item of adapter.users(signal())) if (++read === 1200) await slapd.restart();
      };
      await expect(reading()).rejects.toMatchObject({ code: 'pbx.truncated' });
      expect(performance.now() - started).toBeLessThan(10_000);
    },
  );

  it('a canceled read ends at once', async () => {
    const controller = new AbortController();
    const reading = async () => {
      let read = 0;
      for await (const _item of adapterFor(slapd).users(controller.signal)) if (++read === 600) controller.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'pbx.canceled' });
  });

  it('an entry that is renamed and one that is moved keep their keys', async () => {
    const people = [...generatePeople({ count: 40 })];
    const [one, two] = [people[20], people[21]];
    const where = { baseDn: slapd.suffix, filter: '(|(uid=user20)(uid=user21)(uid=renamed))' };
    const before = await users(slapd, where);
    expect(new Set(before.users.map((user) => user.key))).toEqual(new Set([one?.uuid, two?.uuid]));
    const dn = (uid: string) => `dn:: ${Buffer.from(dnOf(slapd, uid)).toString('base64')}`;
    await slapd.modify(
      `${dn('user20')}\nchangetype: modrdn\nnewrdn: cn=New Name+uid=renamed\ndeleteoldrdn: 1\n\n` +
        `${dn('user21')}\nchangetype: modrdn\nnewrdn: uid=user21\ndeleteoldrdn: 0\nnewsuperior: ou=moved,${slapd.suffix}\n`,
    );
    const after = await users(slapd, where);
    expect(after.users).toHaveLength(2);
    expect(new Set(after.users.map((user) => user.key))).toEqual(new Set([one?.uuid, two?.uuid]));
    expect(after.users.find((user) => user.key === one?.uuid)?.name).toBe('New Name');
  });

  it('an empty base gives nobody and no error, and a missing base is an error', async () => {
    expect((await users(slapd, { baseDn: `ou=empty,${slapd.suffix}` })).items).toEqual([]);
    const missing = users(slapd, { baseDn: `ou=nowhere,${slapd.suffix}` });
    await expect(missing).rejects.toMatchObject({ code: 'ldap.base-missing' });
  });

  it('the probe shows every step, the count and a mapping without anybody’s real value', async () => {
    const report = await adapterFor(slapd).probe(signal());
    expect(report.steps.map((step) => [step.id, step.status])).toEqual([
      ['resolve', 'ok'],
      ['page', 'skipped'],
      ['connect', 'ok'],
      ['tls', 'warning'],
      ['login', 'ok'],
      ['base', 'ok'],
      ['mapping', 'ok'],
      ['users', 'ok'],
    ]);
    expect(report.ok).toBe(true);
    expect(report.users).toBeGreaterThan(count - 5);
    expect(JSON.stringify(report.learned)).not.toMatch(/example\.org|person\d|Müller/);
    expect(report.learned?.['mapping']).toMatchObject({ extension: ['telephoneNumber', 'attr1'] });
  });
});

function dnOf(slapd: Slapd, uid: string): string {
  const person = [...generatePeople({ count: 40 })].find((one) => one.loginId === uid);
  return `cn=${person?.name.replaceAll(/[,+"\\<>;=]/g, (mark) => `\\${mark}`)}+uid=${uid},${slapd.baseDn}`;
}

describe.skipIf(!hasSlapd())('odd entries and odd servers', () => {
  const inetOrg = (uid: string, more: Record<string, string | Buffer>) =>
    ldifEntry(`uid=${uid},ou=people,o=lab`, { objectClass: ['inetOrgPerson', 'labNumbers'], uid, ...more });

  it('a value of 1 MB is cut and reported, and the other people are not affected', async () => {
    const huge = inetOrg('huge', {
      cn: 'Huge',
      sn: 'Value',
      telephoneNumber: '99',
      departmentNumber: 'x'.repeat(1_000_000),
    });
    await using slapd = await startSlapd({ people: 50, extraLdif: huge });
    const { items } = await users(slapd, {
      mapping: { extension: 'telephoneNumber', name: 'cn', department: 'departmentNumber' },
    });
    expect(items).toHaveLength(51);
    const item = items.find((one) => one.kind === 'user' && one.user.name === 'Huge');
    expect(item).toMatchObject({ kind: 'user', problems: ['departmentNumber: cut, the value is longer than 64 KiB'] });
    expect(item?.kind === 'user' && item.user.department).toHaveLength(256);
  });

  it('invalid UTF-8 is replaced and reported; line ends and markup in names come through as they are', async () => {
    const extra =
      inetOrg('bytes', { cn: 'Bytes', sn: 'B', telephoneNumber: '97', attr5: Buffer.from([0x41, 0xff, 0xfe, 0x42]) }) +
      inetOrg('script', { cn: '<script>alert(1)</script>', sn: 'line\nbreak', telephoneNumber: '0098' });
    await using slapd = await startSlapd({ people: 0, extraLdif: extra });
    const mapping = { extension: 'telephoneNumber', name: 'cn', lastName: 'sn', department: 'attr5' };
    const { items } = await users(slapd, { mapping });
    const found = items.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
    expect(found).toMatchObject([
      { user: { name: '<script>alert(1)</script>', lastName: 'line\nbreak', extension: '0098' } },
      { user: { name: 'Bytes', department: 'A\ufffd\ufffdB' }, problems: ['attr5: not valid UTF-8'] },
    ]);
  });

  it('a referral is refused and names its host', async () => {
    const continued = ldifEntry('ou=far,ou=people,o=lab', {
      objectClass: ['referral', 'extensibleObject'],
      ou: 'far',
      ref: 'ldap://far.example.org:3389/ou=far,o=lab',
    });
    await using slapd = await startSlapd({ people: 10, referral: 'ldap://other.example.org', extraLdif: continued });
    const outside = users(slapd, { baseDn: 'dc=elsewhere' });
    await expect(outside).rejects.toMatchObject({
      code: 'ldap.referral',
      message: expect.stringContaining('other.example.org'),
    });
    const inside = users(slapd);
    await expect(inside).rejects.toMatchObject({
      code: 'ldap.referral',
      message: expect.stringContaining('far.example.org:3389'),
    });
  });

  it.each([
    ['expired', 'pbx.tls-expired'],
    ['other-name', 'pbx.tls-name'],
  ] as const)('a certificate that is %s has its own error', async (tls, code) => {
    await using slapd = await startSlapd({ people: 1, tls });
    const caPem = slapd.certificates?.caPem;
    await expect(users(slapd, { tls: 'ldaps', port: slapd.ldapsPort, caPem })).rejects.toMatchObject({ code });
  });

  it('a total limit on paged results is told as the size limit, not given as a short list', async () => {
    await using slapd = await startSlapd({ people: 1500, sizeLimit: 1000, pagedTotal: 1000 });
    const mapping = { extension: 'telephoneNumber' };
    await expect(users(slapd, { mapping })).rejects.toMatchObject({ code: 'ldap.size-limit' });
  });

  it('a stopped server is unreachable, and the probe says at which step', async () => {
    await using slapd = await startSlapd({ people: 1 });
    await slapd.stop();
    await expect(users(slapd)).rejects.toMatchObject({ code: 'pbx.unreachable' });
    const report = await adapterFor(slapd).probe(signal());
    expect(report.steps.filter((step) => step.status === 'error')).toMatchObject([
      { id: 'connect', nextStep: expect.stringContaining('address') },
    ]);
  });
});
