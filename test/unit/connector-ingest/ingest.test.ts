import { sql } from 'kysely';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { topics } from '#contract/topics.ts';
import { world } from './world.ts';

describe('sequence and acknowledgement', () => {
  it('acknowledges the highest contiguous number, and nothing beyond a hole', async () => {
    await using w = await world();
    await w.send(w.event(1), w.event(2), w.event(5), w.event(4));
    await w.settled();
    expect(w.took('ack')).toEqual([{ upTo: 2 }]);
    await w.send(w.event(3));
    await w.settled();
    expect(w.took('ack')).toEqual([{ upTo: 5 }]);
    expect(await w.store.db.selectFrom('seq_ahead').selectAll().execute()).toEqual([]);
    expect(await w.events('test.event')).toHaveLength(5);
  });

  it('sends at most one acknowledgement a gateway for messages that arrive together', async () => {
    await using w = await world();
    await w.send(...Array.from({ length: 100 }, (_, index) => w.event(index + 1)));
    await w.settled();
    expect(w.took('ack')).toEqual([{ upTo: 100 }]);
  });

  it('ignores a repeat and acknowledges it again', async () => {
    await using w = await world();
    await w.send(w.event(1));
    await w.settled();
    w.took('ack');
    await w.send(w.event(1, 'another text'));
    await w.settled();
    expect(w.took('ack')).toEqual([{ upTo: 1 }]);
    expect((await w.events('test.event')).map((event) => event.message)).toEqual(['event 1']);
  });

  it('remembers across a restart what was committed ahead of a hole', async () => {
    await using w = await world();
    await w.send(w.event(3));
    await w.send(w.event(3), w.event(2), w.event(1));
    expect((await w.gateway()).acked_seq).toBe(3);
    expect(await w.events('test.event')).toHaveLength(3);
  });

  it('waits for nothing that the gateway says it has dropped, and says so in the history', async () => {
    await using w = await world();
    const dropped = { reason: 'event.age', ranges: [[1, 3]] };
    await w.send(w.record(topics.event(w.address), 4, 'dropped', dropped));
    await w.settled();
    expect(w.took('ack')).toEqual([{ upTo: 4 }]);
    expect(await w.events('gateway.records-dropped')).toMatchObject([{ severity: 'warning' }]);
  });

  it('lets no range of dropped records settle what is still to come', async () => {
    await using w = await world();
    const dropped = { reason: 'event.age', ranges: [[1, Number.MAX_SAFE_INTEGER]] };
    await w.send(w.record(topics.event(w.address), 2, 'dropped', dropped), w.event(3));
    expect(await w.events('test.event')).toHaveLength(1);
  });

  it('settles what lies below the lowest kept record of a birth, and reports what was never seen', async () => {
    await using w = await world();
    await w.send(w.event(1), w.event(4), w.birth(1, 1, { low: 6, next: 9 }));
    await w.settled();
    expect((await w.gateway()).acked_seq).toBe(5);
    const [lost] = await w.events('gateway.records-lost');
    expect(lost).toMatchObject({ severity: 'error', result: 'FAILURE' });
    expect(JSON.parse(lost?.details ?? '')).toMatchObject({ records: 3 });
  });

  it('says loudly when a gateway counts from a number that was seen already', async () => {
    await using w = await world();
    await w.send(w.event(1), w.event(2), w.event(3), w.birth(2, 1, { low: 1, next: 2 }));
    expect(await w.events('gateway.sequence-behind')).toHaveLength(1);
  });

  it('keeps two gateways apart', async () => {
    await using w = await world();
    const other = await w.addGateway(w.address.account, 'Other');
    const data = { name: 'test.event', severity: 'info', message: 'other' };
    await w.send(w.event(1), w.record(topics.event(other), 1, 'event', data), w.event(2));
    expect((await w.gateway()).acked_seq).toBe(2);
    expect((await w.gateway(other.gateway)).acked_seq).toBe(1);
  });
});

