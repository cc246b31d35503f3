/** Updates in the local API, for the command line and the wizard. */
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { UpdateSchedule, Version } from '#contract/update.ts';
import { Reply, type Route, route } from '../api/route.ts';
import type { UpdateService } from './start.ts';

const Install = z.strictObject({ version: Version.optional(), force: z.boolean().default(false) });

export function updateRoutes(updates: UpdateService): Route[] {
  const answer = () => {
    const problem = updates.problem();
    return { version: updates.version, ...updates.updater.status(), ...(problem ? { problem } : {}) };
  };
  return [
    route({ method: 'GET', path: '/api/update', handle: async () => answer() }),
    route({
      method: 'POST',
      path: '/api/update/check',
      handle: async ({ signal }) => await updates.updater.check(signal),
    }),
    route({
      method: 'POST',
      path: '/api/update/install',
      body: Install.prefault({}),
      handle: async ({ body }) => {
        if (!updates.updater.isSupported) throw new DemarcError('update.unsupported');
        updates.installNow(body);
        return new Reply(202, answer());
      },
    }),
    route({
      method: 'PUT',
      path: '/api/update/schedule',
      body: UpdateSchedule,
      handle: async ({ body }) => {
        await updates.updater.setSchedule(body);
        return answer();
      },
    }),
  ];
}
