import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { Account } from '#contract/api.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useAccount } from '../data/account.tsx';
import { useList, useOne } from '../data/list.ts';
import { useMay, useMe } from '../data/me.tsx';
import { text } from '../texts/index.ts';

const ALL = 'all';

/** Which customer account the pages show; a partner searches among all of them as letters are typed (ACC-14, ACC-23). */
export function AccountSwitcher() {
  const { account, choose } = useAccount();
  const allowed = useMay('accounts:view');
  const { role } = useMe();
  const [typed, setTyped] = useState('');
  const current = useOne('accounts', Account, account);
  const [search] = useDebouncedValue(typed === current.data?.name || typed === text.app.allAccounts ? '' : typed, 250);
  const found = useList(
    'accounts',
    Account,
    { q: search === '' ? undefined : search, sort: 'name' },
    { enabled: allowed },
  );
  if (!allowed) return null;
  const options = found.rows.map((row) => ({ value: row.id, label: row.name }));
  if (account !== undefined && current.data && !options.some((one) => one.value === account)) {
    options.unshift({ value: account, label: current.data.name });
  }
  if (role === 'Partner' || found.rows.length > 1) options.unshift({ value: ALL, label: text.app.allAccounts });
  return (
    <Select
      aria-label={text.app.account}
      placeholder={text.app.searchAccounts}
      leftSection={<Icon name="account" />}
      data={options}
      value={account ?? ALL}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options: all }) => all}
      nothingFoundMessage={text.app.noAccount}
      allowDeselect={false}
      maxDropdownHeight={320}
      onChange={(value) => choose(value === ALL || value === null ? undefined : value)}
      style={{ minWidth: 0, flex: '0 1 14rem' }}
    />
  );
}
