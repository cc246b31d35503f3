import * as fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { applicationsList } from '#connector/lists/inventory.ts';
import { readList } from '#connector/lists/list.ts';
import { swaStatus } from '#connector/lists/swa.ts';
import { LicenceType, SwaStatus } from '#contract/words.ts';
import { addAccount, addPartner, addSite, START, startApp } from './support.ts';

/** Ten in the morning, so that the day's edges and the hour's differ. */
const NOW = START;
const DAY = 86_400_000;
const dayEnd = (days: number) => new Date(Date.UTC(2026, 5, 15) + (days + 1) * DAY - 1).toISOString();
const dayStart = (days: number) => new Date(Date.UTC(2026, 5, 15) + days * DAY).toISOString();

describe('software assurance status', () => {
  test.each([
    ['Perpetual', null, 'Not Indicated'],
    ['Subscription', null, 'Not Indicated'],
    ['Unlicensed', null, 'Not Indicated'],
    ['Unlicensed', dayEnd(10), 'Unknown'],
    ['Perpetual', dayStart(91), 'Active'],
    ['Perpetual', dayEnd(90), 'Expiring soon'],
    ['Perpetual', dayStart(90), 'Expiring soon'],
    ['Perpetual', dayEnd(0), 'Expiring soon'],
    ['Perpetual', dayStart(0), 'Expiring soon'],
    ['Perpetual', dayEnd(-1), 'Expired'],
    ['Perpetual', '1970-01-01T00:00:00.000Z', 'Expired'],
    ['Subscription', dayEnd(400), 'Active'],
    ['Subscription', dayEnd(30), 'Active'],
    ['Subscription', dayStart(0), 'Active'],
    ['Subscription', dayEnd(-1), 'Inactive'],
  ] as const)('%s until %s is %s', (type, expiresAt, status) =>
    expect(swaStatus({ type, expiresAt }, NOW)).toBe(status),
  );

  test('of what has no licence report is Unknown', () => expect(swaStatus(null, NOW)).toBe('Unknown'));

  test('is the same at every hour of one day in UTC', () => {
    const days = fc.integer({ min: -200, max: 200 });
    const hour = fc.integer({ min: 0, max: DAY - 1 });
    fc.assert(
      fc.property(fc.constantFrom(...LicenceType.options), days, hour, hour, (type, day, a, b) => {
        const midnight = Date.UTC(2026, 5, 15);
        const licence = { type, expiresAt: new Date(midnight + day * DAY + a).toISOString() };
        expect(swaStatus(licence, midnight + b)).toBe(swaStatus(licence, midnight));
      }),
    );
  });

  test('the filter finds an application under its shown word and under no other', async () => {
    await using api = await startApp();
    const site = await addSite(api.store, await addAccount(api.store, await addPartner(api.store)));
    const within = { condition: sql`x.account_id = ${site.account}`, indexed: true };
    const edge = fc.constantFrom(-2, -1, 0, 1, 89, 90, 91, 92);
    const expiry = fc.option(fc.tuple(edge, fc.integer({ min: 0, max: DAY - 1 })), { nil: null });
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.constantFrom(...LicenceType.options), { nil: null }),
        expiry,
        async (type, ends) => {
          const expiresAt =
            ends === null ? null : new Date(Date.UTC(2026, 5, 15) + ends[0] * DAY + ends[1]).toISOString();
          const stored = { licence_type: type, licence_expires_at: type === null ? null : expiresAt };
          await api.store.write(({ db }) => db.updateTable('application').set(stored).execute());
          const shown = swaStatus(type === null ? null : { type, expiresAt }, NOW);
          for (const word of SwaStatus.options) {
            const found = await readList(
              api.store.db,
              applicationsList,
              within,
              { filter: `swaStatus:eq:${word}`, limit: 5 },
              NOW,
            );
            expect([word, found.total]).toEqual([word, word === shown ? 1 : 0]);
          }
        },
      ),
      { numRuns: 120 },
    );
  });
});
