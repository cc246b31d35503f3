import { Button, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, PageHeader, Panel } from '#web/kit/panels.tsx';
import { useIntegrations } from '../../data/integrations.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { Catalogue } from './catalogue.tsx';
import { IntegrationRow } from './integration-row.tsx';

const t = text.integrations;

/** Every integration of an account with its status and what can be done about it (INT-4), as a page of its own. */
export const IntegrationsPage = (props: { account: string }) => (
  <>
    <PageHeader title={t.title} actions={<AddNew account={props.account} />} />
    <div className="dk-panel">
      <Rows account={props.account} heading="h2" />
    </div>
  </>
);

/** The same as a part of another page (INT-1). */
export const IntegrationsPanel = (props: { account: string }) => (
  <Panel title={t.title} aside={<AddNew account={props.account} />}>
    <Rows account={props.account} heading="h3" />
  </Panel>
);

function Rows(props: { account: string; heading: 'h2' | 'h3' }) {
  const panel = useIntegrations(props.account);
  if (panel.error) return <ErrorPanel error={panel.error} onRetry={() => void panel.refetch()} />;
  if (panel.data === undefined) return <Skeleton height={160} />;
  const { items } = panel.data;
  if (items.length === 0) return <Text size="sm">{t.empty}</Text>;
  return (
    <ul className="dk-plain-list dk-ruled dk-roomy" aria-label={t.title}>
      {items.map((item) => (
        <IntegrationRow key={item.id} item={item} heading={props.heading} />
      ))}
    </ul>
  );
}

function AddNew(props: { account: string }) {
  const panel = useIntegrations(props.account);
  const mayAdd = useMay('integrations:add');
  const [choosing, setChoosing] = useState(false);
  if (!mayAdd || panel.data === undefined) return null;
  return (
    <>
      <Button size="xs" leftSection={<Icon name="plus" />} onClick={() => setChoosing(true)}>
        {t.addNew}
      </Button>
      {choosing && (
        <Catalogue account={props.account} entries={panel.data.catalogue} onClose={() => setChoosing(false)} />
      )}
    </>
  );
}
