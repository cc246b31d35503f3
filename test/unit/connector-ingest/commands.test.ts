import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { commandDto } from '#connector/commands/command-dto.ts';
import type { CommandState } from '#contract/commands.ts';
import { topics } from '#contract/topics.ts';
import { type World, world } from './world.ts';

const actor = { id: ulid(), name: 'Ada', kind: 'person' } as const;

const issue = (w: World, more: object = {}) =>
  w.commands.issue({ ...w.address, name: 'inventory.report', args: {}, actor, ...more });

const stateOf = async (w: World, id: string) =>
  (await w.store.db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirstOrThrow()).state;

const dtoOf = async (w: World, id: string) =>
  commandDto(await w.store.db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirstOrThrow());

const result = (w: World, seq: number, command: string, state: CommandState, more: object = {}) =>
  w.record(topics.result(w.address, command), seq, 'result', { command, state, at: w.clock.instant(), ...more });

describe('issuing a command', () => {
  it('waits for a gateway that is offline and is sent at its birth', async () => {
    await using w = await world();
    const command = await issue(w, { requestId: 'r1' });
    expect(command.state).toBe('queued');
    expect(w.took('cmd')).toEqual([]);
    await w.send(w.birth(1, 1));
    await w.settled();
    expect(w.took('cmd')).toMatchObject([
      { v: 1, id: command.id, name: 'inventory.report', args: {}, issuer: { id: actor.id, name: 'Ada' } },
    ]);
    expect(await stateOf(w, command.id)).toBe('sent');
    expect(await w.events('command.issued')).toMatchObject([
      { actor_name: 'Ada', request_id: 'r1', action: 'Command' },
    ]);
  });

  it('sends at once to a gateway that is online, and again at each birth until it is accepted', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    await w.settled();
    const command = await issue(w);
    expect(command.state).toBe('sent');
    expect(w.took('cmd')).toHaveLength(1);
    await w.send(w.birth(1, 2));
    await w.settled();
    expect(w.took('cmd')).toHaveLength(1);
    await w.send(result(w, 1, command.id, 'accepted'), w.birth(1, 3));
    await w.settled();
    expect(w.took('cmd')).toEqual([]);
  });

  it('is sent after those that were issued before it, also within one millisecond', async () => {
    await using w = await world();
    const issued: string[] = [];
    for (let n = 0; n < 20; n += 1) issued.push((await issue(w)).id);
    await w.send(w.birth(1, 1));
    await w.settled();
    expect(w.took('cmd').map((command) => (command as { id: string }).id)).toEqual(issued);
  });

  it('stays queued when the bus refuses it', async () => {
    let down = false;
    await using w = await world({ publishFails: () => down });
    await w.send(w.birth(1, 1));
    down = true;
    expect((await issue(w)).state).toBe('queued');
  });

  it.each([
    ['an unknown name', { name: 'gateway.explode' }, 'command.not-supported'],
    ['arguments that are not its own', { args: { surprise: 1 } }, 'command.invalid-arguments'],
    ['arguments that are missing', { name: 'pbx.sync', args: undefined }, 'command.invalid-arguments'],
    ['the gateway of another account', { account: ulid() }, 'api.not-found'],
  ])('refuses %s', async (_what, more, code) => {
    await using w = await world();
    await expect(issue(w, more)).rejects.toMatchObject({ code });
    expect(await w.store.db.selectFrom('command').selectAll().execute()).toEqual([]);
  });

  it('refuses what the gateway has not said it can do', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    await expect(issue(w, { name: 'gateway.self-test' })).rejects.toMatchObject({ code: 'command.not-supported' });
  });
});

describe('results', () => {
  it('move a command up in rank only, in whatever order they come', async () => {
    await using w = await world();
    const { id } = await issue(w);
    const reason = { code: 'x', message: 'm', nextStep: 'n' };
    await w.send(
      result(w, 1, id, 'running', { progress: { percent: 10, text: 'reading' } }),
      result(w, 2, id, 'accepted'),
      result(w, 3, id, 'failed', { reason, output: { a: 1 } }),
      result(w, 4, id, 'running', { progress: { percent: 90, text: 'late' } }),
      result(w, 5, id, 'succeeded'),
    );
    const row = await w.store.db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(commandDto(row)).toMatchObject({
      state: 'failed',
      reason,
      output: { a: 1 },
      progress: { percent: 10, text: 'reading' },
    });
    expect(await w.events('command.failed')).toMatchObject([{ actor_kind: 'gateway', result: 'FAILURE' }]);
    expect((await w.gateway()).acked_seq).toBe(5);
  });

  it('show progress as it comes, and no older one over a newer', async () => {
    await using w = await world();
    const { id } = await issue(w);
    const older = result(w, 3, id, 'running', { progress: { percent: 5, text: 'old' } });
    await w.send(result(w, 1, id, 'running'));
    w.clock.advance(1000);
    await w.send(result(w, 2, id, 'running', { progress: { percent: 50, text: 'half' } }), older);
    const last = w.changes.filter((change) => change.topic === 'command').at(-1);
    expect(last?.row).toMatchObject({ id, state: 'running', progress: { percent: 50, text: 'half' } });
  });

  it('of the command of another gateway change nothing', async () => {
    await using w = await world();
    const { id } = await issue(w);
    const other = { ...w, address: await w.addGateway(w.address.account, 'Other') };
    await w.send(result(other, 1, id, 'succeeded'));
    expect(await stateOf(w, id)).toBe('queued');
  });

  it('on the topic of another command are set aside', async () => {
    await using w = await world();
    const { id } = await issue(w);
    const { topic } = result(w, 1, ulid(), 'succeeded');
    await w.send({ topic, payload: result(w, 1, id, 'succeeded').payload });
    expect(await stateOf(w, id)).toBe('queued');
    expect(await w.quarantine()).toMatchObject([{ code: 'link.malformed' }]);
  });
});

