import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { UserRecord } from '#contract/users.ts';
import { person, runOf, type Sent, type World, world } from './world.ts';

const usersOf = (w: World, pbx: string) =>
  w.store.db.selectFrom('directory_user').selectAll().where('pbx_id', '=', pbx).orderBy('source_key').execute();
const keysOf = async (w: World, pbx: string) => (await usersOf(w, pbx)).map((user) => user.source_key);
const runs = (w: World) => w.store.db.selectFrom('sync_run').selectAll().orderBy('started_at').orderBy('id').execute();
const held = (w: World, run: string) =>
  w.store.db.selectFrom('held_user').selectAll().where('run_id', '=', run).orderBy('source_key').execute();
const revisionOf = async (w: World, pbx: string) =>
  (await w.store.db.selectFrom('pbx').select('revision').where('id', '=', pbx).executeTakeFirst())?.revision;
const staged = async (w: World) => (await w.store.db.selectFrom('sync_stage').selectAll().execute()).length;

const people = (count: number, from = 0): UserRecord[] =>
  Array.from({ length: count }, (_, index) => person(String(1000 + from + index)));

/** Sends a first, full run of `count` people; answers the next free sequence number. */
async function firstRun(w: World, pbx: string, count: number): Promise<number> {
  const messages = runOf(w, 1, { pbx, chunks: [{ put: people(count) }], header: { mode: 'full', trigger: 'first' } });
  await w.send(...messages);
  w.clock.advance(1000);
  return messages.length + 1;
}

