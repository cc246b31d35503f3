import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ExtensionRange, NextFree } from '#contract/api/numbers.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { type ListState, useListState } from '../../data/list-state.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { COMMON_FIELDS, Conflicts } from './number-parts.tsx';
import { type FormProps, NumbersPage } from './numbers-page.tsx';
import { RangeForm } from './range-form.tsx';

const t = text.numbers;

const nameOf = ({ lower, upper }: ExtensionRange) => (lower === upper ? lower : `${lower} – ${upper}`);

const columns = (state: ListState): Column<ExtensionRange>[] => [
  {
    id: 'lower',
    header: t.range.lower,
    sort: 'lower',
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.lower}</RowLink>,
  },
  { id: 'upper', header: t.range.upper, sort: 'upper', cell: (row) => row.upper },
  { id: 'pbx', header: t.pbx, sort: 'pbxName', cell: (row) => row.pbxName },
  { id: 'size', header: t.range.size, align: 'end', cell: (row) => count(row.size) },
  { id: 'location', header: t.location, sort: 'location', cell: (row) => row.location?.name },
  { id: 'source', header: t.source, sort: 'source', cell: (row) => t.sources[row.source] },
  { id: 'conflicts', header: t.conflict, wrap: true, cell: (row) => <Conflicts entry={row} /> },
  { id: 'account', header: t.account, hiddenByDefault: true, sort: 'accountName', cell: (row) => row.accountName },
  {
    id: 'updated',
    header: t.updated,
    hiddenByDefault: true,
    sort: 'updatedAt',
    cell: (row) => <Age at={row.updatedAt} inRow />,
  },
];

const form = ({ account, entry, onClose }: FormProps<ExtensionRange>) => (
  <RangeForm account={account} range={entry} onClose={onClose} />
);
const details = (range: ExtensionRange, edit: ReactNode) => <RangeDetails range={range} edit={edit} />;

/** Blocks of extensions for users (MVB-2 to MVB-4). */
export default function Ranges() {
  const state = useListState('lower');
  return (
    <NumbersPage
      kind="ranges"
      schema={ExtensionRange}
      words={t.range}
      nameOf={nameOf}
      columns={columns(state)}
      fields={COMMON_FIELDS}
      state={state}
      form={form}
      details={details}
    />
  );
}

function RangeDetails(props: { range: ExtensionRange; edit: ReactNode }) {
  const { range } = props;
  return (
    <Stack>
      <Facts
        items={[
          [t.account, range.accountName],
          [t.range.lower, range.lower],
          [t.range.upper, range.upper],
          [t.range.size, count(range.size)],
          [t.pbx, range.pbxName],
          [t.location, range.location?.name ?? t.noLocation],
          [t.source, t.sources[range.source]],
          [t.range.nextFree, <NextFreeNumber key="next" pbx={range.pbx} />],
        ]}
      />
      <Conflicts entry={range} />
      <Group>{props.edit}</Group>
    </Stack>
  );
}

/** The lowest number of the PBX's ranges that nobody has (MVB-3). */
function NextFreeNumber(props: { pbx: string }) {
  const api = useApi();
  const next = useQuery({
    queryKey: ['extension-ranges', 'next-free', props.pbx],
    queryFn: ({ signal }) => api.get('/extension-ranges/next-free', NextFree, { pbx: props.pbx }, signal),
  });
  if (next.error) return <ErrorPanel error={next.error} onRetry={() => void next.refetch()} />;
  if (next.data === undefined) return <span className="dk-dimmed">{kitText.loading}</span>;
  if (next.data.number === null) return t.range.noneFree;
  return (
    <Group gap={4}>
      <span className="dk-mono">{next.data.number}</span>
      <CopyButton value={next.data.number} label={t.range.copy} />
      <Text span size="sm" c="dimmed">
        {t.range.nextFreeOf}
      </Text>
    </Group>
  );
}
