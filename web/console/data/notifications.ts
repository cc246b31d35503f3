import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Notification, UnreadNotifications } from '#contract/api/notifications.ts';
import type { Command } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { text } from '../texts/index.ts';
import { commandTitle, outcomeSentence } from './commands.ts';
import { usePaged } from './list.ts';

/** The stream tells of the account in view only; what happens in the others is seen within this time. */
const AGAIN_MS = 30_000;
const LATEST = 10;

/** How many the person has not read, over all accounts. */
export function useUnread() {
  const api = useApi();
  return useQuery({
    queryKey: ['notifications', 'unread'],
    queryFn: ({ signal }) => api.get('/notifications/unread', UnreadNotifications, {}, signal),
    refetchInterval: AGAIN_MS,
  });
}

/** The latest, over all accounts. */
export const useLatestNotifications = (enabled: boolean) =>
  usePaged(['notifications', 'list'], '/notifications', Notification, {}, { limit: LATEST, enabled });

/** What a person does with notifications; every console of theirs is told. */
export function useMarkNotifications() {
  const api = useApi();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['notifications'] });
  const read = useMutation({
    mutationFn: (ids: readonly string[] | 'all') =>
      api.act('POST', '/notifications/read', ids === 'all' ? {} : { ids }),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.act('DELETE', `/notifications/${encodeURIComponent(id)}`),
    onSettled: refresh,
  });
  return { read: read.mutate, remove: remove.mutate, error: remove.error ?? read.error };
}

/** What it is about, in a few words. */
export function notificationTitle(one: Notification): string {
  if (one.kind === 'command') return commandTitle(one.name);
  return one.kind === 'import' ? text.notifications.importOf(one.name) : (one.message ?? one.name);
}

/** Where what it is about can be seen. */
export const notificationHref = (one: Notification): string =>
  one.gateway === null ? `/users/import?import=${one.id}` : `/gateways/${one.gateway}`;

/** What came of it, in a sentence; undefined where its state says it all. */
export function notificationOutcome(one: Notification): string | undefined {
  if (one.users !== null) return text.notifications.imported(count(one.users.applied), count(one.users.wanted));
  if (one.command === null) return undefined;
  const { state, output } = one.command;
  const told: Pick<Command, 'name' | 'state' | 'output'> = { name: one.name, state, output };
  return outcomeSentence(told);
}
