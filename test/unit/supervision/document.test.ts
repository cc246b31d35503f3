import { expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import { TrunksSection } from '#contract/trunk-health.ts';
import { SupervisionRule } from '#contract/trunks.ts';
import { trunksDocument } from '#daemon/supervision/document.ts';
import { ProbeHistory, SLOT_MS, SLOTS } from '#sip-trunks/supervise/history.ts';
import { newEnd, observe } from '#sip-trunks/supervise/state.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const ENDS = ['far-end', 'pbx', 'secondary-pbx'] as const;

/** Trunks with three ends each, every one with a full day and long words. */
function fullDay(trunks: number) {
  const rule = SupervisionRule.parse({});
  const history = new ProbeHistory();
  let state = newEnd();
  for (let slot = SLOTS - 1; slot >= 0; slot -= 1) {
    const result = {
      at: NOW - slot * SLOT_MS,
      answered: true,
      status: 503,
      reason: 'r'.repeat(128),
      roundTripMs: 1234.5,
    } as const;
    history.add(result);
    state = observe(state, result, rule).after;
  }
  return new Map(
    Array.from({ length: trunks }, (_, index) => {
      const trunk = `01JD3Z000000000000000000${String(index).padStart(2, '0')}`;
      const views = ENDS.map((end) => ({
        end,
        view: {
          end: { key: end, trunk, host: 'h'.repeat(60), port: 5061, transport: 'tls' as const, rule },
          state,
          history,
        },
      }));
      return [trunk, views] as const;
    }),
  );
}

test.each([1, 4, 30])('%i trunks fit a message, and as much of their day as there is room for', (trunks) => {
  const document = trunksDocument(fullDay(trunks), SLOTS, NOW);
  expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(MAX_MESSAGE_BYTES - 1024);
  expect(TrunksSection.parse(document).trunks).toHaveLength(trunks);
  const points = document.trunks[0]?.ends[0]?.history?.points.length ?? 0;
  expect(points).toBeGreaterThanOrEqual(trunks === 1 ? SLOTS : trunks === 4 ? 70 : 0);
  expect(document.trunks.at(-1)?.ends.map(({ state }) => state)).toEqual(['down', 'down', 'down']);
});
