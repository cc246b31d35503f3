import { Alert, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { AlertDelivery } from '#contract/alerts.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { PageHeader, Panel } from '#web/kit/panels.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { text } from '../../texts/index.ts';
import { ContactsPanel } from './settings-alerts-contacts.tsx';
import { RulesPanel } from './settings-alerts-rules.tsx';
import { WebhooksPanel } from './settings-alerts-webhooks.tsx';

const t = text.alertSettings;

/** Settings > Alerts: when an account alarms, and who is told how. */
export default function AlertSettings() {
  const api = useApi();
  const { chosen, only } = useOneAccount();
  const account = chosen ?? only;
  const delivery = useQuery({
    queryKey: ['alert-delivery'],
    queryFn: ({ signal }) => api.get('/alert-delivery', AlertDelivery, {}, signal),
  });
  return (
    <>
      <PageHeader title={t.title} note={t.note} />
      <Stack>
        {delivery.data?.mail === false && (
          <Alert variant="default" icon={<Icon name="warning" />} title={t.mailOff}>
            <Text size="sm">{t.mailOffNext}</Text>
          </Alert>
        )}
        <ContactsPanel from={delivery.data?.mailFrom ?? null} />
        <WebhooksPanel />
        {account === undefined ? (
          <Panel title={t.rules}>
            <Text size="sm" c="dimmed">
              {t.rulesPick}
            </Text>
          </Panel>
        ) : (
          <RulesPanel key={account} account={account} />
        )}
      </Stack>
    </>
  );
}
