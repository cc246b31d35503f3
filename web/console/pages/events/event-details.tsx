import { Button, Group, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import type { HistoryEvent } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { Facts } from '#web/kit/panels.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import { said } from '#web/kit/said.ts';
import { SeverityBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';
import { saveEvents } from './events-csv.ts';
import { propertyName } from './properties.ts';

const t = text.events;

const written = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** One event with its four tabs; Copy takes the tab in view, Export the whole event (EVT-22, EVT-23). */
export function EventDetails(props: { event: HistoryEvent }) {
  const { event } = props;
  const [tab, setTab] = useState<string>('core');
  const copied: Readonly<Record<string, unknown>> = {
    core: { message: said(event.message), result: event.result, name: event.name, requestId: event.requestId },
    properties: event.propertiesChanged,
    extra: event.details,
    tags: event.tags,
  };
  return (
    <Stack>
      <Facts
        items={[
          [t.actorName, event.actorName],
          [
            t.actorId,
            <span key="actor" className="dk-mono">
              {event.actorId}
            </span>,
          ],
          [t.action, t.actions[event.action]],
          [t.asset, said(event.asset)],
          [t.date, <Age key="at" at={event.at} />],
          [t.type, t.types[event.type]],
          [
            t.id,
            <span key="id" className="dk-mono">
              {event.id}
            </span>,
          ],
        ]}
      />
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'core')} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="core">{t.core}</Tabs.Tab>
          <Tabs.Tab value="properties">{t.properties}</Tabs.Tab>
          <Tabs.Tab value="extra">{t.extra}</Tabs.Tab>
          <Tabs.Tab value="tags">{t.tags}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="core" pt="sm">
          <Facts
            items={[
              [t.message, said(event.message)],
              [t.severity, <SeverityBadge key="severity" severity={event.severity} />],
              [t.result, t.results[event.result]],
              [
                t.event,
                <span key="name" className="dk-mono">
                  {event.name}
                </span>,
              ],
              [t.requestId, event.requestId ?? '–'],
            ]}
          />
        </Tabs.Panel>
        <Tabs.Panel value="properties" pt="sm">
          <Properties event={event} />
        </Tabs.Panel>
        <Tabs.Panel value="extra" pt="sm">
          {Object.keys(event.details).length === 0 ? (
            <Text size="sm">{t.noExtra}</Text>
          ) : (
            <pre className="dk-json">{JSON.stringify(event.details, null, 2)}</pre>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="tags" pt="sm">
          <Text size="sm">{event.tags.length === 0 ? t.noTags : event.tags.join(', ')}</Text>
        </Tabs.Panel>
      </Tabs>
      <Group>
        <CopyButton value={JSON.stringify(copied[tab], null, 2)} label={t.copyTab} />
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="download" size={14} />}
          onClick={() => saveEvents([event])}
        >
          {t.exportOne}
        </Button>
      </Group>
    </Stack>
  );
}

function Properties(props: { event: HistoryEvent }) {
  if (props.event.propertiesChanged.length === 0) return <Text size="sm">{t.noProperties}</Text>;
  return (
    <PlainTable label={t.properties} headings={[text.platforms.property, t.before, t.after]}>
      {props.event.propertiesChanged.map((change) => (
        <tr key={change.property}>
          <td>{propertyName(change.property)}</td>
          <td>{written(change.before)}</td>
          <td>{written(change.after)}</td>
        </tr>
      ))}
    </PlainTable>
  );
}