describe('a user run', () => {
  it('keeps what it tells of single records, and nothing where it tells nothing', async () => {
    await using w = await world();
    const notes = { rejected: [{ where: 'line 3', reason: 'no key' }], remarked: 2, remarks: [] };
    const next = await firstRun(w, ulid(), 3);
    await w.send(...runOf(w, next, { pbx: ulid(), chunks: [{ put: people(1) }], trailer: { notes } }));
    expect((await runs(w)).map((run) => run.notes && JSON.parse(run.notes))).toEqual([null, notes]);
  });

  it('takes effect as a whole, with every field in its place', async () => {
    await using w = await world();
    const pbx = ulid();
    const full = person('0012', {
      name: 'ÄNNE Öztürk',
      firstName: 'Änne',
      lastName: 'Öztürk',
      email: 'Anne@Example.com',
      workPhone: '+4930123',
      mobilePhone: '+49171',
      loginId: 'aoz',
      department: 'R&D',
      irregularities: ['email-not-unique', 'duplicate-extension'],
    });
    const bare: UserRecord = { key: 'b', name: "Robert'); DROP TABLE\n<script>\u0000", irregularities: ['no-email'] };
    await w.send(...runOf(w, 1, { pbx, chunks: [{ put: [full] }, { put: [bare] }] }));
    expect(await usersOf(w, pbx)).toMatchObject([
      {
        account_id: w.address.account,
        gateway_id: w.address.gateway,
        source_key: '0012',
        name: 'ÄNNE Öztürk',
        name_lc: 'änne öztürk',
        first_name: 'Änne',
        last_name: 'Öztürk',
        email: 'Anne@Example.com',
        email_lc: 'anne@example.com',
        extension: '0012',
        work_phone: '+4930123',
        mobile_phone: '+49171',
        login_id: 'aoz',
        department: 'R&D',
        irregular: 0b1010,
        search: 'änne öztürk anne@example.com 0012',
        modified_at: w.clock.instant(),
      },
      { source_key: 'b', name: bare.name, email: null, extension: null, irregular: 0b0001 },
    ]);
    expect(await runs(w)).toMatchObject([{ outcome: 'Successful', hold: null, revision: 1, pbx_name: 'Main site' }]);
    expect(await revisionOf(w, pbx)).toBe(1);
    expect(await staged(w)).toBe(0);
    expect(await w.events('sync.successful')).toMatchObject([{ type: 'Gateway', asset: 'PBX', asset_id: pbx }]);
    expect(w.changes.map((change) => change.topic).sort()).toEqual(['event', 'sync-run', 'users']);
  });

  it('of a gateway that was released and enrolled again takes over the PBX with its users, and asks for all of them', async () => {
    await using w = await world();
    const pbx = ulid();
    await firstRun(w, pbx, 3);
    const again = { ...w, address: await w.addGateway(w.address.account, 'Site again') };
    // While the first one is in force nobody else may touch its PBX.
    await w.send(...runOf(again, 1, { pbx, chunks: [{ remove: ['1000'] }], header: { base: 1 } }));
    expect(await w.quarantine()).toMatchObject([{ code: 'link.wrong-account' }]);

    await w.store.db
      .updateTable('gateway')
      .set({ released_at: w.clock.instant() })
      .where('id', '=', w.address.gateway)
      .execute();
    await w.send(...runOf(again, 11, { pbx, chunks: [{ remove: ['1000'] }], header: { base: 1 } }));
    await w.settled();
    expect(w.took('ask')).toEqual([{ what: 'users', pbx }]);
    expect(await usersOf(w, pbx)).toMatchObject(
      Array.from({ length: 3 }, () => ({ gateway_id: again.address.gateway })),
    );
    await w.send(...runOf(again, 21, { pbx, chunks: [{ put: people(3) }], header: { mode: 'full' } }));
    expect(await keysOf(w, pbx)).toEqual(['1000', '1001', '1002']);
    expect(await revisionOf(w, pbx)).toBe(1);
  });

  it('changes and removes by key, and leaves what is the same untouched', async () => {
    await using w = await world();
    const pbx = ulid();
    const next = await firstRun(w, pbx, 3);
    const [before] = await usersOf(w, pbx);
    w.clock.advance(60_000);
    const put = [person('1000'), person('1001', { name: 'Renamed' })];
    await w.send(...runOf(w, next, { pbx, chunks: [{ put, remove: ['1002', 'unknown'] }], header: { base: 1 } }));
    const after = await usersOf(w, pbx);
    expect(after.map((user) => user.name)).toEqual(['Person 1000', 'Renamed']);
    expect(after[0]).toEqual(before);
    expect(after[1]?.modified_at).toBe(w.clock.instant());
  });

  it('has no event when it changed nothing, but is on record', async () => {
    await using w = await world();
    const pbx = ulid();
    const next = await firstRun(w, pbx, 3);
    await w.send(...runOf(w, next, { pbx, header: { base: 1 }, trailer: { revision: 1 } }));
    expect(await runs(w)).toHaveLength(2);
    expect(await w.events('sync.successful')).toHaveLength(1);
  });

  it('has no effect while a part is missing, and then takes effect whichever part comes last', async () => {
    for (const last of [0, 1, 2, 3]) {
      await using w = await world();
      const pbx = ulid();
      const parts = runOf(w, 1, { pbx, chunks: [{ put: people(2) }, { put: people(2, 2) }] });
      const missing = parts[last];
      for (const part of parts.toReversed()) if (part !== missing) await w.send(part, part);
      expect(await keysOf(w, pbx)).toEqual([]);
      if (missing) await w.send(missing);
      expect(await keysOf(w, pbx)).toEqual(['1000', '1001', '1002', '1003']);
    }
  });

  it('is not completed by a chunk beyond those that its trailer counts', async () => {
    await using w = await world();
    const pbx = ulid();
    const chunks = [{ put: people(1) }, { put: people(1, 1) }, { put: people(1, 2) }];
    const [header, first, second, third, trailer] = runOf(w, 1, { pbx, chunks, trailer: { chunks: 2 } });
    if (!header || !first || !second || !third || !trailer) throw new Error('a run of three chunks has five parts');
    await w.send(header, first, third, trailer);
    expect(await keysOf(w, pbx)).toEqual([]);
    await w.send(second);
    expect(await keysOf(w, pbx)).toHaveLength(3);
  });

  it('gives a key that it names twice the later chunk’s record, in whatever order they come', async () => {
    for (const backwards of [false, true]) {
      await using w = await world();
      const pbx = ulid();
      const chunks = [{ put: [person('1', { name: 'First' })], remove: ['2'] }, { put: [person('1'), person('2')] }];
      const parts = runOf(w, 1, { pbx, chunks });
      await w.send(...(backwards ? parts.toReversed() : parts));
      expect((await usersOf(w, pbx)).map((user) => user.name)).toEqual(['Person 1', 'Person 2']);
    }
  });

  it('sent again under new sequence numbers is not applied twice', async () => {
    await using w = await world();
    const pbx = ulid();
    const run = ulid();
    await w.send(...runOf(w, 1, { pbx, run, chunks: [{ put: people(2) }] }));
    await w.send(...runOf(w, 4, { pbx, run, chunks: [{ put: people(5) }] }));
    expect(await keysOf(w, pbx)).toHaveLength(2);
    expect(await staged(w)).toBe(0);
  });

  it('takes the place of an older one that never became complete', async () => {
    await using w = await world();
    const pbx = ulid();
    const old = runOf(w, 1, { pbx, chunks: [{ put: people(5) }] });
    await w.send(...old.slice(0, 2));
    await w.send(...runOf(w, 4, { pbx, chunks: [{ put: people(2) }] }));
    await w.send(...old.slice(2));
    expect(await keysOf(w, pbx)).toHaveLength(2);
    expect(await staged(w)).toBe(0);
  });

  it('is not disturbed by late parts of an older one', async () => {
    await using w = await world();
    const pbx = ulid();
    const old = runOf(w, 1, { pbx, chunks: [{ put: people(5) }] });
    const young = runOf(w, 4, { pbx, chunks: [{ put: people(2) }] });
    await w.send(...young.slice(0, 2));
    await w.send(...old);
    expect(await keysOf(w, pbx)).toEqual([]);
    await w.send(...young.slice(2));
    expect(await keysOf(w, pbx)).toHaveLength(2);
  });

  it('of the PBX of another gateway is set aside', async () => {
    await using w = await world();
    const pbx = ulid();
    await firstRun(w, pbx, 3);
    const thief = { ...w, address: await w.addGateway(await w.addAccount('Thief')) };
    await w.send(...runOf(thief, 1, { pbx, chunks: [{ put: people(1) }], header: { mode: 'full' } }));
    expect(await keysOf(w, pbx)).toHaveLength(3);
    expect(await w.quarantine()).toMatchObject([{ code: 'link.wrong-account', gateway_id: thief.address.gateway }]);
  });

  it('with a chunk on the wrong topic has that chunk set aside', async () => {
    await using w = await world();
    const [header, chunk] = runOf(w, 1, { pbx: ulid(), chunks: [{ put: people(1) }] });
    if (!header || !chunk) throw new Error('a run has parts');
    await w.send({ topic: header.topic, payload: chunk.payload });
    expect(await w.quarantine()).toMatchObject([{ code: 'link.malformed' }]);
  });

  it('that failed is recorded, with its reason, and changes no user', async () => {
    await using w = await world();
    const pbx = ulid();
    const next = await firstRun(w, pbx, 3);
    const reason = { code: 'sync.empty', message: 'No users at all', nextStep: 'Check.' };
    const trailer = { outcome: 'Failed', revision: 1, reason } as const;
    await w.send(...runOf(w, next, { pbx, chunks: [{ remove: ['1000'] }], header: { base: 1 }, trailer }));
    expect(await keysOf(w, pbx)).toHaveLength(3);
    const [failed] = await w.events('sync.failed');
    expect(failed).toMatchObject({ severity: 'error', result: 'FAILURE' });
    expect(failed?.message).toContain('No users at all');
  });

  it('that was partly successful takes effect and is in the history', async () => {
    await using w = await world();
    const pbx = ulid();
    await w.send(...runOf(w, 1, { pbx, chunks: [{ put: people(2) }], trailer: { outcome: 'Partial' } }));
    expect(await keysOf(w, pbx)).toHaveLength(2);
    expect(await w.events('sync.partial')).toHaveLength(1);
  });
});

