import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { Page as pageOf } from '#contract/api.ts';
import type { Query } from '#web/kit/api/client.ts';
import { useApi } from '#web/kit/api/context.tsx';
import type { Paged } from '#web/kit/table/data-table.tsx';
import { useAccount } from './account.tsx';

/** The lists of the API by the name under which their answers are kept; see `affectedBy` for what brings them up to date. */
export type Resource =
  | 'accounts'
  | 'gateways'
  | 'users'
  | 'sync-runs'
  | 'platforms'
  | 'applications'
  | 'events'
  | 'alerts'
  | 'alert-contacts'
  | 'alert-webhooks'
  | 'commands'
  | 'trunks'
  | 'people'
  | 'roles'
  | 'notifications'
  | 'support-logs'
  | 'uploads'
  | 'launches'
  | 'extension-ranges'
  | 'dids'
  | 'locations';

const PAGE = 50;

/** A list of the API, page by page, in the account in view. */
export function useList<T extends { id: string }>(
  resource: Resource,
  schema: z.ZodType<T>,
  query: Query = {},
  options: { enabled?: boolean; limit?: number } = {},
): Paged<T> {
  const { account } = useAccount();
  const scope = resource === 'accounts' ? {} : { account };
  return usePaged([resource, 'list'], `/${resource}`, schema, { ...scope, ...query }, options);
}

/** Any paged list of the API. */
export function usePaged<T>(
  key: readonly string[],
  path: string,
  schema: z.ZodType<T>,
  query: Query = {},
  options: { enabled?: boolean; limit?: number } = {},
): Paged<T> {
  const api = useApi();
  const page = pageOf(schema);
  const result = useInfiniteQuery({
    queryKey: [...key, path, query, options.limit ?? PAGE],
    queryFn: ({ pageParam, signal }) =>
      api.get(path, page, { ...query, limit: options.limit ?? PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
  });
  return {
    rows: result.data?.pages.flatMap((one) => one.items) ?? [],
    total: result.data?.pages[0]?.total,
    loading: result.isPending && (options.enabled ?? true),
    error: result.error,
    more: result.hasNextPage,
    loadingMore: result.isFetchingNextPage,
    loadMore: () => void result.fetchNextPage(),
    retry: () => void result.refetch(),
  };
}

/** One record of the API, for the resources that have `GET /{resource}/{id}`. */
export function useOne<T extends { id: string }>(resource: Resource, schema: z.ZodType<T>, id: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: [resource, 'one', id],
    queryFn: ({ signal }) => api.get(`/${resource}/${encodeURIComponent(id ?? '')}`, schema, {}, signal),
    enabled: id !== undefined,
  });
}
