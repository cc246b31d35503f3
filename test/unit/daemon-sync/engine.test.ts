import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { UserItem } from '#pbx-adapters/adapter.ts';
import { until } from '#test/support/program.ts';
import { drain, engineIn, PBX, people, signal, site } from './support.ts';

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('the first run', () => {
  it('sends everybody as a full run of revision 1', async () => {
    await using s = await site();
    s.pbx.people = people(2500);
    const status = await s.sync();
    expect(status).toMatchObject({
      outcome: 'Successful',
      counts: { read: 2500, added: 2500, changed: 0, removed: 0, unchanged: 0, rejected: 0 },
    });
    expect(s.arrived().header).toMatchObject({
      mode: 'full',
      base: 0,
      pbxType: 'mivoice-5000',
      pbxName: 'Head office',
    });
    expect(s.arrived().trailer).toMatchObject({ revision: 1, outcome: 'Successful' });
    expect(s.cloud.users.size).toBe(2500);
    expect(s.cloud.users.get('id-7')).toMatchObject({
      name: 'First7 Last7',
      email: 'p7@example.com',
      extension: '1007',
    });
    expect(s.engine.users(PBX)).toBe(2500);
    expect(s.cloud.events).toEqual([]);
  });

  it('of an empty directory fails and changes nothing', async () => {
    await using s = await site();
    expect(await s.sync()).toMatchObject({ outcome: 'Failed', reason: { code: 'sync.empty' } });
    expect(s.arrived().trailer).toMatchObject({ revision: 0, chunks: 0 });
  });
});

describe('a later run', () => {
  it('sends only what changed', async () => {
    await using s = await site();
    s.pbx.people = people(1000);
    await s.sync();
    s.pbx.people = [...people(995), ...people(3, 2000)].map((user) =>
      user.key === 'id-5' ? { ...user, lastName: 'Married' } : user,
    );
    const status = await s.sync();
    expect(status.counts).toEqual({ read: 998, added: 3, changed: 1, removed: 5, unchanged: 994, rejected: 0 });
    const { header, chunks, trailer } = s.arrived();
    expect(header).toMatchObject({ mode: 'delta', base: 1 });
    expect(trailer.revision).toBe(2);
    expect(chunks).toHaveLength(1);
    expect(s.cloud.users.size).toBe(998);
    expect(s.cloud.users.get('id-5')?.name).toBe('First5 Married');
  });

  it('without any change sends a header and a trailer with the same revision', async () => {
    await using s = await site();
    s.pbx.people = people(100);
    await s.sync();
    expect(await s.sync()).toMatchObject({ outcome: 'Successful', counts: { unchanged: 100 } });
    expect(s.arrived()).toMatchObject({ header: { mode: 'delta', base: 1 }, chunks: [], trailer: { revision: 1 } });
  });

  it('that is asked to be full sends everybody under the next revision', async () => {
    await using s = await site();
    s.pbx.people = people(100);
    await s.sync();
    await s.sync({ full: true });
    expect(s.arrived()).toMatchObject({ header: { mode: 'full', base: 0 }, trailer: { revision: 2 } });
    expect(s.cloud.users.size).toBe(100);
  });

  it('goes on from where it was after a restart', async () => {
    await using s = await site();
    s.pbx.people = people(100);
    await s.sync();
    await s.store.close();
    const again = await engineIn(s.folder, 2, s.pbx);
    s.pbx.people = people(101);
    await again.engine.run(PBX, { trigger: 'schedule' }, signal());
    await drain(again.outbox, s.cloud);
    await again.store.close();
    expect(s.arrived()).toMatchObject({
      header: { mode: 'delta', base: 1 },
      trailer: { revision: 2, counts: { added: 1 } },
    });
  });

  it('sends everything again when the store has lost users, instead of building on a hole', async () => {
    await using s = await site();
    s.pbx.people = people(100);
    await s.sync();
    const damaged = s.store.table('sync-people', z.unknown());
    let lost = 0;
    for await (const key of damaged.keys()) if (lost++ < 30) await damaged.remove(key);
    expect(await s.sync()).toMatchObject({ outcome: 'Successful' });
    expect(s.arrived()).toMatchObject({ header: { mode: 'full' }, trailer: { revision: 2 } });
    expect(s.cloud.users.size).toBe(100);
  });
});

