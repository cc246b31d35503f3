import { Button, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, PageHeader } from '#web/kit/panels.tsx';
import { useIntegrations } from '../../data/integrations.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { Catalogue } from './catalogue.tsx';
import { IntegrationRow } from './integration-row.tsx';

const t = text.integrations;

/** Every integration of an account with its status and what can be done about it (INT-4). */
export function IntegrationsPanel(props: { account: string }) {
  const panel = useIntegrations(props.account);
  const mayAdd = useMay('integrations:add');
  const [choosing, setChoosing] = useState(false);
  const items = panel.data?.items ?? [];
  return (
    <>
      <PageHeader
        title={t.title}
        actions={
          mayAdd && (
            <Button leftSection={<Icon name="plus" />} onClick={() => setChoosing(true)}>
              {t.addNew}
            </Button>
          )
        }
      />
      {panel.isPending && <Skeleton height={160} />}
      {panel.error && <ErrorPanel error={panel.error} onRetry={() => void panel.refetch()} />}
      {panel.data && items.length === 0 && <Text size="sm">{t.empty}</Text>}
      {items.length > 0 && (
        <ul className="dk-plain-list dk-panel dk-ruled" aria-label={t.title}>
          {items.map((item) => (
            <IntegrationRow key={item.id} item={item} />
          ))}
        </ul>
      )}
      {choosing && panel.data && (
        <Catalogue account={props.account} entries={panel.data.catalogue} onClose={() => setChoosing(false)} />
      )}
    </>
  );
}
