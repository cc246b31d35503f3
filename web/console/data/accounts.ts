import { useQuery } from '@tanstack/react-query';
import { Account, MAX_PAGE, Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { useAccount } from './account.tsx';
import { useMay } from './me.tsx';

/**
 * A filter by account for lists over all of them (INV-4); none while one account is in view. As many accounts as one
 * answer has are offered; the account switcher finds the others.
 */
export function useAccountFilter(label: string): readonly FilterField[] {
  const api = useApi();
  const { account } = useAccount();
  const may = useMay('accounts:view');
  const accounts = useQuery({
    queryKey: ['accounts', 'list', 'choices'],
    queryFn: ({ signal }) => api.get('/accounts', Page(Account), { sort: 'name', limit: MAX_PAGE }, signal),
    enabled: account === undefined && may,
  });
  if (account !== undefined || accounts.data === undefined) return [];
  const choices = accounts.data.items.map(({ id, name }) => ({ value: id, label: name }));
  return [{ field: 'account', label, kind: 'choice', choices }];
}
