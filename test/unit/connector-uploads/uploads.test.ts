import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '#connector/store/store.ts';
import { excess, pruneUploads } from '#connector/uploads/room.ts';
import type { UploadRow } from '#connector/uploads/upload-dto.ts';
import { UploadFiles } from '#connector/uploads/upload-files.ts';
import { Uploads } from '#connector/uploads/uploads.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { addAccount, addPartner, addSite, START, startApp, TestClock } from '../connector-api/support.ts';

const log = pino({ level: 'silent' });
const FILE = randomBytes(10_000);
const DAY = 86_400_000;
const instantAt = (time: number) => new Date(time).toISOString();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const part = (offset: number, file = FILE) => ({
  'upload-offset': offset,
  'upload-length': file.length,
  'upload-sha256': sha256(file),
  'upload-name': 'demarc-bundle.tar.gz',
});
const bytesOf = (from: number, to: number, file = FILE) => Readable.from([file.subarray(from, to)]);

async function addCommand(
  store: Store,
  { account, gateway }: { account: string; gateway: string },
  more: Partial<{ name: string; state: string; updated_at: string }> = {},
): Promise<string> {
  const id = ulid(START);
  const row = {
    id,
    account_id: account,
    gateway_id: gateway,
    name: 'gateway.collect-logs',
    args: '{}',
    state: 'running',
    issuer_id: 'p',
    issuer_name: 'Ada',
    issued_at: instantAt(START),
    deadline_at: instantAt(START + DAY),
    updated_at: instantAt(START),
    progress: null,
    output: null,
    reason: null,
    ...more,
  };
  await store.db.insertInto('command').values(row).execute();
  return id;
}

/** The API with uploads in a folder of its own, a gateway, and a command that waits for a file. */
async function world() {
  const folder = await temporaryFolder('uploads');
  const clock = new TestClock();
  const path = join(folder.path, 'uploads');
  const files = new UploadFiles(path);
  const api = await startApp({ uploads: { files, deviceRoutes: async () => undefined } });
  const partner = await addPartner(api.store, 'Ours');
  const account = await addAccount(api.store, partner, 'Customer');
  const { gateway } = await addSite(api.store, account);
  const address = { account, gateway };
  const command = await addCommand(api.store, address);
  const uploads = new Uploads({ store: api.store, clock, log, files });
  return {
    api,
    store: api.store,
    clock,
    path,
    files,
    partner,
    account,
    address,
    command,
    uploads,
    /** A connector that starts anew on the same disk. */
    restarted: () => new Uploads({ store: api.store, clock, log, files: new UploadFiles(path) }),
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('an upload', () => {
  test('goes on at what is on the disk, is checked, and is then closed', async () => {
    await using w = await world();
    expect(await w.uploads.progress(w.address, w.command)).toEqual({ offset: 0, complete: false });
    const first = await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 4000));
    expect(first).toMatchObject({ offset: 4000, complete: false });
    expect(await readFile(join(w.path, w.account, w.command))).toEqual(FILE.subarray(0, 4000));
    const next = w.restarted();
    expect(await next.progress(w.address, w.command)).toMatchObject({ offset: 4000, sha256: sha256(FILE) });
    expect(await next.take(w.address, w.command, part(4000), bytesOf(4000, 10_000))).toMatchObject({ complete: true });
    expect(await next.progress(w.address, w.command)).toMatchObject({ offset: 10_000, complete: true });
    const again = next.take(w.address, w.command, part(0), bytesOf(0, 10_000));
    await expect(again).rejects.toMatchObject({ code: 'upload.complete' });
    const other = Buffer.from('another file');
    const replaced = next.take(w.address, w.command, part(0, other), bytesOf(0, 12, other));
    await expect(replaced).rejects.toMatchObject({ code: 'upload.complete' });
  });

  test('at a wrong offset is told the right one, and nothing is written', async () => {
    await using w = await world();
    await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 4000));
    for (const offset of [0, 3999, 4001]) {
      const wrong = w.uploads.take(w.address, w.command, part(offset), bytesOf(0, 100));
      await expect(wrong).rejects.toMatchObject({ code: 'upload.wrong-offset', progress: { offset: 4000 } });
    }
    expect(await w.files.size({ account: w.account, command: w.command })).toBe(4000);
  });

  test('that is cut in a part keeps what had come of it', async () => {
    await using w = await world();
    const body = new PassThrough();
    const taking = w.uploads.take(w.address, w.command, part(0), body);
    taking.catch(() => undefined);
    body.write(FILE.subarray(0, 2500));
    await until(
      'it is written',
      5000,
      async () => (await w.files.size({ account: w.account, command: w.command })) > 0,
    );
    body.destroy(new Error('connection reset'));
    await expect(taking).rejects.toMatchObject({ code: 'api.invalid' });
    expect(await w.uploads.progress(w.address, w.command)).toMatchObject({ offset: 2500, complete: false });
  });

  test('is taken over by a newer connection from one that hangs', async () => {
    await using w = await world();
    const hangs = new PassThrough();
    const old = w.uploads.take(w.address, w.command, part(0), hangs);
    old.catch(() => undefined);
    hangs.write(FILE.subarray(0, 1000));
    await until(
      'it is written',
      5000,
      async () => (await w.files.size({ account: w.account, command: w.command })) > 0,
    );
    const taken = w.uploads.take(w.address, w.command, part(1000), bytesOf(1000, 10_000));
    expect(await taken).toMatchObject({ offset: 10_000, complete: true });
    await expect(old).rejects.toMatchObject({ code: 'upload.superseded' });
  });

  test('that is not what was sent is refused, and begins anew', async () => {
    await using w = await world();
    const wrong = Buffer.from(FILE);
    wrong[77] = (wrong[77] ?? 0) ^ 1;
    const damaged = w.uploads.take(w.address, w.command, part(0), bytesOf(0, 10_000, wrong));
    await expect(damaged).rejects.toMatchObject({ code: 'upload.damaged' });
    expect(await w.uploads.progress(w.address, w.command)).toEqual({ offset: 0, complete: false });
    expect(await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 10_000))).toMatchObject({ complete: true });
  });

  test('of a file that was made anew replaces the unfinished one', async () => {
    await using w = await world();
    await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 4000));
    const anew = randomBytes(3000);
    const done = await w.uploads.take(w.address, w.command, part(0, anew), bytesOf(0, 3000, anew));
    expect(done).toMatchObject({ offset: 3000, complete: true, sha256: sha256(anew) });
    expect(await readFile(join(w.path, w.account, w.command))).toEqual(anew);
  });

  test('whose last byte is on the disk, and was never looked at, is ended by an empty part', async () => {
    await using w = await world();
    await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 4000));
    await w.files.append(
      { account: w.account, command: w.command },
      bytesOf(4000, 10_000),
      10_000,
      new AbortController().signal,
    );
    const next = w.restarted();
    expect(await next.progress(w.address, w.command)).toMatchObject({ offset: 10_000, complete: false });
    expect(await next.take(w.address, w.command, part(10_000), Readable.from([]))).toMatchObject({ complete: true });
  });

  test('that brings more than it said is refused', async () => {
    await using w = await world();
    const tooMuch = w.uploads.take(w.address, w.command, part(0), Readable.from([FILE, FILE]));
    await expect(tooMuch).rejects.toMatchObject({ code: 'api.too-large' });
  });
});

