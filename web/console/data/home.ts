import { useQuery } from '@tanstack/react-query';
import { Home } from '#contract/api/home.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useAccount } from './account.tsx';

/** Ages and ends of licences move without any change that would be told. */
const AGAIN_MS = 60_000;

/** How the fleet is, in the account in view or in all. */
export function useHome() {
  const api = useApi();
  const { account } = useAccount();
  return useQuery({
    queryKey: ['home', account ?? null],
    queryFn: ({ signal }) => api.get('/home', Home, { account }, signal),
    refetchInterval: AGAIN_MS,
  });
}
