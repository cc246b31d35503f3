import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { Retention } from '#connector/ingest/retention.ts';
import { person, runOf, world } from './world.ts';

const HOUR = 3_600_000;

describe('retention', () => {
  it('forgets changes after 48 hours and not before', async () => {
    await using w = await world();
    const retention = new Retention(w);
    const changes = () => w.store.db.selectFrom('change').select('ref').execute();
    await w.send(w.event(1));
    w.clock.advance(HOUR);
    await w.send(w.event(2));
    w.clock.advance(47 * HOUR + 1);
    await retention.run();
    expect(await changes()).toHaveLength(1);
    w.clock.advance(HOUR);
    await retention.run();
    expect(await changes()).toEqual([]);
    expect(await w.events('test.event')).toHaveLength(2);
  });

  it('forgets answers to repeated requests and unfinished runs after a day', async () => {
    await using w = await world();
    const retention = new Retention(w);
    const row = { person_id: 'p', request_hash: 'h', status: 200, body: '{}', created_at: w.clock.instant() };
    await w.store.db
      .insertInto('idempotency')
      .values({ key: 'k', ...row })
      .execute();
    await w.send(...runOf(w, 1, { pbx: ulid(), chunks: [{ put: [person('1')] }] }).slice(0, 2));
    const left = async () => ({
      keys: (await w.store.db.selectFrom('idempotency').selectAll().execute()).length,
      stages: (await w.store.db.selectFrom('sync_stage_run').selectAll().execute()).length,
      chunks: (await w.store.db.selectFrom('sync_stage_chunk').selectAll().execute()).length,
      records: (await w.store.db.selectFrom('sync_stage').selectAll().execute()).length,
    });
    w.clock.advance(24 * HOUR);
    await retention.run();
    expect(await left()).toEqual({ keys: 1, stages: 1, chunks: 1, records: 1 });
    w.clock.advance(1);
    await retention.run();
    expect(await left()).toEqual({ keys: 0, stages: 0, chunks: 0, records: 0 });
  });

  it('keeps what a gateway’s sequence still waits for, and drops that of a released one', async () => {
    await using w = await world();
    await w.send(w.event(1), w.event(3));
    const ahead = () => w.store.db.selectFrom('seq_ahead').select(['seq', 'upto']).execute();
    await new Retention(w).run();
    expect(await ahead()).toEqual([{ seq: 3, upto: 3 }]);
    await w.store.db.updateTable('gateway').set({ released_at: w.clock.instant() }).execute();
    await new Retention(w).run();
    expect(await ahead()).toEqual([]);
  });
});