describe('irregularities', () => {
  it('are counted, listed and cleared when the PBX is put right (ONB-30 to ONB-35)', async () => {
    await using s = await site();
    const [a, b, c, d, e] = people(5);
    if (!a || !b || !c || !d || !e) throw new Error('five people');
    s.pbx.people = [
      { ...a, email: 'Team@example.com' },
      { ...b, email: 'team@EXAMPLE.com' },
      { ...c, email: 'n/a' },
      { key: d.key, extension: '0012' },
      { ...e, extension: '0012' },
    ];
    expect((await s.sync()).irregularities).toEqual({
      'no-email': 1,
      'email-not-unique': 2,
      'invalid-email': 1,
      'duplicate-extension': 2,
    });
    expect(s.cloud.users.get('id-3')?.irregularities).toEqual(['no-email', 'duplicate-extension']);
    const shared = await s.engine.irregular(PBX, 'email-not-unique', 10);
    expect(shared.map((user) => user.key)).toEqual(['id-0', 'id-1']);
    expect(await s.engine.irregular(PBX, 'email-not-unique', 1)).toHaveLength(1);

    s.pbx.people = people(5);
    const status = await s.sync({ trigger: 'sync-now' });
    expect(Object.values(status.irregularities)).toEqual([0, 0, 0, 0]);
    expect(status.counts.changed).toBe(5);
    expect(s.cloud.users.get('id-0')?.irregularities).toEqual([]);
  });

  it('change a user whose own record did not change', async () => {
    await using s = await site();
    s.pbx.people = people(3);
    await s.sync();
    s.pbx.people = [...people(3), { key: 'new', name: 'New', email: 'p1@example.com' }];
    expect((await s.sync()).counts).toMatchObject({ added: 1, changed: 1, unchanged: 2 });
    expect(s.cloud.users.get('id-1')?.irregularities).toEqual(['email-not-unique']);
  });
});

describe('haste', () => {
  it('begins with each run and is over at its end, also of one that fails, and already within a very large one', async () => {
    let hurrying = 0;
    const calmAt: number[] = [];
    await using s = await site({
      hurry: () => {
        hurrying += 1;
        let isOver = false;
        return () => {
          if (!isOver) hurrying -= 1;
          isOver = true;
        };
      },
      onStatus: () => {
        const running = s.engine.status(PBX).running;
        if (running && hurrying === 0) calmAt.push(running.read);
      },
    });
    s.pbx.people = people(22_000);
    await s.sync();
    expect([hurrying, calmAt[0]]).toEqual([0, 20_500]);
    s.pbx.people = [];
    expect((await s.sync()).outcome).toBe('Failed');
    expect(hurrying).toBe(0);
  });
});

