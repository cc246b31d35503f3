import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { NumberCounts } from '#daemon/pbxs/number-counts.ts';
import type { PbxEvent, PbxRegistry } from '#daemon/pbxs/pbx-registry.ts';
import type { DirectoryNumber, PbxAdapter } from '#pbx-adapters/adapter.ts';
import { until } from '#test/support/program.ts';
import { storeBench } from './support.ts';

const PBX = '01K000000000000000000000PB';
const HOUR_MS = 3_600_000;

/** A PBX that has as many numbers as `state` says. */
async function bench() {
  const base = await storeBench('numbers');
  const state = { numbers: 3, reads: 0, there: true, fault: undefined as DemarcError | undefined, hang: false };
  let tell: (event: PbxEvent) => void = () => undefined;
  const news: number[] = [];
  const codes: unknown[] = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => codes.push((JSON.parse(line) as { code: string }).code) },
  );
  async function* numbers(signal: AbortSignal): AsyncGenerator<DirectoryNumber> {
    state.reads += 1;
    if (state.fault) throw state.fault;
    if (state.hang) await sleep(60_000, undefined, { signal });
    for (let at = 0; at < state.numbers; at += 1) yield { kind: 'did', from: String(at) };
  }
  const registry = {
    adapterFor: async () => ({ numbers }) as unknown as PbxAdapter,
    onChange: (listener: (event: PbxEvent) => void) => {
      tell = listener;
      return () => undefined;
    },
    list: () => (state.there ? [{ id: PBX }] : []) as unknown as ReturnType<PbxRegistry['list']>,
  };
  const open = () =>
    NumberCounts.open({
      store: base.store,
      registry,
      clock: base.clock,
      log,
      onCount: () => news.push(counts.of(PBX)),
    });
  let counts = await open();
  const again = async () => {
    counts = await open();
    return counts;
  };
  return Object.assign(base, { state, news, codes, counts, again, tell: (event: PbxEvent) => tell(event) });
}

describe('counts of direct-dial numbers', () => {
  test('are made once an hour, told when they differ, and kept over a restart', async () => {
    await using b = await bench();
    b.counts.countSoon(PBX);
    b.counts.countSoon(PBX);
    await until('counted', 5000, () => b.news.length === 1);
    expect([b.counts.of(PBX), b.state.reads]).toEqual([3, 1]);
    await b.counts.stop();
    await b.reopen();
    const counts = await b.again();
    expect(counts.of(PBX)).toBe(3);
    counts.countSoon(PBX);
    await until('counted after the start', 5000, () => b.state.reads === 2);
    await sleep(20);
    counts.countSoon(PBX);
    expect(b.state.reads).toBe(2);
    b.clock.time += HOUR_MS;
    b.state.numbers = 5;
    counts.countSoon(PBX);
    await until('counted anew', 5000, () => counts.of(PBX) === 5);
    expect(b.news).toEqual([3, 5]);
  });

  test('a PBX that does not tell them keeps its last count, with a warning', async () => {
    await using b = await bench();
    b.counts.countSoon(PBX);
    await until('counted', 5000, () => b.counts.of(PBX) === 3);
    b.clock.time += HOUR_MS;
    b.state.fault = new DemarcError('form.truncated', 'numbers.csv');
    b.counts.countSoon(PBX);
    await until('warned', 5000, () => b.codes.includes('form.truncated'));
    expect(b.counts.of(PBX)).toBe(3);
  });

  test('other settings are counted at the next sync, and a PBX that is gone leaves nothing', async () => {
    await using b = await bench();
    b.counts.countSoon(PBX);
    await until('counted', 5000, () => b.counts.of(PBX) === 3);
    await b.counts.stop();
    const counts = await b.again();
    b.state.numbers = 4;
    counts.countSoon(PBX);
    await until('counted', 5000, () => counts.of(PBX) === 4);
    await sleep(20);
    b.state.numbers = 9;
    b.tell({ kind: 'changed', id: PBX });
    expect(counts.of(PBX)).toBe(4);
    counts.countSoon(PBX);
    await until('counted anew', 5000, () => counts.of(PBX) === 9);
    b.tell({ kind: 'removed', id: PBX });
    expect(counts.of(PBX)).toBe(0);
  });

  test('nothing is kept of a PBX that was removed, also while it was counted', async () => {
    await using b = await bench();
    b.state.there = false;
    b.counts.countSoon(PBX);
    await until('read', 5000, () => b.state.reads === 1);
    await b.counts.stop();
    expect(b.counts.of(PBX)).toBe(0);
  });

  test('stopping does not wait for a PBX that hangs', async () => {
    await using b = await bench();
    b.state.hang = true;
    b.counts.countSoon(PBX);
    await until('reading', 5000, () => b.state.reads === 1);
    await b.counts.stop();
    expect(b.codes).toEqual([]);
  });

  test('the numbers themselves are kept over a restart, and go with their PBX', async () => {
    await using b = await bench();
    b.counts.countSoon(PBX);
    await until('counted', 5000, () => b.counts.of(PBX) === 3);
    await b.counts.stop();
    await b.reopen();
    const counts = await b.again();
    expect(await counts.listOf(PBX)).toMatchObject({ dids: [{ from: '0', to: '2' }], ranges: [], omitted: 0 });
    b.tell({ kind: 'removed', id: PBX });
    await expect.poll(() => counts.listOf(PBX)).toBeUndefined();
  });
});
