import { Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { MAX_NAMED_USERS, User, type UserAction, UserManaged } from '#contract/api/users.ts';
import { Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { formatFilter } from '#web/kit/filters/grammar.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import type { ListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { saveUsers } from './users-csv.ts';

const t = text.users;

interface Wish {
  action: UserAction;
  /** Without them all that the search and the filters match. */
  users: readonly User[] | undefined;
}

/** What is done to the selected users, or without a selection to all that match (USR-25). */
export function ManageUsers(props: { account: string | undefined; selected: readonly User[]; state: ListState }) {
  const { account, selected } = props;
  const mayEdit = useMay('users:edit');
  const mayAdd = useMay('users:add');
  const mayDelete = useMay('users:delete');
  const [wish, setWish] = useState<Wish | undefined>();
  if (!mayEdit && !mayDelete && !mayAdd) return null;
  const actions: readonly UserAction[] = [
    ...(mayEdit ? (['activate', 'deactivate'] as const) : []),
    ...(mayEdit || mayAdd ? (['welcome'] as const) : []),
    ...(mayEdit ? (['reset'] as const) : []),
    ...(mayDelete ? (['delete'] as const) : []),
  ];
  const users = selected.length === 0 ? undefined : selected;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" disabled={account === undefined} leftSection={<Icon name="users" />}>
            {users === undefined ? t.manage : t.manageSome(count(users.length))}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {users === undefined && <Menu.Label maw={280}>{t.manageAll}</Menu.Label>}
          {actions.map((action) => (
            <Menu.Item key={action} onClick={() => setWish({ action, users })}>
              {t.actions[action]}
            </Menu.Item>
          ))}
          {users !== undefined && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<Icon name="download" />} onClick={() => saveUsers(users)}>
                {t.exportSelected}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {wish && account !== undefined && (
        <WishDialog wish={wish} account={account} state={props.state} onClose={() => setWish(undefined)} />
      )}
    </>
  );
}

/** Asks before something is done to several users, and says how many they are. */
export function WishDialog(props: { wish: Wish; account: string; state: ListState; onClose: () => void }) {
  const { wish, account, state, onClose } = props;
  const { action, users } = wish;
  const api = useApi();
  const queries = useQueryClient();
  const tell = useNotice();
  const narrowed = {
    q: state.q.trim() === '' ? undefined : state.q.trim(),
    filter: state.filters.map(formatFilter),
  };
  const all = useQuery({
    queryKey: ['users', 'count', account, narrowed],
    queryFn: ({ signal }) => api.get('/users', Page(User), { account, ...narrowed, limit: 1 }, signal),
    enabled: users === undefined,
  });
  const concerned = users?.length ?? all.data?.total;
  const act = useMutation({
    mutationFn: () =>
      api.send('POST', '/users/manage', UserManaged, {
        account,
        action,
        ...(users === undefined ? narrowed : { users: users.slice(0, MAX_NAMED_USERS).map(({ id }) => id) }),
        ...(action === 'delete' && { confirm: 'delete' }),
      }),
    onSuccess: ({ changed, skipped }) => {
      void queries.invalidateQueries({ queryKey: ['users'] });
      const isMail = action === 'welcome' || action === 'reset';
      tell(isMail ? t.mailed(count(changed), count(skipped)) : t.done(count(changed), skipped, count(skipped)));
      onClose();
    },
  });
  const effect = (
    <Stack gap="xs">
      {concerned !== undefined && (
        <Text size="sm" fw={600}>
          {t.concerned(count(concerned), concerned === 1)}
        </Text>
      )}
      <Text size="sm">{t.effects[action]}</Text>
      <Text size="sm">{t.leftOut}</Text>
      {all.error && <ErrorPanel error={all.error} />}
    </Stack>
  );
  if (action === 'delete') {
    return (
      <ConfirmWord
        opened
        title={t.actions.delete}
        word="delete"
        action={t.actions.delete}
        busy={act.isPending}
        error={act.error}
        onConfirm={() => act.mutate()}
        onClose={onClose}
      >
        {effect}
      </ConfirmWord>
    );
  }
  return (
    <Dialog opened onClose={onClose} title={t.actions[action]} closeButtonProps={{ 'aria-label': kitText.close }}>
      <Stack>
        {effect}
        {act.error && <ErrorPanel error={act.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {kitText.cancel}
          </Button>
          <Button loading={act.isPending} disabled={concerned === undefined} onClick={() => act.mutate()}>
            {t.actions[action]}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** Deleting one user from the details (USR-30); what it means depends on where the user comes from (USR-32). */
export function DeleteUser(props: { user: User; onClose: () => void; onDone: () => void }) {
  const { user, onClose, onDone } = props;
  const api = useApi();
  const queries = useQueryClient();
  const tell = useNotice();
  const remove = useMutation({
    mutationFn: () => api.act('DELETE', `/users/${encodeURIComponent(user.id)}?confirm=delete`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['users'] });
      tell(t.deleted(user.name));
      onDone();
    },
  });
  return (
    <ConfirmWord
      opened
      title={t.deleteOf(user.name)}
      word="delete"
      action={t.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t.effects.delete}</Text>
    </ConfirmWord>
  );
}

/** Sends one user the welcome mail, or sends it again (USR-11). */
export function WelcomeButton(props: { user: User }) {
  const { id, account } = props.user;
  const api = useApi();
  const tell = useNotice();
  const send = useMutation({
    mutationFn: () => api.send('POST', '/users/manage', UserManaged, { account, action: 'welcome', users: [id] }),
    onSuccess: ({ changed, skipped }) => tell(t.mailed(count(changed), count(skipped))),
  });
  return (
    <Stack gap="xs">
      <Button variant="default" size="xs" loading={send.isPending} onClick={() => send.mutate()}>
        {t.welcomeAgain}
      </Button>
      {send.error && <ErrorPanel error={send.error} />}
    </Stack>
  );
}
