import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Permission } from '#contract/access.ts';
import { Me } from '#contract/api.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { followPerson } from '#web/kit/language.ts';

/** Who is signed in, with the rights in the given account; null when nobody is. */
export function useSession(account: string | undefined): UseQueryResult<Me | null> {
  const api = useApi();
  return useQuery({
    queryKey: ['me', account ?? null],
    queryFn: async ({ signal }) => {
      try {
        const me = await api.get('/me', Me, { account }, signal);
        api.setCsrf(me.csrf);
        followPerson(me.language);
        return me;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          followPerson(null);
          return null;
        }
        throw error;
      }
    },
    placeholderData: (previous) => previous,
  });
}

const MeContext = createContext<Me | undefined>(undefined);
export const MeProvider = MeContext;

/** The signed-in person. Pages are shown only to one. */
export function useMe(): Me {
  const me = use(MeContext);
  if (me === undefined) throw new Error('useMe needs a signed-in person');
  return me;
}

/** Whether the person may do this in the account in view. The server judges again; this only hides what cannot work. */
export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}