describe('a file is taken only', () => {
  test.each([
    ['of a command that runs', { state: 'running' }, true],
    ['of one that has just ended', { state: 'timed_out', updated_at: instantAt(START - 60_000) }, true],
    ['not of one that ended long ago', { state: 'canceled', updated_at: instantAt(START - 700_000) }, false],
    ['not of a command that brings none', { name: 'gateway.reboot' }, false],
  ])('%s', async (_name, more, taken) => {
    await using w = await world();
    const command = await addCommand(w.store, w.address, more);
    const result = w.uploads.take(w.address, command, part(0), bytesOf(0, 10_000));
    if (taken) expect(await result).toMatchObject({ complete: true });
    else await expect(result).rejects.toMatchObject({ code: 'upload.not-expected' });
  });

  test('from the gateway that has the command', async () => {
    await using w = await world();
    const address = { account: w.account, gateway: ulid() };
    await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 4000));
    const stolen = w.uploads.take(address, w.command, part(4000), bytesOf(4000, 10_000));
    await expect(stolen).rejects.toMatchObject({ code: 'upload.not-expected' });
    await expect(w.uploads.progress(address, w.command)).rejects.toMatchObject({ code: 'upload.not-expected' });
  });
});

describe('what is kept', () => {
  const row = (n: number, more: Partial<UploadRow>): UploadRow => ({
    id: String(n),
    account_id: 'a',
    gateway_id: 'g',
    command_id: 'c',
    kind: 'logs',
    file_name: 'f',
    bytes: 100,
    sha256: '',
    requested_by: '',
    created_at: '',
    completed_at: instantAt(START + n),
    ...more,
  });

  test('of an account that has too much the oldest whole files go', () => {
    const rows = [row(3, {}), row(1, {}), row(0, { completed_at: null }), row(2, {})];
    expect(excess(rows, 250).map(({ id }) => id)).toEqual(['1', '2']);
    expect(excess(rows, 400)).toEqual([]);
  });

  test('ends after 30 days, after one day for what is unfinished, and at once for what belongs to nothing', async () => {
    await using w = await world();
    await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 10_000));
    const unfinished = await addCommand(w.store, w.address);
    await w.uploads.take(w.address, unfinished, part(0), bytesOf(0, 10));
    const orphan = ulid();
    await writeFile(join(w.path, w.account, orphan), 'left over');
    const left = () => readdir(join(w.path, w.account));
    const prune = (age: number) => pruneUploads({ store: w.store, files: w.files }, START + age);
    await prune(DAY - 1000);
    expect((await left()).sort()).toEqual([w.command, unfinished].sort());
    await prune(DAY + 1000);
    expect(await left()).toEqual([w.command]);
    await prune(30 * DAY + 1000);
    expect(await left()).toEqual([]);
    expect(await w.store.db.selectFrom('upload').select('id').execute()).toEqual([]);
  });
});

