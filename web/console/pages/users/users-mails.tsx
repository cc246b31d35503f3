import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSearchParams } from 'wouter';
import { Account } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useAccount } from '../../data/account.tsx';
import type { ListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { WishDialog } from './user-manage.tsx';

/** In the address: the account whose users are to get their mails. */
const PARAMETER = 'mails';

/**
 * The mails of a new installation (ONB-36): the pages of a gateway lead here with the account and its PBXs in the address.
 * The account comes into view, and the person who is signed in is asked; nothing is sent by opening an address.
 */
export function UsersMails(props: { state: ListState }) {
  const api = useApi();
  const [params, setParams] = useSearchParams();
  const wanted = params.get(PARAMETER);
  const { account, choose } = useAccount();
  const [mayEdit, mayAdd] = [useMay('users:edit'), useMay('users:add')];
  const known = useQuery({
    queryKey: ['accounts', 'one', wanted],
    queryFn: ({ signal }) => api.get(`/accounts/${encodeURIComponent(wanted ?? '')}`, Account, {}, signal),
    enabled: wanted !== null,
  });
  const reached = known.data?.id;
  useEffect(() => {
    if (reached !== undefined && account !== reached) choose(reached);
  }, [reached, account, choose]);
  if (wanted === null || reached === undefined || account !== reached || !(mayEdit || mayAdd)) return null;
  const close = () =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete(PARAMETER);
        return next;
      },
      { replace: true },
    );
  return (
    <WishDialog wish={{ action: 'welcome', users: undefined }} account={reached} state={props.state} onClose={close} />
  );
}