describe('a delta on another base', () => {
  it('is dropped, and all users are asked for', async () => {
    await using w = await world();
    const pbx = ulid();
    const next = await firstRun(w, pbx, 3);
    await w.send(...runOf(w, next, { pbx, chunks: [{ put: people(1, 50) }], header: { base: 4 } }));
    await w.settled();
    expect(await keysOf(w, pbx)).toHaveLength(3);
    expect(w.took('ask')).toEqual([{ what: 'users', pbx }]);
    expect(await w.events('sync.base-mismatch')).toHaveLength(1);
    expect(await staged(w)).toBe(0);
    const full = { mode: 'full', trigger: 'resync' } as const;
    await w.send(
      ...runOf(w, next + 3, { pbx, chunks: [{ put: people(4) }], header: full, trailer: { revision: 5 } }),
      ...runOf(w, next + 6, { pbx, chunks: [{ put: people(1, 4) }], header: { base: 5 } }),
    );
    expect(await keysOf(w, pbx)).toHaveLength(5);
    expect(await revisionOf(w, pbx)).toBe(6);
  });
});

describe('the removal guard', () => {
  const fullRun = (w: World, seq: number, pbx: string, put: UserRecord[], header: object = {}, run = ulid()): Sent[] =>
    runOf(w, seq, { pbx, run, chunks: [{ put }], header: { mode: 'full', ...header }, trailer: { revision: 9 } });

  it('of the cloud holds a full run that would remove too many, and keeps the list', async () => {
    await using w = await world();
    const pbx = ulid();
    const next = await firstRun(w, pbx, 20);
    const run = ulid();
    await w.send(...fullRun(w, next, pbx, people(17), {}, run));
    expect(await keysOf(w, pbx)).toHaveLength(20);
    expect(await revisionOf(w, pbx)).toBe(1);
    expect((await runs(w)).at(-1)).toMatchObject({ id: run, outcome: 'Held', hold: 'open', held_here: 1 });
    expect(await held(w, run)).toMatchObject([
      { source_key: '1017', name: 'Person 1017', email: '1017@example.com', extension: '1017' },
      { source_key: '1018' },
      { source_key: '1019' },
    ]);
    expect(await w.events('sync.held')).toMatchObject([{ severity: 'warning' }]);
  });

  it('lets a full run through that removes few', async () => {
    await using w = await world();
    const pbx = ulid();
    const next = await firstRun(w, pbx, 20);
    await w.send(...fullRun(w, next, pbx, people(18)));
    expect(await keysOf(w, pbx)).toHaveLength(18);
  });

  it('is lifted once by a decision made here, which asks the gateway for all users', async () => {
    await using w = await world();
    const pbx = ulid();
    const run = ulid();
    const next = await firstRun(w, pbx, 20);
    await w.send(...fullRun(w, next, pbx, people(5), {}, run));
    const actor = { id: ulid(), name: 'Ada', kind: 'person' } as const;
    const command = await w.holds.decide(run, 'remove', actor);
    expect(JSON.parse(command.args)).toEqual({ pbx, full: true });
    expect((await runs(w)).at(-1)).toMatchObject({ hold: 'removing', decided_by: 'Ada' });
    await expect(w.holds.decide(run, 'keep', actor)).rejects.toMatchObject({ code: 'sync.unknown-hold' });
    await w.send(...fullRun(w, next + 3, pbx, people(5)));
    expect(await keysOf(w, pbx)).toHaveLength(5);
    expect(await revisionOf(w, pbx)).toBe(9);
    w.clock.advance(1000);
    await w.send(...fullRun(w, next + 6, pbx, people(1)));
    expect(await keysOf(w, pbx)).toHaveLength(5);
  });

  it('keeps the users when that was decided, and goes on from the new revision', async () => {
    await using w = await world();
    const pbx = ulid();
    const run = ulid();
    const next = await firstRun(w, pbx, 20);
    await w.send(...fullRun(w, next, pbx, people(5), {}, run));
    await w.holds.decide(run, 'keep', { id: ulid(), name: 'Ada', kind: 'person' });
    await w.send(...fullRun(w, next + 3, pbx, people(5)));
    expect(await keysOf(w, pbx)).toHaveLength(20);
    expect(await revisionOf(w, pbx)).toBe(9);
  });

  it('covers only the users that were on the list when it was lifted', async () => {
    await using w = await world();
    const pbx = ulid();
    const run = ulid();
    const next = await firstRun(w, pbx, 20);
    await w.send(...fullRun(w, next, pbx, people(15), {}, run));
    await w.holds.decide(run, 'remove', { id: ulid(), name: 'Ada', kind: 'person' });
    await w.send(...fullRun(w, next + 3, pbx, people(5)));
    expect(await keysOf(w, pbx)).toHaveLength(20);
    await w.send(...fullRun(w, next + 6, pbx, people(14)));
    expect(await keysOf(w, pbx)).toHaveLength(14);
  });

  it('is not lifted by a decision that nobody made here', async () => {
    await using w = await world();
    const pbx = ulid();
    const run = ulid();
    const next = await firstRun(w, pbx, 20);
    await w.send(...fullRun(w, next, pbx, people(5), {}, run));
    await w.send(...fullRun(w, next + 3, pbx, people(5), { decision: { run, action: 'remove' } }));
    expect(await keysOf(w, pbx)).toHaveLength(20);
  });

  it('on site: a held run applies nothing, keeps its candidates, and replaces an older open hold', async () => {
    await using w = await world();
    const pbx = ulid();
    const next = await firstRun(w, pbx, 20);
    const holdRun = (seq: number, run: string) =>
      runOf(w, seq, {
        pbx,
        run,
        chunks: [{ put: people(1, 90), remove: ['1000', 'stranger'] }],
        header: { base: 1 },
        trailer: { outcome: 'Held', revision: 1 },
      });
    const [first, second] = [ulid(1), ulid(2)];
    await w.send(...holdRun(next, first));
    expect(await held(w, first)).toMatchObject([
      { source_key: '1000', name: 'Person 1000' },
      { source_key: 'stranger', name: 'stranger', email: null },
    ]);
    await w.send(...holdRun(next + 3, second));
    expect(await keysOf(w, pbx)).toHaveLength(20);
    const holds = Object.fromEntries((await runs(w)).map((run) => [run.id, run.hold]));
    expect(holds).toMatchObject({ [first]: 'superseded', [second]: 'open' });
    expect(await held(w, first)).toEqual([]);
    expect(await w.events('sync.held')).toHaveLength(1);
    const decision = { run: second, action: 'remove' } as const;
    expect(await w.quarantine()).toEqual([]);
    await w.send(...runOf(w, next + 6, { pbx, chunks: [{ remove: ['1000'] }], header: { base: 1, decision } }));
    expect(await keysOf(w, pbx)).toHaveLength(19);
    expect((await runs(w)).find((run) => run.id === second)).toMatchObject({ hold: 'removing', decided_by: 'Site' });
  });

  it('of an unknown run cannot be decided about', async () => {
    await using w = await world();
    await expect(w.holds.decide(ulid(), 'keep', { id: 'x', name: 'x', kind: 'person' })).rejects.toMatchObject({
      code: 'api.not-found',
    });
  });
});