describe('records that cannot be used', () => {
  it('are left out, counted, and listed with place and reason', async () => {
    await using s = await site();
    const [a, b] = people(2);
    s.pbx.read = async function* (): AsyncGenerator<UserItem> {
      await Promise.resolve();
      if (!a || !b) return;
      yield { kind: 'user', user: a };
      yield { kind: 'rejected', where: 'line 3', reason: 'wrong number of columns' };
      yield { kind: 'user', user: { ...b, key: a.key } };
      yield { kind: 'user', user: { ...b, key: ' ' } };
      yield { kind: 'user', user: b };
    };
    expect((await s.sync()).counts).toMatchObject({ read: 5, added: 2, rejected: 3 });
    expect(s.engine.status(PBX).rejected).toEqual([
      { where: 'line 3', reason: 'wrong number of columns' },
      { where: 'record 3', reason: 'the key "id-0" stands twice' },
      { where: 'record 4', reason: 'no key' },
    ]);
    const { rejected } = s.engine.status(PBX);
    expect(s.arrived().trailer.notes).toEqual({ rejected, remarked: 0, remarks: [] });
    expect(s.cloud.users.get('id-0')?.name).toBe('First0 Last0');
  });

  it('are told to the cloud within one message, however long and odd their texts are', async () => {
    await using s = await site();
    s.pbx.read = async function* (): AsyncGenerator<UserItem> {
      await Promise.resolve();
      for (const user of people(60)) {
        yield { kind: 'rejected', where: '\u0001"\\\ud800'.repeat(500), reason: '語'.repeat(5000) };
        yield { kind: 'user', user, where: '\ud83d\ude00'.repeat(500), problems: ['"'.repeat(900)] };
      }
    };
    await s.sync();
    const { notes } = s.arrived().trailer;
    expect([notes?.rejected.length, notes?.remarked, notes?.remarks.length]).toEqual([20, 60, 20]);
  });

  it('those that are used with a remark are counted apart, and the first are listed', async () => {
    await using s = await site();
    const all = people(30);
    s.pbx.read = async function* (): AsyncGenerator<UserItem> {
      await Promise.resolve();
      for (const user of all) yield { kind: 'user', user, where: 'line 7', problems: ['not in the directory', 'cut'] };
    };
    expect((await s.sync()).counts).toMatchObject({ added: 30, rejected: 0 });
    const { remarks } = s.engine.status(PBX);
    expect(remarks.records).toBe(30);
    expect(remarks.first).toHaveLength(20);
    expect(remarks.first[0]).toEqual({ where: 'line 7', reason: 'not in the directory; cut' });
    s.pbx.read = undefined;
    s.pbx.people = all;
    await s.sync();
    expect(s.engine.status(PBX).remarks).toEqual({ records: 0, first: [] });
  });
});

describe('a run that fails', () => {
  it('keeps every user when the read breaks off in the middle', async () => {
    await using s = await site();
    s.pbx.people = people(1000);
    await s.sync();
    s.pbx.read = async function* (): AsyncGenerator<UserItem> {
      await Promise.resolve();
      for (const user of people(700)) yield { kind: 'user', user };
      throw new DemarcError('pbx.timeout', 'page 2');
    };
    const status = await s.sync();
    expect(status).toMatchObject({
      outcome: 'Failed',
      reason: { code: 'pbx.timeout' },
      counts: { read: 700, removed: 0 },
    });
    expect(status.reason?.message).toMatch(/^While reading the PBX: /);
    expect(s.arrived()).toMatchObject({ chunks: [], trailer: { revision: 1, outcome: 'Failed' } });
    expect(s.cloud.users.size).toBe(1000);
    s.pbx.read = undefined;
    expect((await s.sync()).counts).toMatchObject({ unchanged: 1000, removed: 0 });
  });

  it('keeps every user when the PBX says that there are none', async () => {
    await using s = await site();
    s.pbx.people = people(10);
    await s.sync();
    s.pbx.people = [];
    expect(await s.sync()).toMatchObject({ outcome: 'Failed', reason: { code: 'sync.empty' } });
    expect(s.cloud.users.size).toBe(10);
  });

  it('is told once and not with every run, and so is that it works again', async () => {
    await using s = await site();
    s.pbx.people = people(10);
    await s.sync();
    const fail = (error: 'pbx.unreachable' | 'pbx.bad-credentials') => {
      s.pbx.read = () => {
        throw new DemarcError(error);
      };
    };
    fail('pbx.unreachable');
    for (let i = 0; i < 3; i += 1) await s.sync();
    fail('pbx.bad-credentials');
    for (let i = 0; i < 3; i += 1) await s.sync();
    s.pbx.read = undefined;
    for (let i = 0; i < 3; i += 1) await s.sync();
    expect(s.cloud.events.map((event) => [event.name, event.details['code']])).toEqual([
      ['sync.failed', 'pbx.unreachable'],
      ['sync.failed', 'pbx.bad-credentials'],
      ['sync.recovered', undefined],
    ]);
    expect(s.cloud.runs).toHaveLength(10);
  });

  it('also when the adapter cannot be built, naming the phase', async () => {
    await using s = await site({ adapterFor: () => Promise.reject(new DemarcError('pbx.bad-credentials')) });
    const status = await s.sync();
    expect(status.reason).toMatchObject({ code: 'pbx.bad-credentials' });
    expect(status.reason?.message).toMatch(/^While connecting to the PBX: /);
  });

  it('ends at its deadline even when the PBX hangs', async () => {
    await using s = await site({ deadlineMs: 50 });
    s.pbx.read = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) });
    expect(await s.sync()).toMatchObject({ outcome: 'Failed', reason: { code: 'sync.deadline' } });
  });

  it('ends at its deadline also when the adapter is never ready', async () => {
    await using s = await site({ deadlineMs: 50, adapterFor: () => new Promise(() => undefined) });
    expect(await s.sync()).toMatchObject({ outcome: 'Failed', reason: { code: 'sync.deadline' } });
  });

  it('leaves nothing of its staging behind', async () => {
    await using s = await site();
    s.pbx.people = people(100);
    await s.sync();
    s.pbx.people = [];
    await s.sync();
    let rows = 0;
    for await (const _ of s.store.table('sync-people', z.unknown()).keys()) rows += 1;
    expect(rows).toBe(100);
  });
});

