/** The commands that set trunks, against the lab's MX-ONE: their time, their stop, and one at a time. */
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { TrunkSettings } from '#contract/trunks.ts';
import type { CommandContext } from '#daemon/commands/handler.ts';
import { BusyBoard } from '#daemon/power/busy.ts';
import { TrunkSetter } from '#daemon/trunks/trunk-setter.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { startMxOne } from '#test/lab/mx-one/server.ts';
import { newTrunks, trunkText } from '#test/lab/mx-one/trunks.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';
import { quiet, storeBench } from './support.ts';

async function bench() {
  const base = await storeBench('trunk-setter');
  const server = await startMxOne({ users: 3, trunks: newTrunks() });
  const { host, port, user, password, hostKeyFingerprint } = server;
  const connection = { host, port, user, password, hostKeyFingerprint };
  const adapter = adapterTypes['mx-one'].create(connection, adapterParts());
  const trunk = ulid();
  const wanted = {
    id: trunk,
    settings: TrunkSettings.parse({
      name: 'Cloud Vienna',
      pbx: ulid(),
      host: '192.0.2.5',
      port: 5061,
      farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
      pilotNumber: '+43720123456',
      inPbx: { route: 20, trunkGroup: null, accessCode: null, serviceNode: 1 },
    }),
  };
  const busy = new BusyBoard();
  const parts = {
    store: base.store,
    trunks: { get: (id: string) => (id === trunk ? wanted : undefined) },
    adapterFor: async () => adapter,
    accesses: { open: async () => ({ trust: {} }) },
    busy,
    log: quiet,
  };
  const setter = new TrunkSetter(parts);
  const context = (signal = new AbortController().signal): CommandContext => ({
    id: ulid(),
    issuer: { id: 'p1', name: 'Ada' },
    signal,
    progress: () => undefined,
    checkpoint: async () => undefined,
  });
  const handlers = setter.handlers();
  const state = () => trunkText(server.site.trunks ?? newTrunks());
  const apply = async (own = context()) => {
    const { hash } = await handlers['trunk.plan']({ trunk }, context());
    return handlers['trunk.apply'].run({ trunk, expected: hash }, own);
  };
  return {
    server,
    parts,
    setter,
    handlers,
    busy,
    trunk,
    wanted,
    context,
    state,
    apply,
    before: state(),
    async [Symbol.asyncDispose]() {
      await setter.stop();
      await server[Symbol.asyncDispose]();
      await base[Symbol.asyncDispose]();
    },
  };
}

describe('the commands that set trunks', () => {
  test('only one change at a time on a PBX, marked as busy as long as it lasts', async () => {
    await using b = await bench();
    let others: Promise<unknown[]> | undefined;
    let mark: string | undefined;
    b.server.nasty.meanwhile = (line) => {
      if (!line.startsWith('RODAI')) return;
      mark = b.busy.busy();
      others = Promise.all(
        [
          b.handlers['trunk.plan']({ trunk: b.trunk }, b.context()),
          b.handlers['trunk.remove'].run({ trunk: b.trunk }, b.context()),
        ].map((work) => work.catch((error: unknown) => error)),
      );
    };
    await b.apply();
    expect(await others).toMatchObject([{ code: 'trunk.busy' }, { code: 'trunk.busy' }]);
    expect(mark).toContain('trunk');
    expect(b.busy.busy()).toBeUndefined();
  });

  test('when its time is over in the middle, everything is taken back all the same', async () => {
    await using b = await bench();
    const time = new AbortController();
    b.server.nasty.meanwhile = (line) => {
      if (line.startsWith('ROEQI')) time.abort(new DemarcError('command.deadline-passed', 'trunk.apply'));
    };
    await expect(b.apply(b.context(time.signal))).rejects.toMatchObject({ code: 'trunk.undone' });
    expect(b.state()).toBe(b.before);
    expect(b.busy.busy()).toBeUndefined();
  });

  test('at a stop it is left as it is, and the next process takes it back', async () => {
    await using b = await bench();
    let stopped: Promise<void> | undefined;
    b.server.nasty.meanwhile = (line) => {
      if (line.startsWith('ROEQI')) stopped ??= b.setter.stop();
    };
    const own = b.context();
    await expect(b.apply(own)).rejects.toMatchObject({ code: 'command.interrupted' });
    await stopped;
    expect(b.state()).not.toBe(b.before);
    const next = new TrunkSetter(b.parts);
    await expect(
      next.handlers()['trunk.apply'].resume({ trunk: b.trunk, expected: '' }, {}, own),
    ).rejects.toMatchObject({
      code: 'trunk.undone',
    });
    expect(b.state()).toBe(b.before);
  });

  test('a trunk that moved to another PBX is removed from the first one before it is set there', async () => {
    await using b = await bench();
    await b.apply();
    b.wanted.settings = { ...b.wanted.settings, pbx: ulid() };
    await expect(b.handlers['trunk.plan']({ trunk: b.trunk }, b.context())).rejects.toMatchObject({
      code: 'trunk.set-elsewhere',
    });
    await b.handlers['trunk.remove'].run({ trunk: b.trunk }, b.context());
    expect(b.state()).toBe(b.before);
    expect((await b.handlers['trunk.plan']({ trunk: b.trunk }, b.context())).commands).toHaveLength(8);
  });

  test('of a trunk that it does not know it says so, and of one that was never set there is nothing to remove', async () => {
    await using b = await bench();
    await expect(b.handlers['trunk.plan']({ trunk: ulid() }, b.context())).rejects.toMatchObject({
      code: 'trunk.unknown',
    });
    expect(await b.handlers['trunk.remove'].run({ trunk: ulid() }, b.context())).toMatchObject({ done: [] });
    expect(b.server.commands).toEqual([]);
  });
});
