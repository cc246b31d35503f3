import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '#contract/commands.ts';
import { topics } from '#contract/topics.ts';
import { person, runOf, type World, world } from './world.ts';

const actor = { id: ulid(), name: 'Ada', kind: 'person' } as const;
const DAY = 24 * 3_600_000;

/** A site with 20 users, and a run that was held: on site, or by the cloud's own guard. */
async function heldSite(w: World, where: 'on site' | 'in the cloud') {
  const pbx = ulid();
  const users = Array.from({ length: 20 }, (_, n) => person(`${1000 + n}`));
  await w.send(...runOf(w, 1, { pbx, chunks: [{ put: users }], trailer: { revision: 1 } }));
  w.clock.advance(1000);
  const run = ulid();
  await w.send(
    ...(where === 'on site'
      ? runOf(w, 4, { pbx, run, chunks: [{ remove: ['1000'] }], header: { base: 1 }, trailer: { outcome: 'Held' } })
      : runOf(w, 4, { pbx, run, chunks: [{ put: users.slice(15) }], header: { mode: 'full' } })),
  );
  const result = (seq: number, command: string, more: Partial<CommandResult>) =>
    w.send(w.record(topics.result(w.address, command), seq, 'result', { command, at: w.clock.instant(), ...more }));
  const hold = () =>
    w.store.db
      .selectFrom('sync_run')
      .select(['hold', 'decided_by', 'decided_at'])
      .where('id', '=', run)
      .executeTakeFirstOrThrow();
  const listed = async () => (await w.store.db.selectFrom('held_user').selectAll().execute()).length;
  return { pbx, run, users, result, hold, listed };
}

const OPEN = { hold: 'open', decided_by: null, decided_at: null };

describe.each(['on site', 'in the cloud'] as const)('a run that was held %s and decided about', (where) => {
  it.each(['failed', 'rejected'] as const)('waits for a decision again when its command has %s', async (state) => {
    await using w = await world();
    const s = await heldSite(w, where);
    const command = await w.holds.decide(s.run, 'remove', actor);
    expect(await s.hold()).toMatchObject({ hold: 'removing', decided_by: 'Ada' });
    await s.result(10, command.id, { state, reason: { code: 'pbx.unreachable', message: 'Off', nextStep: 'Look.' } });
    expect(await s.hold()).toEqual(OPEN);
    expect(await s.listed()).toBeGreaterThan(0);
    expect(w.changes.filter((change) => change.topic === 'sync-run').at(-1)?.ref).toBe(s.run);
    await w.holds.decide(s.run, 'keep', actor);
    expect(await s.hold()).toMatchObject({ hold: 'keeping' });
  });

  it('waits for a decision again when nobody took its command in time, or it was withdrawn', async () => {
    await using w = await world();
    const s = await heldSite(w, where);
    await w.holds.decide(s.run, 'remove', actor);
    w.clock.advance(DAY);
    await w.commands.sweep();
    expect(await s.hold()).toEqual(OPEN);
    const { id } = await w.holds.decide(s.run, 'keep', actor);
    await w.commands.cancel(id, actor);
    expect(await s.hold()).toEqual(OPEN);
  });

  it('stays decided when its command succeeds, and when another one of the PBX fails', async () => {
    await using w = await world();
    const s = await heldSite(w, where);
    const command = await w.holds.decide(s.run, 'remove', actor);
    const other = await w.commands.issue({ ...w.address, name: 'pbx.sync', args: { pbx: s.pbx }, actor });
    await s.result(10, other.id, { state: 'failed' });
    await s.result(11, command.id, { state: 'succeeded' });
    expect(await s.hold()).toMatchObject({ hold: 'removing', decided_by: 'Ada' });
  });

  it('is over when the PBX has had another run before its command failed', async () => {
    await using w = await world();
    const s = await heldSite(w, where);
    const command = await w.holds.decide(s.run, 'remove', actor);
    w.clock.advance(1000);
    await w.send(...runOf(w, 10, { pbx: s.pbx, chunks: [], header: { base: 1 } }));
    await s.result(12, command.id, { state: 'failed' });
    expect(await s.hold()).toMatchObject({ hold: 'superseded' });
    expect(await s.listed()).toBe(0);
  });
});

it.each([
  ['Failed', OPEN],
  ['Held', { hold: 'superseded', decided_by: null, decided_at: null }],
] as const)('a decision whose run ended as %s was not carried out', async (outcome, hold) => {
  await using w = await world();
  const s = await heldSite(w, 'on site');
  await w.holds.decide(s.run, 'remove', actor);
  w.clock.advance(1000);
  const decision = { run: s.run, action: 'remove' } as const;
  await w.send(...runOf(w, 10, { pbx: s.pbx, header: { base: 1, decision }, trailer: { outcome } }));
  expect(await s.hold()).toEqual(hold);
  const runs = await w.store.db.selectFrom('sync_run').select('id').where('hold', '=', 'open').execute();
  expect(runs).toHaveLength(1);
});

it('a held run of which the gateway knows nothing any more is over', async () => {
  await using w = await world();
  const s = await heldSite(w, 'on site');
  const command = await w.holds.decide(s.run, 'remove', actor);
  const reason = { code: 'sync.unknown-hold', message: 'Gone', nextStep: 'Look.' };
  await s.result(10, command.id, { state: 'failed', reason });
  expect(await s.hold()).toMatchObject({ hold: 'superseded' });
});