describe('deadlines and cancelling', () => {
  it('expires what no gateway had and times out what one had', async () => {
    await using w = await world();
    const waiting = await issue(w, { deadlineMs: 60_000 });
    const later = await issue(w, { deadlineMs: 120_000 });
    await w.store.db.updateTable('gateway').set({ online: 1 }).execute();
    const sent = await issue(w, { deadlineMs: 60_000 });
    w.clock.advance(59_999);
    await w.commands.sweep();
    expect(await stateOf(w, waiting.id)).toBe('queued');
    w.clock.advance(1);
    await w.commands.sweep();
    expect([await stateOf(w, waiting.id), await stateOf(w, sent.id), await stateOf(w, later.id)]).toEqual([
      'expired',
      'timed_out',
      'queued',
    ]);
    expect(await w.events('command.timed-out')).toMatchObject([{ actor_kind: 'system' }]);
    await w.send(result(w, 1, sent.id, 'succeeded'));
    expect(await stateOf(w, sent.id)).toBe('timed_out');
  });

  it('ends what waits for a gateway that was released meanwhile', async () => {
    await using w = await world();
    const waiting = await issue(w, { deadlineMs: 30 * 86_400_000 });
    await w.store.db.updateTable('gateway').set({ released_at: w.clock.instant() }).execute();
    await w.commands.sweep();
    expect(await dtoOf(w, waiting.id)).toMatchObject({
      state: 'expired',
      reason: { code: 'command.gateway-released' },
    });
  });

  it('does not send what has expired', async () => {
    await using w = await world();
    await issue(w, { deadlineMs: 1000 });
    w.clock.advance(1000);
    await w.send(w.birth(1, 1));
    await w.settled();
    expect(w.took('cmd')).toEqual([]);
  });

  it('says why one has ended: its gateway was never there, or has not answered', async () => {
    await using w = await world();
    const waiting = await issue(w, { deadlineMs: 1000 });
    await w.store.db.updateTable('gateway').set({ online: 1 }).execute();
    const sent = await issue(w, { deadlineMs: 1000 });
    w.clock.advance(1000);
    await w.commands.sweep();
    expect((await dtoOf(w, waiting.id)).reason).toMatchObject({ code: 'command.expired' });
    expect((await dtoOf(w, sent.id)).reason).toMatchObject({ code: 'command.unanswered' });
  });

  it('withdraws what waits at once, and it is never sent', async () => {
    await using w = await world();
    const command = await issue(w);
    expect(await w.commands.cancel(command.id, actor)).toMatchObject({ state: 'canceled', cancel_requested_by: 'Ada' });
    await expect(w.commands.cancel(command.id, actor)).rejects.toMatchObject({ code: 'command.final' });
    await expect(w.commands.cancel(ulid(), actor)).rejects.toMatchObject({ code: 'api.not-found' });
    await w.send(w.birth(1, 1));
    await w.settled();
    expect(w.took('cmd')).toEqual([]);
    expect(await w.events('command.canceled')).toMatchObject([{ actor_name: 'Ada' }]);
    expect(await w.events('command.cancel-requested')).toEqual([]);
  });

  it.each(['sent', 'accepted', 'running'] as const)(
    'asks the gateway to end what is %s, again at each birth, until it has answered',
    async (state) => {
      await using w = await world();
      await w.send(w.birth(1, 1));
      await w.settled();
      const command = await issue(w);
      if (state !== 'sent') await w.send(result(w, 1, command.id, state));
      w.took('cmd');
      const wish = { v: 1, id: command.id, cancel: true, issuer: { id: actor.id, name: 'Ada' } };
      const asked = commandDto(await w.commands.cancel(command.id, actor));
      expect(asked).toMatchObject({ state, cancelRequestedAt: w.clock.instant(), cancelRequestedBy: 'Ada' });
      expect(w.took('cmd')).toEqual([wish]);
      await w.send(w.birth(1, 2));
      await w.settled();
      expect(w.took('cmd')).toEqual([wish]);
      await w.send(result(w, 2, command.id, 'canceled'), w.birth(1, 3));
      await w.settled();
      expect(w.took('cmd')).toEqual([]);
      expect(await stateOf(w, command.id)).toBe('canceled');
      expect(await w.events('command.cancel-requested')).toHaveLength(1);
    },
  );

  it('a wish that comes too late changes nothing: the end that the gateway tells is the true one', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    await w.settled();
    const command = await issue(w);
    await w.commands.cancel(command.id, actor);
    await w.send(result(w, 1, command.id, 'succeeded', { output: { platforms: 1, applications: 0 } }));
    expect(await dtoOf(w, command.id)).toMatchObject({ state: 'succeeded', cancelRequestedBy: 'Ada' });
  });

  it('tells the consoles each state with the whole command', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    await w.settled();
    const { id } = await issue(w);
    await w.send(result(w, 1, id, 'accepted'), result(w, 2, id, 'running'), result(w, 3, id, 'succeeded'));
    const told = w.changes.filter((change) => change.topic === 'command').map((change) => change.row);
    expect(told.map((row) => (row as { state: CommandState }).state)).toEqual([
      'sent',
      'accepted',
      'running',
      'succeeded',
    ]);
  });
});
