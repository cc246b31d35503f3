import { List, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Person } from '#contract/api/access.ts';
import type { AccountManager } from '#contract/api/roles.ts';
import { Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { text } from '../../texts/index.ts';
import { OneByOne } from './one-by-one.tsx';

const t = text.managers;

/** Makes administrators account managers, or account managers administrators. */
export function ManagersChange(props: {
  kind: AccountManager['kind'];
  people: readonly AccountManager[];
  onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const isUpgrade = props.kind === 'manager';
  const become = async ({ id, email }: AccountManager) => {
    const found = await api.get('/people', Page(Person), { q: email });
    const now = found.items.find((person) => person.id === id);
    const body = { account: null, role: isUpgrade ? 'Partner' : 'Account Manager' };
    await api.send('PATCH', `/people/${encodeURIComponent(id)}`, Person, body, { ifMatch: now?.etag ?? '"0"' });
  };
  return (
    <OneByOne
      title={isUpgrade ? t.upgradeTitle : t.convertTitle}
      items={props.people}
      act={become}
      onSettled={() => void queries.invalidateQueries({ queryKey: ['account-managers'] })}
      onClose={props.onClose}
    >
      <List size="sm">
        {props.people.map(({ id, name }) => (
          <List.Item key={id}>{name}</List.Item>
        ))}
      </List>
      <Text size="sm">{isUpgrade ? t.upgradeLead : t.convertLead}</Text>
    </OneByOne>
  );
}