describe('bad messages', () => {
  it('sets an unknown kind aside, settles it and takes its neighbours', async () => {
    await using w = await world();
    await w.send(w.event(1), w.record(topics.event(w.address), 2, 'from-the-future', {}), w.event(3));
    await w.settled();
    expect(w.took('ack')).toEqual([{ upTo: 3 }]);
    expect(await w.quarantine()).toMatchObject([{ code: 'link.unknown-kind', detail: 'from-the-future on event' }]);
    expect((await w.gateway()).quarantined).toBe(1);
    expect(await w.events('test.event')).toHaveLength(2);
  });

  const garbage: [string, Buffer, string][] = [
    ['10 MB of random bytes', Buffer.alloc(10_000_000, 0xc3), 'link.message-too-large'],
    [
      'a message just above the limit',
      Buffer.from(JSON.stringify({ x: 'x'.repeat(70_000) })),
      'link.message-too-large',
    ],
    ['nothing at all', Buffer.alloc(0), 'link.malformed'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'link.malformed'],
    ['half a document', Buffer.from('{"v":1,"boot":1,'), 'link.malformed'],
    ['null', Buffer.from('null'), 'link.malformed'],
    ['ten thousand brackets', Buffer.from('['.repeat(10_000)), 'link.malformed'],
    ['a sequence number beyond what JSON carries', Buffer.from('{"v":1,"boot":1,"seq":1e300}'), 'link.malformed'],
  ];
  it.each(garbage)('sets %s aside and goes on', async (_what, payload, code) => {
    await using w = await world();
    await Promise.all([
      w.raw(topics.event(w.address), payload),
      w.raw(topics.conn(w.address), payload),
      w.send(w.event(1)),
    ]);
    const kept = await w.quarantine();
    expect(kept.map((row) => row.code)).toEqual([code, code]);
    expect(Math.max(...kept.map((row) => row.payload.length))).toBeLessThanOrEqual(8192);
    expect((await w.gateway()).acked_seq).toBe(1);
  });

  it('settles a malformed record whose number can be read, so that it blocks nothing for ever', async () => {
    await using w = await world();
    await w.send({ topic: topics.event(w.address), payload: { v: 2, boot: 1, seq: 1, kind: 'event' } }, w.event(2));
    expect((await w.gateway()).acked_seq).toBe(2);
  });

  it('keeps the newest 200 of a gateway and counts them all', async () => {
    await using w = await world();
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 100 }, () => w.raw(topics.event(w.address), Buffer.from(`round ${round}`))),
      );
      w.clock.advance(1000);
    }
    const kept = await w.quarantine();
    expect(kept).toHaveLength(200);
    expect(kept.filter((row) => row.payload === 'round 0')).toHaveLength(0);
    expect((await w.gateway()).quarantined).toBe(300);
  });

  it('takes nothing on a topic of another account, and keeps it out of that account', async () => {
    await using w = await world();
    const account = await w.addAccount('Other');
    await w.send(
      w.record(topics.event({ account, gateway: w.address.gateway }), 1, 'event', {
        name: 'test.event',
        severity: 'info',
        message: 'forged',
      }),
    );
    expect(await w.events('test.event')).toEqual([]);
    expect(await w.quarantine()).toMatchObject([{ code: 'link.wrong-account', account_id: w.address.account }]);
  });

  it('takes no message whose envelope names another account', async () => {
    await using w = await world();
    const sent = w.event(1);
    await w.send({ topic: sent.topic, payload: { ...(sent.payload as object), account: ulid() } });
    expect(await w.quarantine()).toMatchObject([{ code: 'link.wrong-account' }]);
    expect(await w.events('test.event')).toEqual([]);
  });

  it('ignores a gateway that is not enrolled', async () => {
    await using w = await world();
    const stranger = { account: w.address.account, gateway: ulid() };
    await w.send(w.record(topics.event(stranger), 1, 'event', {}));
    expect(await w.quarantine()).toEqual([]);
  });

  it('undoes all that a bad message did, and only that', async () => {
    await using w = await world();
    const link = { address: 'a', capabilities: {}, syncMinutes: 20, nextSyncAt: null, running: null, lastSync: null };
    const more = { lastSuccessAt: null, users: 0, numbers: 0 };
    const other = await w.addGateway(w.address.account, 'Other');
    const foreign = ulid();
    await w.store.db
      .insertInto('pbx')
      .values({
        id: foreign,
        account_id: other.account,
        gateway_id: other.gateway,
        type: 'mx-one',
        name: 'Theirs',
        revision: 3,
        created_at: w.clock.instant(),
      })
      .execute();
    const links = [
      { ...link, ...more, id: ulid(), type: 'mx-one', name: 'Ours' },
      { ...link, ...more, id: foreign, type: 'mx-one', name: 'Stolen' },
    ];
    await w.send(w.event(1), w.section(2, 'pbxs', 1, { links }), w.event(3));
    const pbxs = await w.store.db.selectFrom('pbx').selectAll().execute();
    expect(pbxs).toMatchObject([{ name: 'Theirs', gateway_id: other.gateway }]);
    expect(await w.store.db.selectFrom('section').selectAll().execute()).toEqual([]);
    expect(await w.quarantine()).toMatchObject([{ code: 'link.wrong-account' }]);
    expect((await w.gateway()).acked_seq).toBe(3);
  });
});

