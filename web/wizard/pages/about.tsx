import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { AboutAnswer } from '#contract/wizard/gateway.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { siteTime } from '#web/kit/format/site-time.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { useNow } from '#web/kit/now.tsx';
import { ErrorPanel, Facts, Panel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useStatus } from '../data/queries.ts';
import { EmptyLine } from '../parts/empty-line.tsx';
import { text } from '../texts/index.ts';

const t = text.daemon;

/** DMN-7. */
export function AboutPanel(props: { about: AboutAnswer }) {
  const { version, hostName, announcedName, addresses, startedAt, timeZone } = props.about;
  // The clock of this page goes by the gateway's.
  const now = useNow();
  return (
    <Panel title={t.about}>
      <Stack gap="sm">
        <Facts
          items={[
            [t.version, version],
            [t.hostName, hostName],
            [t.name, announcedName ?? text.overview.noName],
            [t.addresses, addresses.join(', ')],
            [t.started, siteTime(startedAt, timeZone)],
            [t.clock, siteTime(new Date(now).toISOString(), timeZone)],
          ]}
        />
        <Anchor component={Link} href="/licences" size="sm">
          {t.licences}
        </Anchor>
      </Stack>
    </Panel>
  );
}

/** DMN-8. */
export function RegistrationPanel(props: { about: AboutAnswer }) {
  const { registration, timeZone } = props.about;
  const { data } = useStatus();
  return (
    <Panel title={t.registration}>
      {registration ? (
        <Stack gap="sm">
          <Facts
            items={[
              [t.accountName, registration.accountName],
              [
                t.accountId,
                <Group key="id" gap={4} wrap="nowrap">
                  <span className="dk-mono">{registration.account}</span>
                  <CopyButton value={registration.account} label={t.accountId} />
                </Group>,
              ],
              [
                t.cloud,
                data && (
                  <StatusBadge
                    key="cloud"
                    tone={data.cloud.state === 'online' ? 'good' : 'warn'}
                    icon={data.cloud.state === 'online' ? 'success' : 'sync'}
                  >
                    {text.overview.cloudStates[data.cloud.state]}
                  </StatusBadge>
                ),
              ],
              [
                t.certificate,
                registration.certificateExpiresAt && siteTime(registration.certificateExpiresAt, timeZone),
              ],
            ]}
          />
          <Anchor href={registration.consoleUrl} target="_blank" rel="noopener noreferrer" size="sm">
            {text.app.console} <Icon name="launch" size={14} />
          </Anchor>
        </Stack>
      ) : (
        <EmptyLine text={t.notRegistered}>
          <Button component={Link} href="/setup/gateway" size="xs" variant="default">
            {t.register}
          </Button>
        </EmptyLine>
      )}
    </Panel>
  );
}

/** DMN-9. */
export function InventoryPanel(props: { about: AboutAnswer }) {
  const { inventory, timeZone } = props.about;
  const api = useApi();
  const queries = useQueryClient();
  const tell = useNotice();
  const send = useMutation({
    mutationFn: () => api.send('POST', '/inventory/report', AboutAnswer, {}),
    onSuccess: (answer) => {
      queries.setQueryData(['about'], answer);
      tell(t.reported);
    },
  });
  return (
    <Panel title={t.inventory}>
      <Stack gap="sm">
        <Facts
          items={[
            [t.last, inventory.lastAt === null ? t.never : siteTime(inventory.lastAt, timeZone)],
            [t.next, inventory.nextAt && siteTime(inventory.nextAt, timeZone)],
          ]}
        />
        <Group>
          <Button size="xs" variant="default" loading={send.isPending} onClick={() => send.mutate()}>
            {t.report}
          </Button>
        </Group>
        {send.error && <ErrorPanel error={send.error} />}
        <Text size="xs" c="dimmed">
          {t.inventoryHint}
        </Text>
      </Stack>
    </Panel>
  );
}
