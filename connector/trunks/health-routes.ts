import { TrunkProof } from '#contract/api/trunks.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { TrunkHealth } from '#contract/trunk-health.ts';
import { type Api, allowRow, answers, ById, type Parts } from '../api/routing.ts';
import { commandDto } from '../commands/command-dto.ts';
import { readOne } from '../lists/list.ts';
import { type TrunkRow, trunksList } from '../lists/trunks.ts';
import { trunkHealth } from './health-store.ts';
import { lastProof } from './last-proof.ts';

/** How a trunk is, with the picture of its last day, and what last proved it. */
export function trunkHealthRoutes(app: Api, { store, clock }: Parts): void {
  app.get(
    '/trunks/:id/health',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'How both ends of a SIP trunk are, as its gateway last told, with the last 24 hours',
        tags: ['Trunks'],
        params: ById,
        response: answers(TrunkHealth),
      },
    },
    async (request) => {
      const row = await readOne<TrunkRow>(store.db, trunksList, request.params.id);
      if (row === undefined) throw new DemarcError('api.not-found', 'trunk');
      const { id } = await allowRow(request, store.db, row);
      return trunkHealth(store.db, id, clock.now());
    },
  );

  app.get(
    '/trunks/:id/proof',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'The command that last proved a SIP trunk or called through it, with the steps that it took',
        tags: ['Trunks'],
        params: ById,
        response: answers(TrunkProof),
      },
    },
    async (request) => {
      const row = await readOne<TrunkRow>(store.db, trunksList, request.params.id);
      if (row === undefined) throw new DemarcError('api.not-found', 'trunk');
      const proof = await lastProof(store.db, await allowRow(request, store.db, row));
      return { command: proof === undefined ? null : commandDto(proof) };
    },
  );
}
