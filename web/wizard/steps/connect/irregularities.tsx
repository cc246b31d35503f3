import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { IrregularityCounts } from '#contract/users.ts';
import { IrregularAnswer, type PbxAnswer } from '#contract/wizard/pbx.ts';
import type { Irregularity } from '#contract/words.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';

const t = text.irregular;

/** The two that keep people from registering come first and are shown with their count even at none. */
const MAIN = ['no-email', 'email-not-unique'] as const satisfies readonly Irregularity[];
const OTHER = ['invalid-email', 'duplicate-extension'] as const satisfies readonly Irregularity[];
const PAGE = 100;

/** How many users cannot register as they are, and who (ONB-30 to ONB-32). */
export function Irregularities(props: { pbx: PbxAnswer; counts: IrregularityCounts }) {
  const { pbx, counts } = props;
  const [shown, setShown] = useState<Irregularity>();
  const kinds = [...MAIN, ...OTHER.filter((kind) => (counts[kind] ?? 0) > 0)];
  const isClean = kinds.every((kind) => (counts[kind] ?? 0) === 0);
  return (
    <Alert
      variant="default"
      icon={
        <span {...(isClean ? { className: 'dw-step-done' } : {})}>
          <Icon name={isClean ? 'success' : 'warning'} />
        </span>
      }
      title={isClean ? t.none : t.title}
    >
      <Stack gap="xs">
        {!isClean && <Text size="sm">{t.lead}</Text>}
        <ul className="dw-plain">
          {kinds.map((kind) => (
            <li key={kind}>
              {(counts[kind] ?? 0) === 0 ? (
                <Text size="sm" span>
                  {t.kinds[kind]('0')}
                </Text>
              ) : (
                <Anchor component="button" type="button" size="sm" onClick={() => setShown(kind)}>
                  {t.kinds[kind](count(counts[kind] ?? 0))}
                </Anchor>
              )}
            </li>
          ))}
        </ul>
        {!isClean && (
          <Anchor component={Link} href="/support" size="sm">
            {t.support}
          </Anchor>
        )}
      </Stack>
      {shown && <IrregularList pbx={pbx} kind={shown} onClose={() => setShown(undefined)} />}
    </Alert>
  );
}

function IrregularList(props: { pbx: PbxAnswer; kind: Irregularity; onClose: () => void }) {
  const { pbx, kind } = props;
  const api = useApi();
  const users = useInfiniteQuery({
    queryKey: ['irregular', pbx.id, kind],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.get(
        `/pbxs/${pbx.id}/irregular`,
        IrregularAnswer,
        { kind, limit: PAGE, ...(pageParam === '' ? {} : { after: pageParam }) },
        signal,
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const rows = users.data?.pages.flatMap((page) => page.users) ?? [];
  return (
    <Dialog opened onClose={props.onClose} title={t.lists[kind]} size="xl">
      <Stack>
        <Group justify="space-between">
          <Text size="sm">{t.mend}</Text>
          <Button
            component="a"
            href={`/api/pbxs/${pbx.id}/irregular.csv?kind=${kind}`}
            download
            size="xs"
            variant="default"
            leftSection={<Icon name="download" size={14} />}
          >
            {t.csv}
          </Button>
        </Group>
        {users.error && <ErrorPanel error={users.error} onRetry={() => void users.refetch()} />}
        {users.isPending && <Text size="sm">{kitText.loading}</Text>}
        {rows.length > 0 && (
          <table className="dk-table">
            <thead>
              <tr>
                {[t.name, t.extension, t.email, t.department].map((title) => (
                  <th key={title} scope="col">
                    <span>{title}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((user) => (
                <tr key={user.key}>
                  <td data-label={t.name} className="dk-wrap">
                    {user.name}
                  </td>
                  <td data-label={t.extension}>{user.extension ?? '–'}</td>
                  <td data-label={t.email} className="dk-wrap">
                    {user.email ?? '–'}
                  </td>
                  <td data-label={t.department} className="dk-wrap">
                    {user.department ?? '–'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {users.hasNextPage && (
          <Group>
            <Button variant="default" loading={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
              {kitText.loadMore}
            </Button>
          </Group>
        )}
      </Stack>
    </Dialog>
  );
}
