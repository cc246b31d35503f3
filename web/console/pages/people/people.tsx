import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { Person } from '#contract/api/access.ts';
import { Age } from '#web/kit/age.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { PageHeader } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useListState } from '../../data/list-state.ts';
import { useMay, useMe } from '../../data/me.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { roleLabel } from '../../data/roles.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';
import { PersonEditForm } from './person-edit.tsx';
import { PersonInviteForm } from './person-invite.tsx';
import { PersonLinkDialog } from './person-link.tsx';
import { PersonRemoveDialog } from './person-remove.tsx';

const t = text.people;

const LOOKS = {
  Active: ['good', 'success'],
  Invited: ['busy', 'clock'],
  Disabled: ['quiet', 'off'],
} as const;

/** What is done with a person in a dialog. */
type Wish = { step: 'invite' } | { step: 'edit' | 'link' | 'remove'; person: Person };

/** The people who sign in: of the account in view, or the partner's own. */
export default function People() {
  const { role } = useMe();
  const account = useOneAccount();
  const ofPartner = role === 'Partner';
  const inView = account.chosen ?? (ofPartner ? null : account.only);
  if (inView === undefined) return <PageHeader title={t.title} note={t.pickAccount} />;
  return <PeopleOf key={inView} account={inView} />;
}

const columnsOf = (given: {
  account: string | null;
  self: string;
  mayEdit: boolean;
  mayDelete: boolean;
  onWish: (wish: Wish) => void;
}): Column<Person>[] => {
  const { account, self, mayEdit, mayDelete, onWish } = given;
  return [
    {
      id: 'name',
      header: t.name,
      sort: 'name',
      fixed: true,
      cell: (row) => (
        <>
          {row.name}{' '}
          {row.id === self && (
            <Text span size="xs" c="dimmed">
              ({t.you})
            </Text>
          )}
        </>
      ),
    },
    { id: 'email', header: t.email, sort: 'email', cell: (row) => row.email },
    { id: 'role', header: t.role, cell: (row) => roleLabel(row.role, row.roleName) },
    {
      id: 'status',
      header: t.status,
      cell: ({ status }) => (
        <StatusBadge tone={LOOKS[status][0]} icon={LOOKS[status][1]}>
          {t.statuses[status]}
        </StatusBadge>
      ),
    },
    { id: 'seen', header: t.lastSeen, cell: (row) => <Age at={row.lastSeenAt} inRow /> },
    {
      id: 'modified',
      header: t.modified,
      cell: (row) => (
        <>
          <Age at={row.modifiedAt} inRow /> {row.modifiedBy && `(${row.modifiedBy})`}
        </>
      ),
    },
    {
      id: 'actions',
      header: t.actions,
      cell: (person) =>
        person.id === self || (person.manager && account !== null) ? null : (
          <Group gap={4}>
            {mayEdit && (
              <Act label={t.edit} of={t.editOf} person={person} onClick={() => onWish({ step: 'edit', person })} />
            )}
            {mayEdit && (
              <Act label={t.link} of={t.linkOf} person={person} onClick={() => onWish({ step: 'link', person })} />
            )}
            {mayDelete && (
              <Act
                label={t.remove}
                of={t.removeOf}
                person={person}
                onClick={() => onWish({ step: 'remove', person })}
              />
            )}
          </Group>
        ),
    },
  ];
};

function PeopleOf(props: { account: string | null }) {
  const { account } = props;
  const me = useMe();
  const state = useListState('name');
  const [mayAdd, mayEdit, mayDelete] = [useMay('people:add'), useMay('people:edit'), useMay('people:delete')];
  const [wish, setWish] = useState<Wish | undefined>();
  const close = () => setWish(undefined);
  return (
    <>
      <ListPage
        resource="people"
        schema={Person}
        title={t.title}
        note={account === null ? t.notePartner : t.noteAccount}
        searchLabel={t.search}
        columns={columnsOf({ account, self: me.id, mayEdit, mayDelete, onWish: setWish })}
        fields={[]}
        state={state}
        empty={t.empty}
        extra={{ account: account ?? undefined }}
        actions={
          mayAdd && (
            <Button leftSection={<Icon name="plus" />} onClick={() => setWish({ step: 'invite' })}>
              {t.invite}
            </Button>
          )
        }
      />
      {wish?.step === 'invite' && <PersonInviteForm account={account} onClose={close} />}
      {wish?.step === 'edit' && <PersonEditForm person={wish.person} onClose={close} />}
      {wish?.step === 'link' && <PersonLinkDialog person={wish.person} onClose={close} />}
      {wish?.step === 'remove' && <PersonRemoveDialog person={wish.person} onClose={close} />}
    </>
  );
}

const Act = (props: { label: string; of: (name: string) => string; person: Person; onClick: () => void }) => (
  <Button size="compact-xs" variant="default" aria-label={props.of(props.person.name)} onClick={props.onClick}>
    {props.label}
  </Button>
);
