import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { IngestMetrics } from '#connector/ingest/ingest-metrics.ts';
import { topics } from '#contract/topics.ts';
import { world } from './world.ts';

it('counts what came of every message, under no label that its sender may choose', async () => {
  const registry = new Registry();
  await using w = await world({ metrics: new IngestMetrics(registry) });
  const shows = async (line: string) => expect((await registry.metrics()).split('\n')).toContain(line);
  const strange = w.record(topics.event(w.address), 3, 'kind.of-its-own', {});
  const bad = w.record(topics.event(w.address), 4, 'event', { name: 'No Name' });
  const waiting = w.send(w.birth(1, 1), w.event(1), w.event(2), w.event(1), strange, bad);
  await shows('demarc_ingest_waiting_messages 6');
  await waiting;
  await w.raw(topics.event(w.address), Buffer.from('garbage'));
  const stranger = { account: w.address.account, gateway: '01JD3Z0000000000000000000G' };
  await w.send({ ...w.event(1), topic: topics.event(stranger) });
  await shows('demarc_ingest_messages_total{kind="conn",outcome="taken"} 1');
  await shows('demarc_ingest_messages_total{kind="event",outcome="taken"} 2');
  await shows('demarc_ingest_messages_total{kind="event",outcome="repeated"} 1');
  await shows('demarc_ingest_messages_total{kind="event",outcome="quarantined"} 1');
  await shows('demarc_ingest_messages_total{kind="unknown",outcome="quarantined"} 1');
  await shows('demarc_ingest_messages_total{kind="unread",outcome="quarantined"} 1');
  await shows('demarc_ingest_messages_total{kind="unread",outcome="ignored"} 1');
  await shows('demarc_ingest_batch_messages_sum 8');
  await shows('demarc_ingest_batch_messages_count 3');
  await shows('demarc_ingest_commit_seconds_count 3');
  await shows('demarc_ingest_waiting_messages 0');
  expect(await registry.metrics()).not.toContain('kind.of-its-own');

  const pages = await sql<{ page_count: number }>`PRAGMA page_count`.execute(w.store.db);
  await sql.raw(`PRAGMA max_page_count = ${pages.rows[0]?.page_count}`).execute(w.store.db);
  const large = Array.from({ length: 60 }, (_, n) => w.event(n + 10, 'x'.repeat(900)));
  await Promise.allSettled(large.map((message) => w.send(message)));
  await shows('demarc_ingest_messages_total{kind="unread",outcome="not-stored"} 60');
  await shows('demarc_ingest_batch_messages_count 3');
});
