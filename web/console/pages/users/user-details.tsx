import { Alert, Anchor, Button, Group, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { User } from '#contract/api/users.ts';
import { HistoryEvent, Page } from '#contract/api.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { propertiesOf } from '../events/properties.ts';
import { DeleteUser, WelcomeButton } from './user-manage.tsx';
import { roleName, UserStatusBadge } from './user-words.tsx';

const t = text.users;

/** All of one user: the profile, what the PBX says, and who changed it (USR-18 to USR-21). */
export function UserDetails(props: { user: User; onEdit: () => void; onGone: () => void }) {
  const { user } = props;
  const mayEdit = useMay('users:edit');
  const mayDelete = useMay('users:delete');
  const maySeeEvents = useMay('events:view');
  const [deleting, setDeleting] = useState(false);
  return (
    <Stack>
      {user.pbx !== null && (
        <Alert variant="default" icon={<Icon name="info" />}>
          <Text size="sm">{t.locked(user.pbxName ?? '')}</Text>
        </Alert>
      )}
      {user.irregularities.map((one) => (
        <Alert key={one} variant="default" icon={<Icon name="warning" />} title={t.irregularities[one]}>
          <Text size="sm">{t.irregularHint[one]}</Text>
        </Alert>
      ))}
      <Group gap="xs">
        {mayEdit && (
          <Button variant="default" size="xs" onClick={props.onEdit}>
            {t.edit}
          </Button>
        )}
        {mayEdit && user.email !== undefined && !user.registered && user.status !== 'Inactive' && (
          <WelcomeButton user={user} />
        )}
        {mayDelete && user.status !== 'PBX only' && (
          <Button variant="default" size="xs" leftSection={<Icon name="bin" />} onClick={() => setDeleting(true)}>
            {t.remove}
          </Button>
        )}
      </Group>
      <Tabs defaultValue="profile" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="profile">{t.tabs.profile}</Tabs.Tab>
          {user.pbx !== null && <Tabs.Tab value="pbx">{t.tabs.pbx}</Tabs.Tab>}
          {maySeeEvents && <Tabs.Tab value="history">{t.tabs.history}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="profile" pt="md">
          <Profile user={user} />
        </Tabs.Panel>
        <Tabs.Panel value="pbx" pt="md">
          <FromPbx user={user} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History user={user} />
        </Tabs.Panel>
      </Tabs>
      {deleting && (
        <DeleteUser
          user={user}
          onClose={() => setDeleting(false)}
          onDone={() => {
            setDeleting(false);
            if (user.pbx === null) props.onGone();
          }}
        />
      )}
    </Stack>
  );
}

const Profile = ({ user }: { user: User }) => (
  <Facts
    items={[
      [t.name, user.name],
      [t.firstName, user.firstName],
      [t.lastName, user.lastName],
      [
        t.email,
        user.email && (
          <Group gap={4}>
            {user.email}
            <CopyButton value={user.email} label={t.email} />
          </Group>
        ),
      ],
      [t.mobile, user.mobilePhone],
      [t.role, roleName(user.role)],
      [t.status, <UserStatusBadge key="status" user={user} />],
      [t.registered, user.registered ? t.yes : t.no],
      [t.source, t.sources[user.source]],
      [
        t.modified,
        <span key="modified">
          <Age at={user.modifiedAt} />, {user.modifiedBy === null ? t.bySync : t.by(user.modifiedBy)}
        </span>,
      ],
    ]}
  />
);

const FromPbx = ({ user }: { user: User }) => (
  <Facts
    items={[
      [t.pbx, user.pbxType && `${user.pbxName} (${PBX_TYPE_NAMES[user.pbxType]})`],
      [t.login, user.loginId],
      [t.ext, user.extension],
      [t.phone, user.workPhone],
      [t.department, user.department],
      [
        t.key,
        <span key="key" className="dk-mono">
          {user.key}
        </span>,
      ],
    ]}
  />
);

/** What people changed of the user, newest first. */
function History({ user }: { user: User }) {
  const api = useApi();
  const filter = `assetId:eq:${user.id}`;
  const events = useQuery({
    queryKey: ['events', 'list', 'of', user.id],
    queryFn: ({ signal }) =>
      api.get('/events', Page(HistoryEvent), { account: user.account, filter, sort: '-at', limit: 10 }, signal),
  });
  if (events.error) return <ErrorPanel error={events.error} />;
  if (events.data?.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.historyEmpty}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      {events.data?.items.map((event) => (
        <div key={event.id}>
          <Text size="sm">
            {said(event.message)} {t.by(event.actorName)}
            {event.propertiesChanged.length > 0 && ` (${propertiesOf(event)})`}
          </Text>
          <Text size="xs" c="dimmed" component="div">
            <Age at={event.at} />
          </Text>
        </div>
      ))}
      {(events.data?.total ?? 0) > 10 && (
        <Anchor component={Link} href={`/events?filter=${encodeURIComponent(filter)}`} size="sm">
          {t.historyAll}
        </Anchor>
      )}
    </Stack>
  );
}
