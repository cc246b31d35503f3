import { ActionIcon, Anchor, Button, Group, Indicator, Popover, ScrollArea, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useLatestNotifications, useMarkNotifications, useUnread } from '../../data/notifications.ts';
import { text } from '../../texts/index.ts';
import { NotificationLine } from './notification-line.tsx';

const t = text.notifications;

/** What the badge says of many. */
const badge = (unread: number): string => (unread > 99 ? '99+' : count(unread));

/** The bell of every page: how many are unread, and the latest with how they stand (NTF-1). */
export function Bell() {
  const [opened, setOpened] = useState(false);
  // Until something newer happens or the page is loaded anew (NTF-3); nothing of it is kept.
  const [dismissed, setDismissed] = useState<string | undefined>();
  const unread = useUnread();
  const marks = useMarkNotifications();
  const latest = useLatestNotifications(opened);
  const newest = unread.data?.newest ?? '';
  const hidden = dismissed !== undefined && newest <= dismissed;
  const waiting = hidden ? 0 : (unread.data?.unread ?? 0);
  const close = () => setOpened(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width="min(26rem, calc(100vw - 2rem))"
      trapFocus
      returnFocus
      shadow="md"
    >
      <Indicator label={badge(waiting)} disabled={waiting === 0} color="red.8" size={16} offset={4}>
        <Popover.Target>
          <ActionIcon variant="default" size="lg" aria-label={t.bell(waiting)} onClick={() => setOpened(!opened)}>
            <Icon name="bell" />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown aria-label={t.title}>
        <Stack gap="sm">
          <Group justify="space-between">
            <Title order={2} size="h5">
              {t.title}
            </Title>
            <Group gap="xs">
              <Button size="compact-xs" variant="default" disabled={waiting === 0} onClick={() => marks.read('all')}>
                {t.readAll}
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                disabled={hidden || latest.rows.length === 0}
                onClick={() => setDismissed(newest)}
              >
                {t.dismissAll}
              </Button>
            </Group>
          </Group>
          {marks.error && <ErrorPanel error={marks.error} />}
          {latest.error ? (
            <ErrorPanel error={latest.error} onRetry={latest.retry} />
          ) : hidden || latest.rows.length === 0 ? (
            <Text size="sm" c="dimmed">
              {hidden ? t.dismissed : latest.loading ? kitText.loading : t.none}
            </Text>
          ) : (
            <ScrollArea.Autosize
              mah="min(28rem, 60vh)"
              type="auto"
              viewportProps={{ tabIndex: 0, 'aria-label': t.title }}
            >
              <Stack gap="sm" component="ul" className="dk-plain-list dk-ruled">
                {latest.rows.map((one) => (
                  <NotificationLine
                    key={one.id}
                    of={one}
                    onRead={() => (one.read ? undefined : marks.read([one.id]))}
                    onLeave={close}
                    onRemove={() => marks.remove(one.id)}
                  />
                ))}
              </Stack>
            </ScrollArea.Autosize>
          )}
          <Anchor component={Link} href="/notifications" size="sm" onClick={close}>
            {t.all}
          </Anchor>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
