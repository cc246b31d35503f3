import { useQuery } from '@tanstack/react-query';
import { Account, Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useAccount } from './account.tsx';

/** The account in view, or (where none is chosen) the only one that the person reaches. */
export function useOneAccount(): { chosen: string | undefined; only: string | undefined } {
  const api = useApi();
  const { account } = useAccount();
  const some = useQuery({
    queryKey: ['accounts', 'list', 'only'],
    queryFn: ({ signal }) => api.get('/accounts', Page(Account), { limit: 2 }, signal),
    enabled: account === undefined,
  });
  const [first, other] = some.data?.items ?? [];
  return { chosen: account, only: other === undefined ? first?.id : undefined };
}
