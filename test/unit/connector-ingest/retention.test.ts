import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { Retention } from '#connector/retention/retention.ts';
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

  it('forgets sessions and sign-in links that have ended, and no others', async () => {
    await using w = await world();
    const at = (ms: number) => new Date(w.clock.now() + ms).toISOString();
    for (const [n, expires_at] of [at(-1), at(HOUR)].entries()) {
      const session = { id_hash: `s${n}`, person_id: 'p', csrf: 'c', created_at: at(-HOUR), seen_at: at(-HOUR) };
      await w.store.db
        .insertInto('session')
        .values({ ...session, expires_at })
        .execute();
      await w.store.db
        .insertInto('sign_in_link')
        .values({ token_hash: `t${n}`, person_id: 'p', expires_at })
        .execute();
    }
    await new Retention(w).run();
    expect(await w.store.db.selectFrom('session').select('id_hash').execute()).toEqual([{ id_hash: 's1' }]);
    expect(await w.store.db.selectFrom('sign_in_link').select('token_hash').execute()).toEqual([{ token_hash: 't1' }]);
  });

  it('begins at once when it is started, and is over when it has stopped', async () => {
    await using w = await world();
    await w.store.db
      .insertInto('sign_in_link')
      .values({ token_hash: 't', person_id: 'p', expires_at: new Date(w.clock.now() - 1).toISOString() })
      .execute();
    const retention = new Retention(w);
    retention.start();
    await retention.stop();
    expect(await w.store.db.selectFrom('sign_in_link').selectAll().execute()).toEqual([]);
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
