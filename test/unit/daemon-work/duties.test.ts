import { expect, test } from 'vitest';
import type { Ask } from '#contract/envelope.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { GatewayEvent } from '#contract/events.ts';
import { answerAsk, reportDamage } from '#daemon/duties.ts';
import type { StoreHealth } from '#daemon/store/store.ts';
import { recordedLog } from '../daemon-spine/support/log.ts';
import { KeepingOutbox, storeBench } from './support.ts';

const PBXS = ['01K00000000000000000000PB1', '01K00000000000000000000PB2'];

async function bench(health: StoreHealth, repaired = false) {
  const base = await storeBench('duties');
  const outbox = new KeepingOutbox(base.store);
  const runs: unknown[] = [];
  const { log, codes } = recordedLog();
  const duties = new AbortController();
  const report = () =>
    reportDamage({
      store: { health },
      config: { repaired },
      outbox,
      registry: { list: () => PBXS.map((id) => ({ id })) as never },
      engine: {
        run: async (pbx, request) => {
          runs.push([pbx, request]);
          throw new DemarcError('sync.busy');
        },
      },
      log,
      signal: duties.signal,
    });
  const events = () => outbox.records.map(({ kind, data }) => ({ kind, ...GatewayEvent.parse(data) }));
  return Object.assign(base, { report, runs, events, codes });
}

const at = '2026-11-22T12:00:00.000Z';

test.each(['repaired', 'rebuilt'] as const)(
  'a store that was %s is told as an event, and every PBX is read in full; a run that fails does not stop the start',
  async (status) => {
    await using b = await bench({ status, detail: 'x'.repeat(5000), at });
    await b.report();
    expect(b.events()).toMatchObject([{ kind: 'event', name: `store.${status}`, severity: 'error' }]);
    expect(b.runs).toEqual(PBXS.map((id) => [id, { trigger: 'resync', full: true }]));
    await new Promise((resolve) => setImmediate(resolve));
    expect(b.codes()).toEqual(['sync.busy', 'sync.busy']);
  },
);

test('a healthy store is not worth a word, and nothing is read again', async () => {
  await using b = await bench({ status: 'ok', at: null });
  await b.report();
  expect([b.events(), b.runs]).toEqual([[], []]);
});

test('a configuration that came from its good copy is told, and the users stay as they are', async () => {
  await using b = await bench({ status: 'ok', at: null }, true);
  await b.report();
  expect(b.events()).toMatchObject([{ name: 'config.repaired', severity: 'warning' }]);
  expect(b.runs).toEqual([]);
});

test('the cloud’s question for a section is answered by the reporter, for users in the background, for a birth by the link', async () => {
  const asked: string[] = [];
  const never = new Promise<void>(() => undefined);
  const { log } = recordedLog();
  const answer = (ask: Ask) =>
    answerAsk(ask, {
      reporter: { answer: async (section: string) => void asked.push(`section ${section}`) } as never,
      engine: {
        resync: (pbx) => {
          asked.push(`users ${pbx}`);
          return never;
        },
      },
      log,
      signal: new AbortController().signal,
    });
  await answer({ what: 'section', section: 'pbxs' });
  await answer({ what: 'users', pbx: 'p1' });
  await answer({ what: 'birth' });
  expect(asked).toEqual(['section pbxs', 'users p1']);
});