describe('many removals', () => {
  const held = async (s: Awaited<ReturnType<typeof site>>) => {
    s.pbx.people = people(100);
    await s.sync();
    s.pbx.people = people(40);
    return s.sync();
  };

  it('are Held with the list of candidates, and nothing is applied', async () => {
    await using s = await site();
    const status = await held(s);
    expect(status).toMatchObject({
      outcome: 'Held',
      counts: { removed: 60, unchanged: 40 },
      reason: { code: 'sync.held' },
    });
    expect(s.arrived().trailer.revision).toBe(1);
    expect(s.arrived().chunks.flatMap((chunk) => chunk.put)).toEqual([]);
    expect(
      s
        .arrived()
        .chunks.flatMap((chunk) => chunk.remove)
        .sort(),
    ).toEqual(
      people(60, 40)
        .map((user) => user.key)
        .sort(),
    );
    expect(s.cloud.users.size).toBe(100);
    expect(s.engine.users(PBX)).toBe(100);
    expect(s.engine.status(PBX).hold).toMatchObject({ run: status.run, users: 60 });
  });

  it('stay Held under the next run, without a second event', async () => {
    await using s = await site();
    const first = await held(s);
    const second = await s.sync();
    expect(second).toMatchObject({ outcome: 'Held' });
    expect(second.run).not.toBe(first.run);
    await expect(s.sync({ trigger: 'decision', decision: { run: first.run, action: 'remove' } })).rejects.toEqual(
      code('sync.unknown-hold'),
    );
    expect(s.cloud.events.map((event) => event.name)).toEqual(['sync.held']);
  });

  it('happen when a person confirms them', async () => {
    await using s = await site();
    const { run } = await held(s);
    const status = await s.sync({ trigger: 'decision', decision: { run, action: 'remove' } });
    expect(status).toMatchObject({ outcome: 'Successful', counts: { removed: 60 } });
    expect(s.arrived().header).toMatchObject({ mode: 'delta', base: 1, decision: { run, action: 'remove' } });
    expect(s.cloud.users.size).toBe(40);
    expect(s.engine.status(PBX).hold).toBeNull();
    expect(s.cloud.events.map((event) => event.name)).toEqual(['sync.held', 'sync.recovered']);
  });

  it('are confirmed only for the users on the list: with others gone too it is Held again', async () => {
    await using s = await site();
    const { run } = await held(s);
    s.pbx.people = people(39);
    expect(await s.sync({ trigger: 'decision', decision: { run, action: 'remove' } })).toMatchObject({
      outcome: 'Held',
    });
    expect(s.cloud.users.size).toBe(100);
    const hold = s.engine.status(PBX).hold;
    expect(hold?.users).toBe(61);
  });

  it('do not happen for those who came back before the confirmation', async () => {
    await using s = await site();
    const { run } = await held(s);
    s.pbx.people = people(45);
    await s.sync({ trigger: 'decision', decision: { run, action: 'remove' } });
    expect(s.cloud.users.size).toBe(45);
  });

  it('are kept when a person says so: changes go on, and each run says how many are kept', async () => {
    await using s = await site();
    const { run } = await held(s);
    const status = await s.sync({ trigger: 'decision', decision: { run, action: 'keep' } });
    expect(status).toMatchObject({ outcome: 'Partial', counts: { removed: 0 }, reason: { code: 'sync.kept' } });
    expect(status.reason?.message).toContain('60 users');
    expect(s.cloud.users.size).toBe(100);

    s.pbx.people = [...people(40), ...people(2, 500)];
    expect(await s.sync()).toMatchObject({ outcome: 'Partial', counts: { added: 2, removed: 0 } });
    expect(s.engine.status(PBX)).toMatchObject({ kept: 60, users: 102, hold: null });
    expect(s.cloud.users.size).toBe(102);

    s.pbx.people = [...people(41), ...people(2, 500)];
    await s.sync();
    expect(s.engine.status(PBX).kept).toBe(59);
    s.pbx.people = [...people(40), ...people(2, 500)];
    expect(await s.sync()).toMatchObject({ outcome: 'Partial', counts: { removed: 1 } });
    expect(s.cloud.users.has('id-40')).toBe(false);
  });

  it('hold a full run too', async () => {
    await using s = await site();
    s.pbx.people = people(100);
    await s.sync();
    s.pbx.people = people(10);
    expect(await s.sync({ full: true })).toMatchObject({ outcome: 'Held' });
    expect(s.cloud.users.size).toBe(100);
  });

  it('below the limits just happen, and a hold that resolves itself is over', async () => {
    await using s = await site();
    const { run } = await held(s);
    s.pbx.people = people(95);
    expect(await s.sync()).toMatchObject({ outcome: 'Successful', counts: { removed: 5 } });
    await expect(s.sync({ trigger: 'decision', decision: { run, action: 'remove' } })).rejects.toEqual(
      code('sync.unknown-hold'),
    );
  });
});

