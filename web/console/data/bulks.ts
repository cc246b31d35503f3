import { useQuery } from '@tanstack/react-query';
import { Command, MAX_PAGE, Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import type { Choice } from '#web/kit/filters/grammar.ts';
import { absoluteTime } from '#web/kit/format/age.ts';
import { useAccount } from './account.tsx';
import { commandTitle } from './commands.ts';

/** What was issued to several gateways at once, the latest first, as choices of a filter with how many are listed. */
export function useBulks(): Choice[] {
  const api = useApi();
  const { account } = useAccount();
  const query = { account, filter: 'bulk:present', sort: '-issuedAt', limit: MAX_PAGE };
  const commands = useQuery({
    queryKey: ['commands', 'list', 'bulks', account ?? null],
    queryFn: ({ signal }) => api.get('/commands', Page(Command), query, signal),
  });
  const choices = new Map<string, Choice & { count: number }>();
  for (const { bulk, name, issuedAt } of commands.data?.items ?? []) {
    if (bulk === null) continue;
    const label = `${commandTitle(name)}, ${absoluteTime(issuedAt)}`;
    choices.set(bulk, { value: bulk, label, count: (choices.get(bulk)?.count ?? 0) + 1 });
  }
  return [...choices.values()];
}
