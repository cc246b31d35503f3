import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type Route, route } from '../api/route.ts';
import type { WantedTrunks } from '../trunks/wanted-trunks.ts';
import { AccessChange, type TrunkAccesses, TrunkParams } from './trunk-access.ts';

interface TrunkRouteParts {
  trunks: Pick<WantedTrunks, 'list' | 'get'>;
  accesses: TrunkAccesses;
}

/** The trunks of this gateway, and what only this machine may know of them: password, authorities, client certificate. */
export function trunkRoutes({ trunks, accesses }: TrunkRouteParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/trunks',
      handle: async () => ({
        trunks: await Promise.all(
          trunks
            .list()
            .map(async ({ id, settings }) => ({ id, name: settings.name, access: await accesses.shown(id) })),
        ),
      }),
    }),
    route({
      method: 'PUT',
      path: '/api/trunks/:id/access',
      params: TrunkParams,
      body: AccessChange,
      handle: ({ params: { id }, body }) => {
        if (!trunks.get(id)) throw new DemarcError('trunk.unknown', id);
        return accesses.change(id, body);
      },
    }),
  ];
}
