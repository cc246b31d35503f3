import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { SessionAnswer, type SignIn } from '#contract/wizard/session.ts';
import { useApi } from '#web/kit/api/context.tsx';

const KEY = ['session'] as const;

/** Whether this browser is in, and how it may get in. */
export function useSession(): UseQueryResult<SessionAnswer> {
  const api = useApi();
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get('/session', SessionAnswer, {}, signal) });
}

/** Signs in, sets the password, signs out. @throws ApiError */
export function useSessionActs() {
  const api = useApi();
  const queries = useQueryClient();
  return {
    signIn: async (way: SignIn) => {
      const session = await api.send('POST', '/session', SessionAnswer, way);
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
      queries.setQueryData(KEY, session);
    },
    signOut: async () => {
      await api.act('DELETE', '/session');
      await queries.invalidateQueries({ queryKey: KEY });
    },
    setPassword: async (password: string, current?: string) => {
      await api.act('PUT', '/session/password', { password, ...(current === undefined ? {} : { current }) });
      await Promise.all([
        queries.invalidateQueries({ queryKey: KEY }),
        queries.invalidateQueries({ queryKey: ['wizard'] }),
      ]);
    },
  };
}
