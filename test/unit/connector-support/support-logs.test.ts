import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMIND_MS, remind } from '#connector/support/reminders.ts';
import { UploadFiles } from '#connector/uploads/upload-files.ts';
import { Uploads } from '#connector/uploads/uploads.ts';
import type { SupportLog } from '#contract/api/support-logs.ts';
import type { Page } from '#contract/api.ts';
import { temporaryFolder } from '#test/support/program.ts';
import {
  addAccount,
  addPartner,
  addSite,
  type Client,
  type Site,
  START,
  startApp,
  type TestApp,
} from '../connector-api/support.ts';

const log = pino({ level: 'silent' });
const DAY = 86_400_000;
const FILE = randomBytes(5000);

let api: TestApp;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let partner: string;
let site: Site;
let foreign: Site;
let owner: Client;
let admin: Client;
let file: string;

/** A bundle that a gateway has brought. */
async function bringFile({ account, gateway }: Site): Promise<string> {
  const command = ulid(START);
  const at = new Date(START).toISOString();
  const times = { issued_at: at, deadline_at: new Date(START + DAY).toISOString(), updated_at: at };
  const nothing = { progress: null, output: null, reason: null };
  await api.store.db
    .insertInto('command')
    .values({
      id: command,
      account_id: account,
      gateway_id: gateway,
      name: 'gateway.collect-logs',
      args: '{}',
      state: 'running',
      issuer_id: 'p',
      issuer_name: 'Ada',
      ...times,
      ...nothing,
    })
    .execute();
  const files = new UploadFiles(join(folder.path, 'uploads'));
  const uploads = new Uploads({ store: api.store, clock: api.clock, log, files });
  const sha256 = createHash('sha256').update(FILE).digest('hex');
  const part = { 'upload-offset': 0, 'upload-length': FILE.length, 'upload-sha256': sha256, 'upload-name': 'b.tar.gz' };
  await uploads.take({ account, gateway }, command, part, Readable.from([FILE]));
  return (
    await api.store.db.selectFrom('upload').select('id').where('command_id', '=', command).executeTakeFirstOrThrow()
  ).id;
}

