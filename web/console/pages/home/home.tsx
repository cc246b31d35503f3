import { Anchor, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { UserSummary } from '#contract/api.ts';
import { Irregularity } from '#contract/words.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { PageHeader, Panel } from '#web/kit/panels.tsx';
import { useAccount } from '../../data/account.tsx';
import { useHome } from '../../data/home.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { QuickLinks } from '../accounts/quick-links.tsx';
import { Attention } from './home-attention.tsx';
import { Fleet } from './home-fleet.tsx';

const t = text.home;

/** How the fleet is, what needs the person first, and how much there is. */
export default function Home() {
  return (
    <>
      <PageHeader title={t.title} />
      <Stack>
        <Fleet />
        <Attention />
        <QuickLinks />
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Counts />
          <Irregular />
        </SimpleGrid>
      </Stack>
    </>
  );
}

function useSummary(enabled: boolean) {
  const api = useApi();
  const { account } = useAccount();
  return useQuery({
    queryKey: ['users', 'summary', account ?? null],
    queryFn: ({ signal }) => api.get('/users/summary', UserSummary, { account }, signal),
    enabled,
  }).data;
}

function Counts() {
  const maySeeUsers = useMay('users:view');
  const summary = useSummary(maySeeUsers);
  const inventory = useHome().data?.inventory;
  if (!maySeeUsers && !inventory) return null;
  return (
    <Panel title={t.counts}>
      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        {maySeeUsers && <Figure label={t.users} href="/users" value={summary?.total} />}
        {inventory && <Figure label={t.platforms} href="/platforms" value={inventory.platforms} />}
        {inventory && <Figure label={t.applications} href="/applications" value={inventory.applications} />}
      </SimpleGrid>
    </Panel>
  );
}

const Figure = (props: { label: string; href: string; value: number | undefined }) => (
  <Stack gap={0}>
    <Text fz={28} fw={650} lh={1.2}>
      {props.value === undefined ? '–' : count(props.value)}
    </Text>
    <Anchor component={Link} href={props.href} size="sm">
      {props.label}
    </Anchor>
  </Stack>
);

function Irregular() {
  const allowed = useMay('users:view');
  const summary = useSummary(allowed);
  if (!allowed) return null;
  const found = Irregularity.options.filter((one) => (summary?.irregularities[one] ?? 0) > 0);
  return (
    <Panel title={t.irregular}>
      {summary === undefined || found.length === 0 ? (
        <Text size="sm" c="dimmed">
          {summary === undefined ? '–' : t.irregularNone}
        </Text>
      ) : (
        <Stack gap="xs">
          {found.map((one) => (
            <Group key={one} justify="space-between" wrap="nowrap">
              <Anchor component={Link} href={`/users?filter=irregularities:eq:${one}`} size="sm">
                {text.users.irregularities[one]}
              </Anchor>
              <Text size="sm" fw={600}>
                {count(summary.irregularities[one])}
              </Text>
            </Group>
          ))}
        </Stack>
      )}
    </Panel>
  );
}