describe('a store that fails', () => {
  it('leaves every message of the batch unacknowledged, and takes them once there is room again', async () => {
    await using w = await world();
    await w.send(w.event(1));
    await w.settled();
    w.took('ack');
    const pages = await sql<{ page_count: number }>`PRAGMA page_count`.execute(w.store.db);
    await sql.raw(`PRAGMA max_page_count = ${pages.rows[0]?.page_count}`).execute(w.store.db);
    const messages = Array.from({ length: 60 }, (_, index) => w.event(index + 2, 'x'.repeat(900)));
    const results = await Promise.allSettled(messages.map((message) => w.send(message)));
    expect(results.map((result) => result.status)).toEqual(messages.map(() => 'rejected'));
    expect(results[0]).toMatchObject({
      reason: {
        code: 'link.not-stored',
        cause: { code: 'store.full', cause: { errstr: 'database or disk is full' } },
      },
    });
    await w.settled();
    expect(w.took('ack')).toEqual([]);
    expect((await w.gateway()).acked_seq).toBe(1);
    await sql.raw('PRAGMA max_page_count = 1073741823').execute(w.store.db);
    await w.send(...messages);
    await w.settled();
    expect(w.took('ack')).toEqual([{ upTo: 61 }]);
    expect(await w.events('test.event')).toHaveLength(61);
  });

  it('sets no message aside for want of room: that is not the message’s fault', async () => {
    await using w = await world();
    const pages = await sql<{ page_count: number }>`PRAGMA page_count`.execute(w.store.db);
    await sql.raw(`PRAGMA max_page_count = ${Number(pages.rows[0]?.page_count) + 6}`).execute(w.store.db);
    const document = { hostName: 'x', version: '1', addresses: [], timeZone: 'UTC', startedAt: w.clock.instant() };
    const large = w.section(1, 'gateway', 1, { ...document, certificateExpiresAt: null, more: 'x'.repeat(60_000) });
    await expect(w.send(large)).rejects.toMatchObject({ code: 'link.not-stored' });
    expect(await w.quarantine()).toEqual([]);
    await sql.raw('PRAGMA max_page_count = 1073741823').execute(w.store.db);
    await w.send(large);
    expect((await w.gateway()).host_name).toBe('x');
  });

  it('rejects what it cannot commit when the store is closed', async () => {
    const w = await world();
    await w.store.close();
    await expect(w.send(w.event(1))).rejects.toMatchObject({ code: 'link.not-stored' });
    await w[Symbol.asyncDispose]();
  });

  it('refuses more than may wait, rather than grow without end', async () => {
    await using w = await world();
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, () => w.raw(topics.event(w.address), Buffer.alloc(10_000_000))),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(6);
    expect(refused[0]).toMatchObject({ reason: { code: 'link.overloaded' } });
  });

  it('commits although the bus cannot be told', async () => {
    await using w = await world({ publishFails: () => true });
    await w.send(w.event(1), w.birth(1, 1));
    expect((await w.gateway()).acked_seq).toBe(1);
  });
});

describe('events', () => {
  it('shows when something happened by the cloud’s clock, and never in the future', async () => {
    await using w = await world();
    const data = { name: 'test.event', severity: 'info', message: 'm' };
    const topic = topics.event(w.address);
    await w.send(
      w.record(topic, 1, 'event', data, { at: '2026-03-01T11:30:00.000Z', skew: 600_000 }),
      w.record(topic, 2, 'event', data, { at: '2028-03-01T12:00:00.000Z' }),
    );
    const at = (await w.events('test.event')).sort((a, b) => Number(a.seq) - Number(b.seq)).map((event) => event.at);
    expect(at).toEqual(['2026-03-01T11:20:00.000Z', '2026-03-01T12:00:00.000Z']);
  });

  it('writes "last seen" from traffic at most once a minute', async () => {
    await using w = await world();
    await w.send(w.event(1));
    const first = (await w.gateway()).last_seen_at;
    w.clock.advance(59_000);
    await w.send(w.event(2));
    expect((await w.gateway()).last_seen_at).toBe(first);
    w.clock.advance(1000);
    await w.send(w.event(3));
    expect((await w.gateway()).last_seen_at).toBe(w.clock.instant());
  });
});
