import { NativeSelect } from '@mantine/core';
import { Account } from '#contract/api.ts';
import { useAccount } from '../../data/account.tsx';
import { useList } from '../../data/list.ts';
import { useMe } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.alertSettings;

/** The account that is in view, or the only one there is; undefined while there are several to choose from. */
export function useOneAccount(): string | undefined {
  const { account } = useAccount();
  const accounts = useList('accounts', Account, { sort: 'name' }, { enabled: account === undefined, limit: 2 });
  return account ?? (accounts.total === 1 ? accounts.rows[0]?.id : undefined);
}

/** For whom a new contact or webhook can be: the account, and for people of the partner (null) all of its accounts. */
export function useScopes(): readonly (string | null)[] {
  const account = useOneAccount();
  const { role } = useMe();
  return [...(account === undefined ? [] : [account]), ...(role === 'Partner' ? [null] : [])];
}

/** Whether a new contact or webhook is told of the account in view, or of all accounts. */
export function ScopeSelect(props: {
  scopes: readonly (string | null)[];
  value: string | null;
  onChange: (account: string | null) => void;
}) {
  return (
    <NativeSelect
      label={t.scope}
      value={props.value ?? ''}
      data={props.scopes.map((scope) => ({
        value: scope ?? '',
        label: scope === null ? t.scopePartner : t.scopeAccount,
      }))}
      onChange={(event) => props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
    />
  );
}
