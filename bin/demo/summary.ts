import type { Application, Gateway, GatewayDetail, Page, Platform, SyncRun, UserSummary } from '#contract/api.ts';
import type { PbxLink } from '#contract/sections.ts';
import type { Trunk } from '#contract/trunks.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { until } from '#test/support/program.ts';

/** The last line of `npm run demo -- --once`. */
export interface Summary {
  ok: boolean;
  gateways: number;
  pbxs: { type: string; name: string; users: number; numbers: number; irregularities: number }[];
  platforms: number;
  applications: number;
  trunks: number;
  seconds: number;
}

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Asks the API for everything that the line says: nothing is taken from the lab or the daemon. */
export async function summarize(
  api: ApiClient,
  account: string,
  runs: readonly SyncRun[],
  started: number,
): Promise<Summary> {
  const count = async <T>(path: string): Promise<number> =>
    (await api.get<Page<T>>(`/api/v1/${path}?account=${account}&limit=1`)).total;
  await until('the inventory is visible', 30_000, async () => (await count<Platform>('platforms')) > 0);
  // A PBX is part of the inventory a moment after it was connected.
  await until(
    'every PBX is in the inventory',
    20_000,
    async () => (await count<Application>('applications')) > runs.length,
  );
  const links = await linksOf(api, runs);
  const pbxs = await Promise.all(
    runs.map(async (run) => {
      const users = await api.get<UserSummary>(`/api/v1/users/summary?account=${account}&filter=pbx:eq:${run.pbx}`);
      return {
        type: run.pbxType,
        name: run.pbxName,
        users: users.total,
        numbers: links.find((link) => link.id === run.pbx)?.numbers ?? 0,
        irregularities: sum(users.irregularities),
      };
    }),
  );
  const usable = runs.every((run) => run.outcome === 'Successful' || run.outcome === 'Partial');
  return {
    ok: usable && pbxs.length > 0 && pbxs.every(({ users }) => users > 0),
    gateways: await count<Gateway>('gateways'),
    pbxs,
    platforms: await count<Platform>('platforms'),
    applications: await count<Application>('applications'),
    trunks: await count<Trunk>('trunks'),
    seconds: Math.round((Date.now() - started) / 100) / 10,
  };
}

/** Numbers are counted after the users: they are waited for, where the link gives them, but not for long. */
async function linksOf(api: ApiClient, runs: readonly SyncRun[]): Promise<PbxLink[]> {
  const gateways = [...new Set(runs.map((run) => run.gateway))];
  let links: PbxLink[] = [];
  await until('numbers are counted', 10_000, async () => {
    const found = await Promise.all(gateways.map((id) => api.get<GatewayDetail>(`/api/v1/gateways/${id}`)));
    links = found.flatMap((gateway) => gateway.links);
    const isThere = runs.every((run) => links.some((link) => link.id === run.pbx));
    return isThere && links.every((link) => link.numbers > 0 || link.capabilities['numbers']?.via === 'none');
  }).catch(() => undefined);
  return links;
}
