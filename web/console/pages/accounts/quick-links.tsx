import { Anchor, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Profile } from '#contract/api/access.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Panel } from '#web/kit/panels.tsx';
import { useMay } from '../../data/me.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { text } from '../../texts/index.ts';

const t = text.accounts;

/** The short ways from the first page (ACC-24). */
export function QuickLinks() {
  const { chosen, only } = useOneAccount();
  const account = chosen ?? only;
  const [maySeeAccounts, maySeeUsers] = [useMay('accounts:view'), useMay('users:view')];
  const api = useApi();
  // Whoever signs in by their organisation has no password here.
  const profile = useQuery({
    queryKey: ['me', 'profile'],
    queryFn: ({ signal }) => api.get('/me/profile', Profile, {}, signal),
  });
  const links = [
    maySeeAccounts && account !== undefined && ([`/accounts/${account}`, t.viewAccount] as const),
    maySeeAccounts && account === undefined && (['/accounts', t.viewAccounts] as const),
    maySeeUsers && (['/users', t.viewUsers] as const),
    useMay('users:add') && (['/users?add', t.addUser] as const),
    profile.data?.hasPassword === true && (['/profile', t.changePassword] as const),
  ].filter((link) => link !== false);
  return (
    <Panel title={t.quick}>
      <Group gap="md">
        {links.map(([href, label]) => (
          <Anchor key={href} component={Link} href={href} size="sm">
            {label}
          </Anchor>
        ))}
      </Group>
    </Panel>
  );
}
