import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Permission } from '#contract/access.ts';
import { Home } from '#contract/api/home.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { textsForReader } from '../alerts/texts/for-reader.ts';
import { type Api, answers, type Parts, visibleBy } from '../api/routing.ts';
import type { Condition } from '../lists/fields.ts';
import { alertFigures, gatewayFigures, inventoryFigures, syncFigures, trunkFigures } from './figures.ts';
import { alertMatters, gatewayMatters, inOrder, licenceMatters, syncMatters, trunkMatters } from './matters.ts';

/** The home page in one answer, over all accounts that the caller sees or in one of them. */
export function homeRoutes(app: Api, { store, clock }: Parts): void {
  const { db } = store;

  /**
   * The rows that the caller may see by this right; undefined without it, so that the page shows the rest.
   * @throws DemarcError `api.not-found` for an account that the caller may not know of
   */
  async function seen(request: FastifyRequest, right: Permission, column: string, account: string | undefined) {
    try {
      return (await visibleBy(request, db, column, account, right)).condition;
    } catch (error) {
      if (toDemarcError(error).code === 'api.forbidden') return undefined;
      throw error;
    }
  }

  const when = async <T>(within: Condition | undefined, part: (within: Condition) => Promise<T>): Promise<T | null> =>
    within === undefined ? null : part(within);

  app.get(
    '/home',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'How the fleet is, and what needs a person first; each part for those who may see it',
        tags: ['Home'],
        querystring: z.object({ account: Id.optional() }),
        response: answers(Home),
      },
    },
    async (request) => {
      const { account } = request.query;
      const now = clock.now();
      const by = (right: Permission, column: string) => seen(request, right, column, account);
      const gateways = await by('support:view', 'g.account_id');
      const runs = await by('integrations:view', 'r.account_id');
      const trunks = await by('integrations:view', 't.account_id');
      const platforms = await by('inventory:view', 'p.account_id');
      const applications = await by('inventory:view', 'x.account_id');
      const alerts = await by('settings:view', 't.account_id');
      const founds = [
        await when(gateways, (within) => gatewayMatters(db, within, now)),
        await when(runs, (within) => syncMatters(db, within)),
        await when(trunks, (within) => trunkMatters(db, within)),
        await when(applications, (within) => licenceMatters(db, within, now)),
        await when(alerts, (within) => alertMatters(db, within, textsForReader(request))),
      ];
      return {
        gateways: await when(gateways, (within) => gatewayFigures(db, within, now)),
        syncs: await when(runs, (within) => syncFigures(db, within)),
        trunks: await when(trunks, (within) => trunkFigures(db, within)),
        inventory: platforms && applications ? await inventoryFigures(db, { platforms, applications }, now) : null,
        alerts: await when(alerts, (within) => alertFigures(db, within)),
        ...inOrder(founds.filter((found) => found !== null)),
      };
    },
  );
}
