/** What every store keeps to; one suite, run over each implementation (design section 7). */
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordEvent } from '#connector/history/record-event.ts';
import { isStoreFailure } from '#connector/store/failure.ts';
import { type NumberedChange, Store } from '#connector/store/store.ts';
import {
  applyPuts,
  countMissing,
  dropStages,
  removeMissing,
  removeNamed,
  stageChunk,
} from '#connector/store/user-set.ts';
import type { UserRecord } from '#contract/users.ts';
import { type Postgres, postgresPrograms, startPostgres } from '#test/support/postgres.ts';
import { temporaryFolder } from '#test/support/program.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const clock = { now: () => NOW };

interface Place extends AsyncDisposable {
  /** Opens the same database again and again. */
  open(): Promise<Store>;
  /** Leaves the database no room to grow, where a test can do that. */
  fill?(store: Store): Promise<unknown>;
}

async function fill(store: Store): Promise<void> {
  const pages = await sql<{ page_count: number }>`PRAGMA page_count`.execute(store.db);
  await sql.raw(`PRAGMA max_page_count = ${pages.rows[0]?.page_count}`).execute(store.db);
}

const programs = await postgresPrograms();
let postgres: Postgres | undefined;
beforeAll(async () => {
  if (programs !== undefined) postgres = await startPostgres(programs);
}, 60_000);
afterAll(async () => postgres?.[Symbol.asyncDispose]());

