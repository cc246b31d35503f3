import { expect, test } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { scheduleJobs, syncJob } from '#daemon/jobs.ts';
import type { PbxEvent } from '#daemon/pbxs/pbx-registry.ts';
import { Scheduler } from '#daemon/schedule/scheduler.ts';
import { until } from '#test/support/program.ts';
import { recordedLog } from '../daemon-spine/support/log.ts';
import { storeBench } from './support.ts';

const PBX = '01K00000000000000000000PBX';
const OTHER = '01K00000000000000000000PB2';
const MINUTE = 60_000;

async function bench() {
  const base = await storeBench('jobs');
  const { log, codes } = recordedLog();
  const did: string[] = [];
  const state = { pbxs: [{ id: PBX, syncMinutes: 20 }], due: false, failure: undefined as DemarcError | undefined };
  const listeners: ((event: PbxEvent) => void)[] = [];
  const scheduler = await Scheduler.open({ store: base.store, clock: base.clock, log, spread: 'k', zone: () => 'UTC' });
  scheduleJobs({
    scheduler,
    spread: 'k',
    registry: { list: () => state.pbxs, onChange: (listener: never) => listeners.push(listener) } as never,
    engine: {
      run: async (id: string, { trigger }: { trigger: string }) => {
        did.push(`sync ${id} ${trigger}`);
        if (state.failure) throw state.failure;
      },
      forget: async (id: string) => void did.push(`forget ${id}`),
    } as never,
    inventory: {
      collect: async () => void did.push('inventory'),
      collectSoon: () => did.push('inventory soon'),
    } as never,
    reporter: {
      refreshAll: async () => void did.push('report'),
      refreshSoon: (name: string) => did.push(name),
    } as never,
    selfTest: { run: async () => void did.push('self-test') } as never,
    identity: { renewIfDue: async () => state.due } as never,
    link: { reconnect: async () => void did.push('reconnect') } as never,
    log,
  });
  const pass = async (minutes: number) => {
    for (let n = 0; n < minutes; n += 1) {
      base.clock.time += MINUTE;
      scheduler.tick();
      await scheduler.idle();
    }
  };
  return {
    ...base,
    did,
    codes,
    scheduler,
    state,
    pass,
    tell: (event: PbxEvent) => {
      for (const listener of listeners) listener(event);
    },
    [Symbol.asyncDispose]: async () => {
      await scheduler.stop();
      await base[Symbol.asyncDispose]();
    },
  };
}

const count = (did: readonly string[], what: string) => did.filter((one) => one.startsWith(what)).length;

test('within a day every PBX is synced by its period, the inventory hourly, the self-test once', async () => {
  await using b = await bench();
  b.scheduler.tick();
  await until('the first runs', 5000, () => b.did.includes('report'));
  b.did.length = 0;
  await b.pass(24 * 60);
  expect(count(b.did, `sync ${PBX}`)).toBeGreaterThanOrEqual(70);
  expect(count(b.did, `sync ${PBX}`)).toBeLessThanOrEqual(73);
  expect(count(b.did, 'inventory')).toBeGreaterThanOrEqual(23);
  expect(count(b.did, 'self-test')).toBe(1);
  expect(count(b.did, 'reconnect')).toBe(0);
}, 60_000);

test('a renewed certificate makes the link connect again', async () => {
  await using b = await bench();
  b.state.due = true;
  await b.pass(1);
  await until('reconnected', 5000, () => b.did.includes('reconnect'));
});

test('a PBX that is added is read at once; one that is removed is forgotten with its schedule', async () => {
  await using b = await bench();
  await b.pass(1);
  b.state.pbxs.push({ id: OTHER, syncMinutes: 60 });
  b.tell({ kind: 'added', id: OTHER });
  await until('read', 5000, () => b.did.some((one) => one.startsWith(`sync ${OTHER}`)));
  expect(b.did, 'it belongs to the inventory from now on').toContain('inventory soon');
  expect(b.scheduler.nextAt(syncJob(OTHER))).not.toBeNull();
  b.state.pbxs.pop();
  b.tell({ kind: 'removed', id: OTHER });
  await until('forgotten', 5000, () => b.did.includes(`forget ${OTHER}`));
  expect(b.scheduler.nextAt(syncJob(OTHER))).toBeNull();
});

test.each([
  ['sync.busy', false],
  ['sync.unknown-pbx', false],
  ['store.full', true],
] as const)('a scheduled sync that ends with %s is a fault: %s', async (code, isFault) => {
  await using b = await bench();
  b.state.failure = new DemarcError(code);
  await b.pass(1);
  await until('tried', 5000, () => count(b.did, `sync ${PBX}`) > 0);
  expect(b.codes().includes('schedule.job-failed')).toBe(isFault);
});
