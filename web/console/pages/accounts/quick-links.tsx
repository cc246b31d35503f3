import { Anchor, Group } from '@mantine/core';
import { Link } from 'wouter';
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
  const links = [
    maySeeAccounts && account !== undefined && ([`/accounts/${account}`, t.viewAccount] as const),
    maySeeAccounts && account === undefined && (['/accounts', t.viewAccounts] as const),
    maySeeUsers && (['/users', t.viewUsers] as const),
    useMay('users:add') && (['/users?add', t.addUser] as const),
    ['/profile', t.changePassword] as const,
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
