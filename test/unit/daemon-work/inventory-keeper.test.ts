import { expect, test } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport, InventorySection } from '#contract/sections.ts';
import { InventoryKeeper } from '#daemon/inventory-keeper.ts';
import { until } from '#test/support/program.ts';
import { recordedLog } from '../daemon-spine/support/log.ts';
import { storeBench } from './support.ts';

const PBX = '01K00000000000000000000PBX';
const version = { value: '8.1', source: 'declared', at: null, stale: false };
const reported = { id: 'pbx', platform: null, type: 'mivoice-5000', version, licence: null, hasPortal: true } as const;

async function bench() {
  const base = await storeBench('inventory');
  const { log, codes } = recordedLog();
  const it = {
    collections: 0,
    told: 0,
    gate: Promise.resolve(),
    previous: [] as (InventorySection | undefined)[],
    inventory: async (): Promise<ApplicationReport[]> => [reported],
  };
  const open = () =>
    InventoryKeeper.open({
      store: base.store,
      collector: {
        collect: async (previous, applications, signal) => {
          it.collections += 1;
          it.previous.push(previous);
          await it.gate;
          signal.throwIfAborted();
          const collectedAt = new Date(base.clock.now() + it.collections).toISOString();
          return { collectedAt, platforms: [], applications: [...applications] };
        },
      },
      registry: { list: () => [{ id: PBX }] as never, adapterFor: async () => ({ inventory: it.inventory }) as never },
      log,
      onCollected: () => {
        it.told += 1;
      },
    });
  return Object.assign(base, { it, codes, open, keeper: await open() });
}

const signal = () => new AbortController().signal;

test('what was collected is told, kept over a restart, and what the next collection builds on', async () => {
  await using b = await bench();
  expect(b.keeper.last()).toBeUndefined();
  const found = await b.keeper.collect(signal());
  expect(found.applications).toEqual([{ ...reported, pbx: PBX }]);
  expect([b.keeper.last(), b.it.told]).toEqual([found, 1]);
  const again = await b.open();
  expect(again.last()).toEqual(found);
  await again.collect(signal());
  expect(b.it.previous).toEqual([undefined, found]);
});

test('who asks while one runs gets its result, also when the first one gives up', async () => {
  await using b = await bench();
  const gate = Promise.withResolvers<void>();
  b.it.gate = gate.promise;
  const first = new AbortController();
  const one = b.keeper.collect(first.signal);
  const two = b.keeper.collect(signal());
  first.abort(new DemarcError('command.deadline-passed'));
  await expect(one).rejects.toMatchObject({ code: 'command.deadline-passed' });
  gate.resolve();
  expect((await two).applications).toEqual([{ ...reported, pbx: PBX }]);
  expect(b.it.collections).toBe(1);
});

test('a stop ends what is being collected, and nothing is kept of it', async () => {
  await using b = await bench();
  const gate = Promise.withResolvers<void>();
  b.it.gate = gate.promise;
  const collecting = expect(b.keeper.collect(signal())).rejects.toThrow();
  const stopped = b.keeper.stop();
  gate.resolve();
  await Promise.all([collecting, stopped]);
  expect([b.keeper.last(), b.it.told]).toEqual([undefined, 0]);
});

test('a PBX that does not answer keeps what it told last, and its fault is in the log', async () => {
  await using b = await bench();
  await b.keeper.collect(signal());
  b.it.inventory = async () => {
    throw new DemarcError('pbx.timeout');
  };
  expect((await b.keeper.collect(signal())).applications).toEqual([{ ...reported, pbx: PBX }]);
  expect(b.codes()).toEqual(['pbx.timeout']);
});

test('several changes are one collection, which begins after the one that runs', async () => {
  await using b = await bench();
  const gate = Promise.withResolvers<void>();
  b.it.gate = gate.promise;
  const first = b.keeper.collect(signal());
  b.keeper.collectSoon();
  b.keeper.collectSoon();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(b.it.collections).toBe(1);
  gate.resolve();
  await first;
  await until('collected again', 5000, () => b.it.told === 2);
  expect(b.it.collections).toBe(2);
  await b.keeper.stop();
});