const places: Record<string, () => Promise<Place>> = {
  sqlite: async () => {
    const folder = await temporaryFolder('store');
    return {
      open: () => Store.open({ path: join(folder.path, 'connector.sqlite'), clock }),
      fill,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
};
if (programs !== undefined) {
  places['postgresql'] = async () => {
    const url = (await postgres?.database()) ?? '';
    return {
      open: () => Store.connect({ url, clock, log: pino({ level: 'silent' }) }),
      [Symbol.asyncDispose]: async () => {},
    };
  };
}

const partner = (name: string) => ({ id: ulid(), name, created_at: new Date(NOW).toISOString() });
const names = async (store: Store) =>
  (await store.db.selectFrom('partner').select('name').orderBy('name').execute()).map((row) => row.name);

describe.each(Object.entries(places))('the store on %s', (_name, makePlace) => {
  it('keeps what a unit of work wrote, across a restart', async () => {
    await using place = await makePlace();
    const first = await place.open();
    await first.write(({ db }) => db.insertInto('partner').values(partner('a')).execute());
    await first.close();
    const second = await place.open();
    expect(await names(second)).toEqual(['a']);
    await second.close();
  });

  it('keeps nothing of a unit of work that failed, and announces nothing of it', async () => {
    await using place = await makePlace();
    const store = await place.open();
    const told: NumberedChange[] = [];
    store.onChange((changes) => told.push(...changes));
    const failing = store.write(async (work) => {
      await work.db.insertInto('partner').values(partner('a')).execute();
      work.changed({ topic: 'account', account: null, ref: 'a' });
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await names(store)).toEqual([]);
    expect(told).toEqual([]);
    expect(await store.db.selectFrom('change').selectAll().execute()).toEqual([]);
    await store.close();
  });

  it('announces changes after the commit, numbered in order, and keeps them for who comes later', async () => {
    await using place = await makePlace();
    const store = await place.open();
    const told: NumberedChange[] = [];
    const stop = store.onChange((changes) => told.push(...changes));
    await store.write(async (work) => {
      work.changed({ topic: 'account', account: 'A', ref: 'x' });
      work.changed({ topic: 'command', account: 'B', ref: 'y', row: { state: 'sent' } });
      expect(told).toEqual([]);
    });
    stop();
    await store.write(async (work) => work.changed({ topic: 'account', account: 'A', ref: 'z' }));
    expect(told.map((change) => change.ref)).toEqual(['x', 'y']);
    const kept = await store.db.selectFrom('change').select(['id', 'ref', 'row']).orderBy('id').execute();
    expect(kept.map((row) => row.ref)).toEqual(['x', 'y', 'z']);
    expect(kept.slice(0, 2).map((row) => row.id)).toEqual(told.map((change) => change.id));
    expect(kept[1]?.row).toBe('{"state":"sent"}');
    await store.close();
  });

  it('lets units of work that are started together follow each other', async () => {
    await using place = await makePlace();
    const store = await place.open();
    const id = ulid();
    await store.write(({ db }) =>
      db
        .insertInto('partner')
        .values({ ...partner('0'), id })
        .execute(),
    );
    const increment = () =>
      store.write(async ({ db }) => {
        const row = await db.selectFrom('partner').select('name').where('id', '=', id).executeTakeFirstOrThrow();
        await new Promise((ready) => setImmediate(ready));
        await db
          .updateTable('partner')
          .set({ name: String(Number(row.name) + 1) })
          .where('id', '=', id)
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await names(store)).toEqual(['20']);
    await store.close();
  });

  it('tells a refused statement from a store that cannot go on', async () => {
    await using place = await makePlace();
    const store = await place.open();
    const twice = partner('a');
    const insert = () => store.write(({ db }) => db.insertInto('partner').values(twice).execute());
    await insert();
    const refused = await insert().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(isStoreFailure(refused)).toBe(false);
    if (place.fill === undefined) {
      await store.close();
      return;
    }
    await place.fill(store);
    let full: unknown;
    const failing = store.write(async ({ db }) => {
      const large = db
        .insertInto('partner')
        .values(partner('x'.repeat(100_000)))
        .execute();
      await large.catch((error: unknown) => {
        full = error;
        throw error;
      });
    });
    expect(await failing.catch((error: unknown) => error)).toMatchObject({ code: 'store.full' });
    expect(isStoreFailure(full)).toBe(true);
    expect(await names(store)).toEqual(['a']);
    await store.close();
  });

  it('does not blame the writer for a listener that fails after the commit, and tells the others', async () => {
    await using place = await makePlace();
    const store = await place.open();
    const told: string[] = [];
    store.onChange(() => {
      throw new Error('on purpose');
    });
    store.onChange((changes) => told.push(...changes.map((change) => change.ref ?? '')));
    await store.write(async (work) => work.changed({ topic: 'account', account: 'A', ref: 'x' }));
    expect(told).toEqual(['x']);
    await store.close();
  });

  it('gives the events of one millisecond ids in the order in which they were written', async () => {
    await using place = await makePlace();
    const store = await place.open();
    const actor = { id: 'system', name: 'System', kind: 'system' } as const;
    const what = { account: null, actor, action: 'Report', type: 'Admin', asset: 'Test', assetId: 't' } as const;
    const messages = Array.from({ length: 50 }, (_, n) => `event ${n}`);
    for (const message of messages) {
      await store.write((work) => recordEvent(work, { ...what, name: 'test.event', message }, clock));
    }
    const rows = await store.db.selectFrom('event').select('message').orderBy('id').execute();
    expect(rows.map((row) => row.message)).toEqual(messages);
    await store.close();
  });
});

const user = (key: string, more: Partial<UserRecord> = {}): UserRecord => ({
  key,
  name: `Person ${key}`,
  irregularities: [],
  ...more,
});

describe.each(Object.entries(places))('users as a set on %s', (_name, makePlace) => {
  const begin = async () => {
    const place = await makePlace();
    const store = await place.open();
    const set = { run: ulid(), account: ulid(), gateway: ulid(), pbx: ulid() };
    return {
      store,
      set,
      stage: (run: string, n: number, put: UserRecord[], remove: string[] = []) =>
        store.write(({ db }) => stageChunk(db, run, { n, put, remove }, NOW)),
      put: (run: string, at = '2026-03-01T12:00:00.000Z') =>
        store.write(({ db }) => applyPuts(db, { ...set, run }, at)),
      keys: async () =>
        (await store.db.selectFrom('directory_user').select('source_key').orderBy('source_key').execute()).map(
          (row) => row.source_key,
        ),
      async [Symbol.asyncDispose]() {
        await store.close();
        await place[Symbol.asyncDispose]();
      },
    };
  };

  it('puts more than one slice, each user once', async () => {
    await using s = await begin();
    const everyone = Array.from({ length: 4500 }, (_, index) => user(`k${index}`));
    for (let n = 1; n <= 9; n++) await s.stage(s.set.run, n, everyone.slice((n - 1) * 500, n * 500));
    expect(await s.put(s.set.run)).toBe(4500);
    expect(new Set(await s.keys())).toEqual(new Set(everyone.map((each) => each.key)));
    const ids = await s.store.db.selectFrom('directory_user').select('id').distinct().execute();
    expect(ids).toHaveLength(4500);
    expect(ids.every((row) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(row.id))).toBe(true);
  });

  it('counts and touches only what differs, a field that appears or goes included', async () => {
    await using s = await begin();
    await s.stage(s.set.run, 1, [user('a'), user('b', { email: 'b@example.com' }), user('c'), user('d')]);
    await s.put(s.set.run);
    const next = ulid();
    await s.stage(next, 1, [
      user('a'),
      user('b'),
      user('c', { mobilePhone: '+491' }),
      user('d', { irregularities: ['no-email'] }),
    ]);
    expect(await s.put(next, '2026-03-02T12:00:00.000Z')).toBe(3);
    const touched = await s.store.db
      .selectFrom('directory_user')
      .select('source_key')
      .where('modified_at', '=', '2026-03-02T12:00:00.000Z')
      .execute();
    expect(touched).toHaveLength(3);
  });

  it('removes those named, and those that a full run does not have, of this PBX only', async () => {
    await using s = await begin();
    await s.stage(s.set.run, 1, [user('a'), user('b'), user('c')]);
    await s.put(s.set.run);
    const foreign = { ...s.set, run: ulid(), pbx: ulid() };
    await s.stage(foreign.run, 1, [user('a'), user('b'), user('c')]);
    await s.store.write(({ db }) => applyPuts(db, foreign, '2026-03-01T12:00:00.000Z'));
    const named = ulid();
    await s.stage(named, 1, [], ['a', 'nobody']);
    expect(await s.store.write(({ db }) => removeNamed(db, { ...s.set, run: named }))).toBe(1);
    const full = ulid();
    await s.stage(full, 1, [user('c')], ['b']);
    expect(await countMissing(s.store.db, { ...s.set, run: full })).toEqual({ known: 2, missing: 1 });
    expect(await s.store.write(({ db }) => removeMissing(db, { ...s.set, run: full }))).toBe(1);
    expect(await s.keys()).toEqual(['a', 'b', 'c', 'c']);
  });

  it('takes keys and texts of any script and any punctuation as they are', async () => {
    await using s = await begin();
    const keys = ['0012', "o'brien", '"; --', '李雷', '🙂', 'a\nb', '{"x":1}', 'null'];
    await s.stage(
      s.set.run,
      1,
      keys.map((key) => user(key, { name: key })),
    );
    await s.put(s.set.run);
    const rows = await s.store.db.selectFrom('directory_user').select(['source_key', 'name', 'name_lc']).execute();
    expect(new Set(rows.map((row) => row.source_key))).toEqual(new Set(keys));
    for (const row of rows) expect(row).toMatchObject({ name: row.source_key, name_lc: row.source_key.toLowerCase() });
  });

  it('keeps the later of two records with one key in one chunk', async () => {
    await using s = await begin();
    await s.stage(s.set.run, 1, [user('a', { name: 'Earlier' }), user('b'), user('a', { name: 'Later' })], ['c', 'c']);
    expect(await s.put(s.set.run)).toBe(2);
    const names = await s.store.db.selectFrom('directory_user').select('name').orderBy('source_key').execute();
    expect(names.map((row) => row.name)).toEqual(['Later', 'Person b']);
  });

  it('forgets a stage without a trace', async () => {
    await using s = await begin();
    await s.stage(s.set.run, 1, [user('a')]);
    await s.store.write(({ db }) => dropStages(db, [s.set.run]));
    expect(await s.put(s.set.run)).toBe(0);
  });
});