describe('a person', () => {
  let w: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    w = await world();
    await w.uploads.take(w.address, w.command, part(0), bytesOf(0, 10_000));
    return () => w[Symbol.asyncDispose]();
  });

  const upload = async () => (await w.store.db.selectFrom('upload').select('id').executeTakeFirstOrThrow()).id;

  test('with the right finds, downloads and deletes it; each is in the history', async () => {
    const support = await w.api.signIn('Support', w.partner, w.account);
    const list = (await support.get(`/uploads?account=${w.account}`)).json();
    expect(list).toMatchObject({ total: 1, items: [{ bytes: 10_000, sha256: sha256(FILE), requestedBy: 'Ada' }] });
    const file = await support.get(`/uploads/${await upload()}/file`);
    expect(file.rawPayload).toEqual(FILE);
    expect(file.headers).toMatchObject({
      'content-disposition': 'attachment; filename="demarc-bundle.tar.gz"',
      'content-length': '10000',
      'x-content-type-options': 'nosniff',
    });
    expect((await support.send('DELETE', `/uploads/${await upload()}`)).statusCode).toBe(204);
    expect((await support.get(`/uploads?account=${w.account}`)).json()).toMatchObject({ total: 0 });
    const events = await w.store.db.selectFrom('event').select(['name', 'actor_kind']).orderBy('id').execute();
    expect(events).toEqual([
      { name: 'upload.received', actor_kind: 'gateway' },
      { name: 'upload.downloaded', actor_kind: 'person' },
      { name: 'upload.deleted', actor_kind: 'person' },
    ]);
  });

  test('without the right, or of another partner, gets nothing', async () => {
    const id = await upload();
    const user = await w.api.signIn('User', w.partner, w.account);
    const stranger = await w.api.signIn('Partner', await addPartner(w.store, 'Theirs'), null);
    for (const [client, status] of [
      [user, 403],
      [stranger, 404],
    ] as const) {
      expect((await client.get(`/uploads/${id}/file`)).statusCode).toBe(status);
      expect((await client.send('DELETE', `/uploads/${id}`)).statusCode).toBe(status);
      expect((await client.get(`/uploads?account=${w.account}`)).statusCode).toBe(status);
    }
    expect(await w.files.size({ account: w.account, command: w.command })).toBe(10_000);
  });

  test('with the right to one kind only finds, reads and counts files of that kind', async () => {
    await using w = await world();
    const trace = await addCommand(w.store, w.address, { name: 'gateway.trace-calls' });
    for (const command of [w.command, trace]) {
      await w.uploads.take(w.address, command, part(0), bytesOf(0, FILE.length));
    }
    const support = await w.api.signIn('Support', w.partner, w.account);
    const take = (minus: string) =>
      w.store.write(async ({ db }) => {
        const id = ulid(START);
        const at = instantAt(START);
        const dates = { created_at: at, updated_at: at, updated_by: 'x', revision: 1 };
        const name = { name: minus, name_lc: minus, description: '' };
        const role = { id, partner_id: w.partner, base: 'Support', minus: JSON.stringify([minus]), ...name, ...dates };
        await db.insertInto('role').values(role).execute();
        await db.updateTable('membership').set({ role_id: id }).where('person_id', '=', support.person).execute();
      });
    const kinds = async () =>
      (await support.get(`/uploads?account=${w.account}`))
        .json<{ items: { kind: string }[] }>()
        .items.map((one) => one.kind);
    expect((await kinds()).toSorted()).toEqual(['logs', 'trace']);
    await take('support:logs');
    expect(await kinds()).toEqual(['trace']);
    const files = await w.store.db.selectFrom('upload').select(['id', 'kind']).orderBy('kind').execute();
    const read = () => Promise.all(files.map(async ({ id }) => (await support.get(`/uploads/${id}/file`)).statusCode));
    expect(await read()).toEqual([403, 200]);
    await take('support:trace');
    expect([await kinds(), await read()]).toEqual([['logs'], [200, 403]]);
  });

  test('is told when the file has gone from the disk', async () => {
    await w.files.remove({ account: w.account, command: w.command });
    const support = await w.api.signIn('Support', w.partner, w.account);
    expect((await support.get(`/uploads/${await upload()}/file`)).json()).toMatchObject({ code: 'upload.gone' });
  });
});
