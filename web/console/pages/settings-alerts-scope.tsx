import { NativeSelect } from '@mantine/core';
import { useAccount } from '../data/account.tsx';
import { alertSettingsText } from '../texts/alerts.en.ts';

const t = alertSettingsText;

/** Whether a new contact or webhook is told of the account in view, or (null) of all of the partner's. */
export function ScopeSelect(props: { account: string | null; onChange: (account: string | null) => void }) {
  const view = useAccount();
  const choices = [
    ...(view.account === undefined ? [] : [{ value: view.account, label: t.scopeAccount }]),
    { value: '', label: t.scopePartner },
  ];
  return (
    <NativeSelect
      label={t.scope}
      value={props.account ?? ''}
      data={choices}
      onChange={(event) => props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
    />
  );
}
