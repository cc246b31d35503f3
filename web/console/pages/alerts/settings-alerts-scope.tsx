import { NativeSelect } from '@mantine/core';
import { useMe } from '../../data/me.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { text } from '../../texts/index.ts';

const t = text.alertSettings;

/** For whom a new contact or webhook can be: the account, and for people of the partner (null) all of its accounts. */
export function useScopes(): readonly (string | null)[] {
  const { chosen, only } = useOneAccount();
  const account = chosen ?? only;
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
