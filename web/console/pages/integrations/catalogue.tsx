import { Button, Group, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { type CatalogueEntry, CatalogueTab } from '#contract/api/integrations.ts';
import { Dialog } from '#web/kit/dialog.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { SearchBox } from '#web/kit/search-box.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useChosenIntegrations } from '../../data/integrations.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.integrations;

/** What can be added, by tab and search; what needs a gateway says so (INT-2, INT-3, ONB-45). */
export function Catalogue(props: { account: string; entries: readonly CatalogueEntry[]; onClose: () => void }) {
  const [tab, setTab] = useState<CatalogueTab>('site');
  const [search, setSearch] = useState('');
  const chosen = useChosenIntegrations(props.account);
  const word = search.trim().toLowerCase();
  const named = props.entries.filter(({ kind }) => t.kinds[kind].toLowerCase().includes(word));
  return (
    <Dialog opened onClose={props.onClose} title={t.catalogue.title} size="lg">
      <Stack>
        <Group>
          <SearchBox label={t.catalogue.search} value={search} onSearch={setSearch} />
        </Group>
        <Tabs value={tab} onChange={(value) => setTab(CatalogueTab.catch('site').parse(value))} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="site">{t.catalogue.site}</Tabs.Tab>
            <Tabs.Tab value="third-party">{t.catalogue.thirdParty}</Tabs.Tab>
          </Tabs.List>
          {CatalogueTab.options.map((one) => (
            <Tabs.Panel key={one} value={one} pt="sm">
              <Entries entries={named.filter((entry) => entry.tab === one)} chosen={chosen} />
            </Tabs.Panel>
          ))}
        </Tabs>
        {(chosen.add.error ?? chosen.remove.error) && <ErrorPanel error={chosen.add.error ?? chosen.remove.error} />}
        <Group justify="flex-end">
          <Button onClick={props.onClose}>{t.catalogue.done}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Entries(props: { entries: readonly CatalogueEntry[]; chosen: ReturnType<typeof useChosenIntegrations> }) {
  if (props.entries.length === 0) return <Text size="sm">{t.catalogue.none}</Text>;
  return (
    <ul className="dk-plain-list dk-ruled">
      {props.entries.map((entry) => (
        <li key={entry.kind}>
          <Group justify="space-between" gap="sm" py={4}>
            <Stack gap={0} flex="1 1 14rem">
              <Text fw={600} size="sm">
                {t.kinds[entry.kind]}
              </Text>
              <Text size="sm" c="dimmed">
                {t.about[entry.kind]}
              </Text>
              {entry.state === 'incompatible' && (
                <Text size="sm">
                  {t.catalogue.incompatible}. {t.catalogue.needsGateway}
                </Text>
              )}
            </Stack>
            <Choice entry={entry} chosen={props.chosen} />
          </Group>
        </li>
      ))}
    </ul>
  );
}

function Choice(props: { entry: CatalogueEntry; chosen: ReturnType<typeof useChosenIntegrations> }) {
  const { entry, chosen } = props;
  const mayDelete = useMay('integrations:delete');
  const name = t.kinds[entry.kind];
  const busy = chosen.add.isPending || chosen.remove.isPending;
  if (entry.state === 'set-up') {
    return (
      <StatusBadge tone="good" icon="success">
        {t.catalogue.setUp}
      </StatusBadge>
    );
  }
  if (entry.state === 'added') {
    return (
      <Group gap="xs">
        <StatusBadge tone="quiet" icon="check">
          {t.catalogue.added}
        </StatusBadge>
        {mayDelete && (
          <Button
            size="xs"
            variant="default"
            disabled={busy}
            aria-label={t.catalogue.removeOf(name)}
            onClick={() => chosen.remove.mutate(entry.kind)}
          >
            {t.catalogue.remove}
          </Button>
        )}
      </Group>
    );
  }
  return (
    <Button
      size="xs"
      leftSection={<Icon name="plus" size={14} />}
      disabled={busy || entry.state === 'incompatible'}
      aria-label={t.catalogue.addOf(name)}
      onClick={() => chosen.add.mutate(entry.kind)}
    >
      {t.catalogue.add}
    </Button>
  );
}