beforeAll(async () => {
  folder = await temporaryFolder('support');
  api = await startApp({
    alerts: {
      delivery: { mail: true, mailFrom: 'demarc@example.com' },
      allowPrivate: false,
      test: () => Promise.reject(new Error('nothing is tried here')),
    },
    uploads: { files: new UploadFiles(join(folder.path, 'uploads')), deviceRoutes: async () => undefined },
  });
  partner = await addPartner(api.store);
  site = await addSite(api.store, await addAccount(api.store, partner));
  foreign = await addSite(api.store, await addAccount(api.store, await addPartner(api.store, 'Theirs'), 'Stranger'));
  owner = await api.signIn('Partner', partner, null);
  admin = await api.signIn('Account Admin', partner, site.account);
  file = await bringFile(site);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const report = (more: object = {}) => ({
  account: site.account,
  gateway: site.gateway,
  product: 'mivoice-5000',
  title: 'Calls drop after 30 s',
  report: 'Since Monday.',
  attachments: [file],
  ...more,
});

describe('a support log', () => {
  let made: SupportLog;

  test('is created by whoever reports a problem, open, with the reporter and the files of the gateway', async () => {
    const answer = await admin.send('POST', '/support-logs', report());
    expect([answer.statusCode, answer.body.slice(0, 200)]).toEqual([201, expect.any(String)]);
    made = answer.json<SupportLog>();
    expect(made).toMatchObject({
      state: 'Open',
      partner,
      account: site.account,
      reporterEmail: `${admin.person}@example.com`,
      attachments: [{ fileName: 'b.tar.gz', bytes: FILE.length }],
    });
  });

  test('takes no file and no gateway of somebody else', async () => {
    const theirs = await bringFile(foreign);
    for (const more of [
      { attachments: [theirs] },
      { gateway: foreign.gateway, attachments: [] },
      { gateway: undefined },
    ]) {
      expect((await owner.send('POST', '/support-logs', report(more))).statusCode).toBe(400);
    }
    expect((await owner.send('POST', '/support-logs', report({ account: foreign.account }))).statusCode).toBe(404);
    const user = await api.signIn('User', partner, site.account);
    expect((await user.send('POST', '/support-logs', report())).statusCode).toBe(403);
  });

  test('is found by its title only, and filtered by product and state', async () => {
    const count = async (query: string) => (await owner.get(`/support-logs?${query}`)).json<Page<SupportLog>>().total;
    expect(await count('q=drop')).toBe(1);
    expect(await count('q=monday')).toBe(0);
    expect(await count('filter=product:eq:mivoice-5000&filter=state:eq:Open')).toBe(1);
    expect(await count('filter=product:eq:mx-one')).toBe(0);
  });

  test('is settled by the partner with notes; an account’s admin reads only; two at once are told', async () => {
    const path = `/support-logs/${made.id}`;
    const settle = (client: Client, etag: string, body: object) =>
      client.send('PATCH', path, body, { 'if-match': etag });
    expect((await settle(admin, made.etag, { state: 'Resolved' })).statusCode).toBe(403);
    const saved = await settle(owner, made.etag, { state: 'Reported', notes: 'Ticket 4711' });
    expect(saved.json()).toMatchObject({ state: 'Reported', notes: 'Ticket 4711', etag: '"2"' });
    expect((await settle(owner, made.etag, { state: 'Resolved' })).json()).toMatchObject({ code: 'api.stale' });
    expect((await admin.get(path)).json()).toMatchObject({ notes: 'Ticket 4711' });
    const events = await api.store.db.selectFrom('event').select(['name', 'properties']).orderBy('id').execute();
    const changed = events.find(({ name }) => name === 'support-log.changed');
    expect(JSON.parse(changed?.properties ?? '[]')).toEqual([
      { property: 'state', before: 'Open', after: 'Reported' },
      { property: 'notes', before: '', after: 'Ticket 4711' },
    ]);
  });

  test('is exported as a zip that holds the report and its files; not without the right to logs', async () => {
    const answer = await owner.get(`/support-logs/${made.id}/export.zip`);
    expect(answer.headers['content-type']).toBe('application/zip');
    const members = readZip(answer.rawPayload);
    expect([...members.keys()]).toEqual(['report.txt', 'attachments/1-b.tar.gz']);
    expect(members.get('attachments/1-b.tar.gz')).toEqual(FILE);
    const text = members.get('report.txt')?.toString() ?? '';
    for (const part of ['Calls drop after 30 s', 'Since Monday.', 'Ticket 4711', site.account, partner]) {
      expect(text).toContain(part);
    }
    const stranger = await api.signIn('Partner', await addPartner(api.store, 'Third'), null);
    expect((await stranger.get(`/support-logs/${made.id}/export.zip`)).statusCode).toBe(404);
  });

  test('offers products with issues of the last 60 days', async () => {
    const products = async (client: Client) => (await client.get('/support-logs/products')).json();
    expect(await products(owner)).toEqual([{ product: 'mivoice-5000', count: 1 }]);
    await api.store.db
      .updateTable('support_log')
      .set({ created_at: new Date(START - 61 * DAY).toISOString() })
      .execute();
    expect(await products(owner)).toEqual([]);
  });

  test('that stays open reminds the support contacts every three days, in one mail; one that is settled does not', async () => {
    await owner.send('POST', '/support-logs', report({ title: 'Line one\nBcc: x', attachments: [] }));
    const newest = async () => {
      const rows = await api.store.db.selectFrom('alert_delivery').selectAll().orderBy('id').execute();
      return rows.at(-1);
    };
    // Told when it is made (CON-1): all of it, and nothing of it in the head of the mail.
    const first = JSON.parse((await newest())?.content ?? '{}') as { subject: string; text: string };
    expect(first.subject).toBe('[Demarc] Problem reported: Line one Bcc: x (Customer)');
    expect(first.text).toContain('Since Monday.');
    expect(first.text).toMatch(/https:\/\/demarc\.example\/support-logs\?open=[0-9A-Z]{26}/);
    const options = { store: api.store, clock: api.clock, publicUrl: 'https://demarc.example' };
    expect(await remind(options)).toBe(0);
    api.clock.time += REMIND_MS;
    expect(await remind(options)).toBe(1);
    expect(await remind(options)).toBe(0);
    const delivery = await newest();
    expect(delivery?.target_id).toBe(site.contact);
    const mail = JSON.parse(delivery?.content ?? '{}') as { subject: string; text: string };
    expect(mail.subject).toBe('[Demarc] 1 support log is open (Customer)');
    expect(mail.text).toContain('* Line one Bcc: x (reported 2026-06-15)');
    expect(mail.text).not.toContain('Calls drop');
    await api.store.db.updateTable('support_log').set({ state: 'Resolved' }).execute();
    api.clock.time += REMIND_MS;
    expect(await remind(options)).toBe(0);
  });
});

/** The members of a zip by its directory, as any program finds them; each must lie where the directory says. */
function readZip(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const members = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let n = 0; n < bytes.readUInt16LE(end + 10); n += 1) {
    const [size, length, offset] = [at + 24, at + 28, at + 42];
    const name = bytes.subarray(at + 46, at + 46 + bytes.readUInt16LE(length)).toString();
    const start = bytes.readUInt32LE(offset) + 30 + bytes.readUInt16LE(length);
    members.set(name, bytes.subarray(start, start + bytes.readUInt32LE(size)));
    at += 46 + bytes.readUInt16LE(length);
  }
  return members;
}
