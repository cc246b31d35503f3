import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { EventChoices } from '#contract/api/events.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useAccount } from './account.tsx';
import { type ListState, listQuery } from './list-state.ts';

/** What the filters of the event history can still be set to, given those that are set. */
export function useEventChoices(state: ListState): EventChoices | undefined {
  const api = useApi();
  const { account } = useAccount();
  const { q, filter } = listQuery(state);
  return useQuery({
    queryKey: ['events', 'choices', account ?? null, q ?? '', filter],
    queryFn: ({ signal }) => api.get('/events/choices', EventChoices, { account, q, filter }, signal),
    placeholderData: keepPreviousData,
  }).data;
}
