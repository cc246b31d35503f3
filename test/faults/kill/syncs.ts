/** A user sync whose processes are killed: afterwards every user is there once, and no run counts twice. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { Page, SyncRun } from '#contract/api.ts';
import type { SyncPhase } from '#daemon/sync/messages.ts';
import { FaultProxy } from '#test/faults/fault-proxy.ts';
import { until } from '#test/support/program.ts';
import { differences, directoryPeople, move } from '#test/support/site.ts';
import { TooQuick, type Victim, Yard } from './yard.ts';

const ATTEMPTS = 5;

const USERS = 1200;
const EVERYBODY = Array.from({ length: USERS }, (_, index) => index);

/** What can be met on a disk in each phase of a run. */
const STATES = {
  connecting: ['connecting'],
  reading: ['reading'],
  comparing: ['comparing'],
  // The header, chunks, and the trailer, which is written in one with the new state.
  sending: ['header', 'chunk', 'trailer'],
} satisfies Record<SyncPhase, string[]>;

/** On the cloud's disk: chunks that are staged, and a run that is applied but not acknowledged. */
const CLOUD_STATES = ['staged', 'applied'];

export const SYNC_STATES: readonly string[] = [...Object.values(STATES).flat(), ...CLOUD_STATES];

export interface SyncYard {
  yard: Yard;
  /** The way to the directory. */
  directory: FaultProxy;
}

export async function openSyncYard(stack: AsyncDisposableStack): Promise<SyncYard> {
  const yard = stack.use(await Yard.open({ users: USERS }));
  const { mivoice5000 } = yard.site.lab;
  const directory = stack.use(await FaultProxy.start(mivoice5000.port));
  mivoice5000.port = directory.port;
  await yard.site.addDirectory();
  return { yard, directory };
}

export async function syncCase({ yard, directory }: SyncYard, state: string, victim: Victim): Promise<void> {
  const { site } = yard;
  const pbx = site.pbxs.directory;
  await yard.ready();
  await reach({ yard, directory }, state, `${state} ${victim}`);
  const known = await runs(yard);
  await yard.strike(victim);
  directory.pass();
  await yard.connected();
  // A run that was not yet in force when its daemon died is gone; everything else comes by itself.
  const isGone = victim !== 'connector' && state !== 'trailer' && state !== 'applied';
  if (isGone) await site.sync(pbx);
  let found: string[] = [];
  await until(
    'everybody is there',
    30_000,
    async () => {
      found = differences(directoryPeople(site.lab), await site.users(pbx));
      return found.length === 0;
    },
    100,
  ).catch(() => expect(found).toEqual([]));
  expect(await site.sync(pbx)).toMatchObject({
    outcome: 'Successful',
    counts: { unchanged: USERS, changed: 0, added: 0, removed: 0 },
  });
  // This one and the last, and where chunks were on their way, perhaps the one that was killed.
  const more = (await runs(yard)) - known;
  const own = state === 'applied' ? 0 : 1;
  // A trailer may have been applied before the count: it leaves as soon as it is on disk.
  expect(more).toBeGreaterThanOrEqual(state === 'trailer' ? own : own + 1);
  expect(more).toBeLessThanOrEqual(own + 1 + (state === 'staged' && isGone ? 1 : 0));
}

const runs = async ({ site }: Yard): Promise<number> =>
  (await site.api.get<Page<SyncRun>>(`/api/v1/sync-runs?account=${site.account.id}&limit=1`)).total;

/** Begins a run that changes everybody, and halts the gateway in the state. Where it was too quick, another one. */
async function reach(parts: SyncYard, state: string, department: string): Promise<void> {
  const { site } = parts.yard;
  for (let attempt = 1; ; attempt += 1) {
    move(site.lab, EVERYBODY, `${department} ${attempt}`);
    try {
      return await meet(parts, state);
    } catch (error) {
      if (!(error instanceof TooQuick) || attempt === ATTEMPTS) throw error;
      parts.yard.goOn();
      await until('the run has ended', 30_000, async () => (await site.status()).pbxs[0]?.running === null);
      await until('nothing waits', 30_000, async () => (await site.status()).outbox.records === 0);
    }
  }
}

async function meet({ yard, directory }: SyncYard, state: string): Promise<void> {
  const { site } = yard;
  const start = () => void site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`).catch(() => undefined);
  switch (state) {
    case 'connecting':
      directory.stall();
      start();
      await until('it connects', 20_000, async () => {
        return (await site.status()).pbxs[0]?.running?.phase === 'connecting';
      });
      return yard.halt();
    case 'staged': {
      // The header and a part of the chunks have passed.
      const reached = yard.proxy.afterUp(45_000, () => yard.halt());
      start();
      await reached;
      return await until('chunks are staged', 10_000, () => staged(yard) > 0);
    }
    case 'applied': {
      const known = await runs(yard);
      start();
      await until('the cloud has it', 20_000, async () => (await runs(yard)) > known, 5);
      return yard.halt();
    }
    default: {
      // It gets the request as soon as it is let go for the first time.
      yard.halt();
      start();
      const watch = { of: 'sync', state: yard.state, users: USERS } as const;
      const inOrder = [...STATES.reading, ...STATES.comparing, ...STATES.sending];
      await yard.stepTo(watch, inOrder.slice(inOrder.indexOf(state)));
    }
  }
}

function staged({ site }: Yard): number {
  using database = new DatabaseSync(join(site.folder, 'connector', 'connector.db'), { readOnly: true });
  return Number(database.prepare('select count(*) as n from sync_stage_chunk').get()?.['n']);
}