describe('a resend', () => {
  it('sends everybody as a full run of the same revision without asking the PBX', async () => {
    await using s = await site();
    s.pbx.people = people(3000);
    await s.sync();
    s.cloud.users.clear();
    s.cloud.revision = 0;
    await s.engine.resync(PBX, signal());
    await drain(s.outbox, s.cloud);
    expect(s.pbx.reads).toBe(1);
    expect(s.arrived()).toMatchObject({
      header: { mode: 'full', base: 0, trigger: 'resync' },
      trailer: { revision: 1 },
    });
    expect(s.cloud.users.size).toBe(3000);
    s.pbx.people = people(3001);
    await s.sync();
    expect(s.cloud.users.size).toBe(3001);
  });

  it('reads the PBX when it was never read', async () => {
    await using s = await site();
    s.pbx.people = people(10);
    await s.engine.resync(PBX, signal());
    await drain(s.outbox, s.cloud);
    expect(s.cloud.users.size).toBe(10);
  });

  it('waits for a run that is going on, and two requests are answered once', async () => {
    await using s = await site();
    s.pbx.people = people(2000);
    await s.sync();
    s.pbx.people = people(2001);
    const run = s.engine.run(PBX, { trigger: 'schedule' }, signal());
    await Promise.all([run, s.engine.resync(PBX, signal()), s.engine.resync(PBX, signal())]);
    await drain(s.outbox, s.cloud);
    expect(s.cloud.runs.map(({ header }) => header.mode)).toEqual(['full', 'delta', 'full']);
    expect(s.cloud.users.size).toBe(2001);
  });
});

