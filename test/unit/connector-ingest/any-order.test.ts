/** Whatever the bus does to the order of messages, and however often it repeats them, the end is the same. */
import * as fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { topics } from '#contract/topics.ts';
import { outboxState, person, runOf, type Sent, START, type World, world } from './world.ts';

const at = new Date(START).toISOString();

const gatewayDocument = (hostName: string) => ({
  hostName,
  version: '0.2.0',
  addresses: [],
  timeZone: 'UTC',
  startedAt: at,
  certificateExpiresAt: null,
});

const inventory = (ids: string[]) => ({
  collectedAt: at,
  platforms: [],
  applications: ids.map((id) => ({
    id,
    platform: null,
    type: 'micollab',
    version: { value: id, source: 'test', at },
    licence: null,
  })),
});

const health = (next: number, records: number) => ({
  outbox: outboxState({ next, low: 1, records }),
  store: { status: 'ok', at: null },
  clockOffsetMs: 0,
  memoryBytes: 1,
  checks: [],
  checkedAt: null,
});

interface Names {
  pbx: string;
  run: string;
  command: string;
}

/** A day in the life of a gateway, in the order in which it happened; a number that is dropped makes a hole. */
function day(w: World, { pbx, run, command }: Names): Sent[] {
  const result = (seq: number, state: string) =>
    w.record(topics.result(w.address, command), seq, 'result', { command, state, at });
  return [
    w.birth(1, 1, { next: 2 }),
    w.event(1),
    w.section(2, 'gateway', 1, gatewayDocument('first')),
    result(3, 'accepted'),
    ...runOf(w, 4, {
      pbx,
      run,
      chunks: [{ put: [person('1'), person('2')] }, { put: [person('2', { name: 'Second' })], remove: ['1'] }],
    }),
    w.section(8, 'gateway', 2, gatewayDocument('second')),
    w.section(9, 'inventory', 1, inventory(['a', 'b'])),
    result(10, 'running'),
    w.record(topics.event(w.address), 13, 'dropped', { reason: 'bulk.bytes', ranges: [[11, 12]] }),
    w.record(topics.event(w.address), 14, 'unheard-of', {}),
    w.section(15, 'inventory', 2, inventory(['b', 'c'])),
    w.unchanged(16, 'gateway', 3, 'h2'),
    result(17, 'succeeded'),
    w.event(18),
    w.section(19, 'health', 1, health(20, 5)),
    w.will(1, 1),
    w.birth(1, 2, { next: 21, records: 4 }),
    w.section(20, 'health', 2, health(22, 3)),
  ];
}

async function stateOf(w: World) {
  const { db } = w.store;
  const gateway = await w.gateway();
  return {
    gateway: { ...gateway, id: '', account_id: '', certificate_serial: '' },
    events: (await w.events('test.event')).map((event) => `${event.boot} ${event.seq} ${event.message}`).sort(),
    sections: await db.selectFrom('section').select(['section', 'document', 'hash']).orderBy('section').execute(),
    users: await db
      .selectFrom('directory_user')
      .select(['source_key', 'name', 'email'])
      .orderBy('source_key')
      .execute(),
    pbxs: await db.selectFrom('pbx').select(['name', 'revision']).execute(),
    runs: await db.selectFrom('sync_run').select(['outcome', 'counts', 'revision']).execute(),
    staged: (await db.selectFrom('sync_stage').selectAll().execute()).length,
    applications: await db.selectFrom('application').select(['application_id', 'version']).orderBy('version').execute(),
    commands: await db.selectFrom('command').select(['name', 'state']).execute(),
    quarantined: (await w.quarantine()).map((row) => row.code),
    ahead: await db.selectFrom('seq_ahead').selectAll().execute(),
  };
}

async function begin() {
  const w = await world();
  const actor = { id: ulid(), name: 'Ada', kind: 'person' } as const;
  const command = await w.commands.issue({ ...w.address, name: 'inventory.report', args: {}, actor });
  return { w, names: { pbx: ulid(), run: ulid(), command: command.id } };
}

describe('ingest', () => {
  it('ends in the same state for any order, repetition and grouping of the same messages', async () => {
    const inOrder = await begin();
    for (const message of day(inOrder.w, inOrder.names)) await inOrder.w.send(message);
    const expected = await stateOf(inOrder.w);
    await inOrder.w[Symbol.asyncDispose]();
    const count = day(inOrder.w, inOrder.names).length;
    expect(expected.gateway).toMatchObject({ acked_seq: 20, online: 1, conn: 2, host_name: 'second' });
    expect(expected.users).toMatchObject([{ source_key: '2', name: 'Second' }]);

    const anyIndex = fc.integer({ min: 0, max: count - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
        fc.array(anyIndex, { maxLength: 15 }),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 10 }),
        async (order, repeats, groups) => {
          const { w, names } = await begin();
          try {
            const messages = day(w, names);
            const sequence = [...order];
            for (const [position, index] of repeats.entries()) sequence.splice((position * 7) % count, 0, index);
            for (let next = 0, turn = 0; next < sequence.length; turn++) {
              const size = groups[turn % groups.length] ?? 1;
              const group = sequence.slice(next, next + size).flatMap((index) => messages[index] ?? []);
              await w.send(...group);
              next += size;
            }
            await w.settled();
            expect(await stateOf(w)).toEqual(expected);
          } finally {
            await w[Symbol.asyncDispose]();
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});
