import { ActionIcon, Anchor, Button, Collapse, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import { Link } from 'wouter';
import type { Notification, NotificationState } from '#contract/api/notifications.ts';
import { Age } from '#web/kit/age.tsx';
import { Icon, type IconName } from '#web/kit/icons.tsx';
import { Facts } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { notificationHref, notificationOutcome, notificationTitle } from '../../data/notifications.ts';
import { text } from '../../texts/index.ts';

const t = text.notifications;

const LOOK: Readonly<Record<NotificationState, readonly ['good' | 'bad' | 'warn' | 'busy' | 'quiet', IconName]>> = {
  'In progress': ['busy', 'play'],
  Done: ['good', 'success'],
  Failed: ['bad', 'error'],
  Canceled: ['quiet', 'off'],
  Open: ['warn', 'warning'],
  Resolved: ['good', 'success'],
};

/** How it stands that a notification tells of. */
export function NotificationBadge(props: { of: Notification }) {
  const { state, severity } = props.of;
  const [tone, icon] = state === 'Open' && severity === 'error' ? (['bad', 'error'] as const) : LOOK[state];
  return (
    <StatusBadge tone={tone} icon={icon}>
      {t.states[state]}
    </StatusBadge>
  );
}

/** What the back end said, as it came, with what to do (NTF-2). */
export const NotificationReason = (props: { reason: NonNullable<Notification['reason']> }) => (
  <Facts
    items={[
      [t.raw, props.reason.message],
      [t.nextStep, props.reason.nextStep],
      [
        t.code,
        <span key="code" className="dk-mono">
          {props.reason.code}
        </span>,
      ],
    ]}
  />
);

/** One notification in the drop-down: what, how it stands, details of what went wrong, and its bin (NTF-1, NTF-2, NTF-4). */
export function NotificationLine(props: {
  of: Notification;
  onRead: () => void;
  onLeave: () => void;
  onRemove: () => void;
}) {
  const one = props.of;
  const id = useId();
  const [opened, { toggle }] = useDisclosure();
  const title = notificationTitle(one);
  const outcome = notificationOutcome(one);
  const bad = one.reason !== null && one.severity !== 'info';
  return (
    <Stack component="li" gap={4}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Stack gap={2} miw={0}>
          <Text size="sm" fw={one.read ? 400 : 700}>
            <Anchor
              component={Link}
              href={notificationHref(one)}
              inherit
              onClick={() => {
                props.onRead();
                props.onLeave();
              }}
            >
              {title}
            </Anchor>
          </Text>
          <Group gap="xs">
            <NotificationBadge of={one} />
            <Text size="xs" c="dimmed" component="span">
              {!one.read && `${t.unread}, `}
              {one.gatewayName !== null && `${one.gatewayName}, `}
              {one.accountName}, <Age at={one.at} />
            </Text>
          </Group>
          {outcome && <Text size="sm">{outcome}</Text>}
        </Stack>
        <ActionIcon variant="subtle" color="gray" aria-label={t.deleteOf(title)} onClick={props.onRemove}>
          <Icon name="bin" />
        </ActionIcon>
      </Group>
      {bad && one.reason && (
        <>
          <Group>
            <Button
              size="compact-xs"
              variant="default"
              aria-expanded={opened}
              aria-controls={id}
              aria-label={t.detailsOf(title)}
              onClick={() => {
                toggle();
                props.onRead();
              }}
            >
              {t.details}
            </Button>
          </Group>
          <div id={id}>
            <Collapse expanded={opened}>
              <NotificationReason reason={one.reason} />
            </Collapse>
          </div>
        </>
      )}
    </Stack>
  );
}
