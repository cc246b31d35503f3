import { useQuery } from '@tanstack/react-query';
import { MAX_PAGE, Page, SyncRun } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import type { Choice } from '#web/kit/filters/grammar.ts';
import { useAccount } from './account.tsx';

/** The PBXs of the account in view for filters, taken from the newest sync runs: whatever has users has had a run. */
export function usePbxChoices(): readonly Choice[] {
  const api = useApi();
  const { account } = useAccount();
  const runs = useQuery({
    queryKey: ['sync-runs', 'pbxs', account ?? null],
    queryFn: ({ signal }) =>
      api.get('/sync-runs', Page(SyncRun), { account, sort: '-startedAt', limit: MAX_PAGE }, signal),
  });
  const names = new Map<string, string>();
  for (const run of runs.data?.items ?? []) if (!names.has(run.pbx)) names.set(run.pbx, run.pbxName);
  return [...names].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
}