describe('one run at a time', () => {
  /** A PBX that stands still after the first record until it is let go. */
  const stuck = (s: Awaited<ReturnType<typeof site>>): (() => void) => {
    const gate = Promise.withResolvers<void>();
    s.pbx.read = async function* (): AsyncGenerator<UserItem> {
      for (const user of people(3)) {
        yield { kind: 'user', user };
        await gate.promise;
      }
    };
    return gate.resolve;
  };

  it('Sync Now joins the run that is going on; anything else is refused as busy', async () => {
    await using s = await site();
    const go = stuck(s);
    const first = s.engine.run(PBX, { trigger: 'schedule' }, signal());
    await until('the run reads', 2000, () => s.engine.status(PBX).running?.phase === 'reading');
    const joined = s.engine.run(PBX, { trigger: 'sync-now' }, signal());
    await expect(s.engine.run(PBX, { trigger: 'schedule' }, signal())).rejects.toEqual(code('sync.busy'));
    await expect(s.engine.run(PBX, { trigger: 'sync-now', full: true }, signal())).rejects.toEqual(code('sync.busy'));
    go();
    expect((await joined).run).toBe((await first).run);
    expect(s.engine.status(PBX).running).toBeNull();
  });

  it('that is stopped sends nothing and changes nothing', async () => {
    await using s = await site();
    stuck(s);
    const controller = new AbortController();
    const run = s.engine.run(PBX, { trigger: 'schedule' }, controller.signal);
    await until('the run reads', 2000, () => s.engine.status(PBX).running?.phase === 'reading');
    controller.abort();
    await expect(run).rejects.toEqual(code('sync.canceled'));
    await drain(s.outbox, s.cloud);
    expect(s.cloud.runs).toEqual([]);
    expect(s.engine.status(PBX)).toMatchObject({ running: null, last: null, users: 0 });
  });

  it('a PBX that is forgotten stops and leaves nothing in the store', async () => {
    await using s = await site();
    s.pbx.people = people(50);
    await s.sync();
    stuck(s);
    const run = s.engine.run(PBX, { trigger: 'schedule' }, signal());
    const refused = expect(run).rejects.toEqual(code('sync.canceled'));
    await until('the run reads', 2000, () => s.engine.status(PBX).running?.phase === 'reading');
    await s.engine.forget(PBX);
    await refused;
    for (const name of ['sync-people', 'sync-state', 'sync-candidates']) {
      for await (const key of s.store.table(name, z.unknown()).keys()) throw new Error(`${name} still has ${key}`);
    }
    expect(s.engine.users(PBX)).toBe(0);
  });

  it('of a PBX that is not ours is refused', async () => {
    await using s = await site();
    const other = '01JABCDEFGHJKMNPQRSTVWXYZ1';
    await expect(s.engine.run(other, { trigger: 'sync-now' }, signal())).rejects.toEqual(code('sync.unknown-pbx'));
    await expect(s.engine.resync(other, signal())).rejects.toEqual(code('sync.unknown-pbx'));
  });
});

describe('the outbox', () => {
  test('when it takes nothing the run fails, the old users stay in force and the next run sends the difference', async () => {
    await using s = await site();
    s.pbx.people = people(100);
    await s.sync();
    const append = s.outbox.append.bind(s.outbox);
    s.outbox.append = () => Promise.reject(new DemarcError('store.full'));
    s.pbx.people = people(105);
    expect(await s.sync()).toMatchObject({ outcome: 'Failed', reason: { code: 'store.full' } });
    expect(s.engine.users(PBX)).toBe(100);
    s.outbox.append = append;
    await sleep(0);
    expect(await s.sync()).toMatchObject({ outcome: 'Successful', counts: { added: 5 } });
    expect(s.cloud.users.size).toBe(105);
  });
});
