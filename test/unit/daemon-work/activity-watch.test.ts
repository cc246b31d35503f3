import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ActivityWatch } from '#daemon/pbxs/activity-watch.ts';
import type { PbxEvent, PbxRegistry } from '#daemon/pbxs/pbx-registry.ts';
import type { PbxActivity, PbxAdapter } from '#pbx-adapters/adapter.ts';
import { until } from '#test/support/program.ts';
import { quiet, storeBench } from './support.ts';

const PBX = '01K000000000000000000000PB';
const DAY_MS = 86_400_000;

/** A PBX that tells what is in `news`, and a watch over it. */
async function bench() {
  const base = await storeBench('activity');
  const news: PbxActivity[] = [];
  const state = { open: 0, gives: true };
  let tell: (event: PbxEvent) => void = () => undefined;
  async function* activity(signal: AbortSignal): AsyncGenerator<PbxActivity> {
    state.open += 1;
    let at = news.length;
    while (!signal.aborted) {
      const next = news[at];
      if (next) {
        at += 1;
        yield next;
      } else await sleep(5, undefined, { signal }).catch(() => undefined);
    }
    state.open -= 1;
  }
  const registry: Pick<PbxRegistry, 'adapterFor' | 'list' | 'onChange'> = {
    adapterFor: async () => (state.gives ? { activity } : {}) as unknown as PbxAdapter,
    list: () => [{ id: PBX }] as unknown as ReturnType<PbxRegistry['list']>,
    onChange: (listener) => {
      tell = listener;
      return () => undefined;
    },
  };
  const watch = () => {
    const made = new ActivityWatch({ store: base.store, registry, clock: base.clock, zone: () => 'UTC', log: quiet });
    made.start();
    return made;
  };
  const hear = (callsToday: number, lastCallAt: string) => news.push({ callsToday, lastCallAt, unreadable: 0 });
  return Object.assign(base, { state, watch, hear, tell: (event: PbxEvent) => tell(event) });
}

describe('watching calls', () => {
  test('counts go on over a restart, and start anew with the day', async () => {
    await using b = await bench();
    let watch = b.watch();
    await until('open', 5000, () => b.state.open === 1);
    expect(watch.of(PBX)).toEqual({ callsToday: 0, lastCallAt: null });
    b.hear(7, '2026-11-22T11:59:00.000Z');
    await until('heard', 5000, () => watch.of(PBX)?.callsToday === 7);
    await watch.stop();
    expect(b.state.open).toBe(0);
    await b.reopen();
    watch = b.watch();
    await until('known again', 5000, () => watch.of(PBX)?.callsToday === 7);
    await until('open', 5000, () => b.state.open === 1);
    b.hear(2, '2026-11-22T12:30:00.000Z');
    await until('added', 5000, () => watch.of(PBX)?.callsToday === 9);
    b.clock.time += DAY_MS;
    expect(watch.of(PBX)).toEqual({ callsToday: 0, lastCallAt: '2026-11-22T12:30:00.000Z' });
    b.hear(1, '2026-11-23T12:00:00.000Z');
    await until('the new day', 5000, () => watch.of(PBX)?.callsToday === 1);
    await watch.stop();
  });

  test('other settings open the stream anew or end it; a PBX that is gone leaves nothing', async () => {
    await using b = await bench();
    const watch = b.watch();
    await until('open', 5000, () => b.state.open === 1);
    b.hear(3, '2026-11-22T11:00:00.000Z');
    await until('heard', 5000, () => watch.of(PBX)?.callsToday === 3);
    b.state.gives = false;
    b.tell({ kind: 'changed', id: PBX });
    await until('ended', 5000, () => watch.of(PBX) === undefined);
    b.state.gives = true;
    b.tell({ kind: 'changed', id: PBX });
    await until('known again', 5000, () => watch.of(PBX)?.callsToday === 3);
    b.tell({ kind: 'removed', id: PBX });
    await until('gone', 5000, () => watch.of(PBX) === undefined);
    await watch.stop();
    const after = b.watch();
    await until('open', 5000, () => b.state.open === 1);
    expect(after.of(PBX)).toEqual({ callsToday: 0, lastCallAt: null });
    await after.stop();
  });
});
