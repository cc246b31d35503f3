/** Every mail to people, over a real mail server: from the request at the API to the password that the link sets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonInvited } from '#contract/api/access.ts';
import type { UserManaged } from '#contract/api/users.ts';
import type { Page, User } from '#contract/api.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { ADMIN, type Site, startSite } from '#test/support/site.ts';
import { hasSmtpSink, startSmtpSink, type TakenMail } from '#test/support/smtp-sink.ts';

const USERS = 24;
const PASSWORD = 'a long enough password too';

/** The token of the link in a mail; the link leads to the console of this cloud. */
function tokenOf(mail: TakenMail | undefined, consoleUrl: string): string {
  const link = /https:\S+/.exec(mail?.text ?? '')?.[0] ?? '';
  const { origin, pathname, hash } = new URL(link);
  expect([origin, pathname]).toEqual([consoleUrl, '/password']);
  return new URLSearchParams(hash.slice(1)).get('token') ?? '';
}

describe.skipIf(!hasSmtpSink)('mails to people', () => {
  let stack: AsyncDisposableStack;
  let sink: Awaited<ReturnType<typeof startSmtpSink>>;
  let site: Site;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder('mails')).path;
    sink = stack.use(await startSmtpSink({ folder }));
    const connectorEnv = {
      DEMARC_SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
      DEMARC_SMTP_FROM: 'Demarc <no-reply@example.com>',
    };
    site = stack.use(await startSite({ users: USERS, connectorEnv }));
    await site.enrol();
    await site.addDirectory();
  });
  afterAll(() => stack.disposeAsync());

  const mailsTo = async (address: string) => (await sink.mails()).filter(({ to }) => to.join() === address);

  it('an invitation arrives in the language that was asked for, and its link lets the person in, once', async () => {
    const to = 'jutta@example.com';
    const { link } = await site.api.post<PersonInvited>('/api/v1/people', {
      account: site.account.id,
      name: 'Jutta Jäger',
      email: to,
      role: 'Account Admin',
      language: 'de',
    });
    // It is told in the mail alone.
    expect(link).toMatchObject({ mailed: true, link: null });
    const [mail, ...more] = await mailsTo(to);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({
      from: 'no-reply@example.com',
      subject: 'Ihr Zugang zu Demarc',
      auto: 'auto-generated',
    });
    expect(mail?.text).toContain('Guten Tag Jutta Jäger');
    const token = tokenOf(mail, site.connector.url);
    await site.api.expect('POST', '/api/v1/auth/password-links/redeem', { token, password: PASSWORD });
    expect((await site.api.signIn(to, PASSWORD)).email).toBe(to);
    const again = await site.api.send('POST', '/api/v1/auth/password-links/redeem', { token, password: PASSWORD });
    expect(again.status).toBeGreaterThanOrEqual(400);
    await site.api.signIn(ADMIN.email, ADMIN.password);
  });

  it('an address that the mail server refuses leaves the link to whoever invited', async () => {
    const { link } = await site.api.post<PersonInvited>('/api/v1/people', {
      account: site.account.id,
      name: 'Rex',
      email: 'refused@example.com',
      role: 'User',
    });
    expect(link?.mailed).toBe(false);
    expect(link?.link).toContain('/password#token=');
  });

  it('a reported problem reaches the support contact in the contact’s language, as does a test', async () => {
    const contact = { account: site.account.id, name: 'Wache', email: 'wache@example.com', language: 'de' };
    const { id } = await site.api.post<{ id: string }>('/api/v1/alert-contacts', contact);
    await site.api.post(`/api/v1/alert-contacts/${id}/test`);
    const report = { account: site.account.id, product: 'gateway', title: 'Kein Ton', report: 'Seit heute früh' };
    await site.api.post('/api/v1/support-logs', report);
    await until('both mails are there', 30_000, async () => (await mailsTo(contact.email)).length === 2);
    const [tried, problem] = await mailsTo(contact.email);
    expect(tried?.subject).toContain('Demarc');
    expect(problem?.subject).toContain('Problem gemeldet: Kein Ton');
    expect(problem?.text).toContain('Seit heute früh');
    expect(problem?.text).toContain(`${site.connector.url}/support-logs?open=`);
  });

  it('every user of a PBX with an address gets a deployment mail and can register by it, whatever dies meanwhile', async () => {
    const filter = [`pbx:eq:${site.pbxs.directory}`];
    const users = [...(await site.users(site.pbxs.directory)).values()];
    const addresses = new Set(users.flatMap(({ email }) => email?.toLowerCase() ?? []));
    expect(addresses.size).toBeGreaterThan(USERS / 2);
    expect(addresses.size).toBeLessThan(USERS);
    const body = { account: site.account.id, action: 'welcome', filter };
    const asked = await site.api.post<UserManaged>('/api/v1/users/manage', body);
    expect(asked.skipped).toBe(users.filter(({ email }) => email === undefined || email === null).length);
    await until('the first mails are there', 20_000, async () => (await sink.mails()).length > 3);
    await site.connector.stop('SIGKILL');
    await site.connector.start();
    await until('everybody has a mail', 60_000, async () => {
      const reached = new Set((await sink.mails()).map(({ to }) => to.join().toLowerCase()));
      return [...addresses].every((address) => reached.has(address));
    });
    // The user who registers is one of the account, and may look after nobody.
    const [first] = [...addresses].filter((address) => users.filter(({ email }) => email === address).length === 1);
    const mails = await mailsTo(first ?? '');
    expect(mails.at(-1)?.subject).toMatch(/Demarc/);
    const token = tokenOf(mails.at(-1), site.connector.url);
    await site.api.expect('POST', '/api/v1/auth/password-links/redeem', { token, password: PASSWORD });
    await site.api.signIn(first ?? '', PASSWORD);
    expect((await site.api.send('POST', '/api/v1/users/manage', body)).status).toBe(403);
    await site.api.signIn(ADMIN.email, ADMIN.password);
    const registered = await site.api.get<Page<User>>(
      `/api/v1/users?account=${site.account.id}&filter=property:eq:registered`,
    );
    expect(registered.items.map(({ email }) => email)).toContain(first);
    // Who is registered is left out from now on.
    const later = await site.api.post<UserManaged>('/api/v1/users/manage', body);
    expect(later.skipped).toBe(asked.skipped + 1);
  });
});
