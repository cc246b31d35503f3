import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { topics } from '#contract/topics.ts';
import type { UsersTrailer } from '#contract/users.ts';
import { person, runOf, type Sent, type World, world } from './world.ts';

const reason = (code: string, message = 'Told by the gateway') => ({ code, message, nextStep: 'Look.' });

/** Runs of one PBX that end as told, one after another. */
function site(w: World) {
  const pbx = ulid();
  let seq = 1;
  return {
    pbx,
    run: async (trailer: Partial<UsersTrailer>, run = ulid()): Promise<string> => {
      w.clock.advance(1_200_000);
      const revision = trailer.outcome === 'Failed' || trailer.outcome === 'Held' ? 0 : 1;
      const parts = runOf(w, seq, {
        pbx,
        run,
        chunks: [{ put: [person('1')] }],
        header: { mode: 'full' },
        trailer: { revision, ...trailer },
      });
      seq += parts.length;
      await w.send(...parts);
      return run;
    },
    says: (name: string, run: string): Sent =>
      w.record(topics.event(w.address), seq++, 'event', {
        name,
        severity: name === 'sync.recovered' ? 'info' : 'error',
        message: 'Told by the gateway',
        asset: { type: 'pbx', id: pbx },
        details: { run },
      }),
  };
}

const told = async (w: World) => (await w.events()).map((event) => event.name);

describe('the history tells of a run', () => {
  it('only when it ended otherwise than the one before: a day of kept users is one event', async () => {
    await using w = await world();
    const s = site(w);
    for (let n = 0; n < 72; n += 1) await s.run({ outcome: 'Partial', reason: reason('sync.kept', `${n} users kept`) });
    expect(await told(w)).toEqual(['sync.partial']);
    expect(await w.store.db.selectFrom('sync_run').select('id').execute()).toHaveLength(72);
  });

  it('when outcome or reason changes, and when it is well again', async () => {
    await using w = await world();
    const s = site(w);
    for (const trailer of [
      { outcome: 'Successful' },
      { outcome: 'Failed', reason: reason('pbx.unreachable') },
      { outcome: 'Failed', reason: reason('pbx.unreachable', 'in other words') },
      { outcome: 'Failed', reason: reason('pbx.bad-credentials') },
      { outcome: 'Successful' },
      { outcome: 'Successful' },
    ] as const) {
      await s.run(trailer);
    }
    expect((await w.events()).map((event) => [event.name, JSON.parse(event.details).code])).toEqual([
      ['sync.successful', undefined],
      ['sync.failed', 'pbx.unreachable'],
      ['sync.failed', 'pbx.bad-credentials'],
      ['sync.successful', undefined],
    ]);
  });

  it.each([
    ['before', ['sync.successful', 'sync.failed', 'sync.recovered']],
    ['after', ['sync.successful', 'sync.failed', 'sync.successful']],
  ])('once, when the gateway tells of the same end %s its run arrives', async (when, names) => {
    await using w = await world();
    const s = site(w);
    await s.run({ outcome: 'Successful' });
    const end = async (name: string, trailer: Partial<UsersTrailer>) => {
      const run = ulid();
      if (when === 'before') await w.send(s.says(name, run));
      await s.run(trailer, run);
      if (when === 'after') await w.send(s.says(name, run));
    };
    await end('sync.failed', { outcome: 'Failed', reason: reason('pbx.unreachable') });
    await end('sync.recovered', { outcome: 'Successful' });
    expect((await w.events()).toSorted((a, b) => (a.at < b.at ? -1 : 1)).map((event) => event.name)).toEqual(names);
    expect(await w.quarantine()).toEqual([]);
  });

  it('by the gateway alone, when its run never arrives', async () => {
    await using w = await world();
    const s = site(w);
    await w.send(s.says('sync.failed', ulid()));
    expect(await told(w)).toEqual(['sync.failed']);
  });

  it('always when it carried out a decision', async () => {
    await using w = await world();
    const s = site(w);
    await s.run({ outcome: 'Successful' });
    const run = await s.run({ outcome: 'Held', reason: reason('sync.held') });
    w.clock.advance(1000);
    await w.holds.decide(run, 'keep', { id: ulid(), name: 'Ada', kind: 'person' });
    await s.run({ outcome: 'Successful' });
    const decided = runOf(w, 10_000, {
      pbx: s.pbx,
      chunks: [{ put: [person('1')] }],
      header: { mode: 'full', decision: { run, action: 'keep' } },
      trailer: { revision: 1 },
    });
    await w.send(...decided);
    const all = (await w.events()).toSorted((a, b) => (a.at < b.at ? -1 : 1));
    const events = all.map((event) => event.name).filter((name) => name.startsWith('sync.'));
    expect(events).toEqual(['sync.successful', 'sync.held', 'sync.decided', 'sync.successful', 'sync.successful']);
  });
});
