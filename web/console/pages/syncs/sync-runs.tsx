import { Anchor, Stack } from '@mantine/core';
import { Link } from 'wouter';
import { SyncRun } from '#contract/api.ts';
import { PBX_TYPE_NAMES, SyncOutcome, SyncTrigger } from '#contract/words.ts';

import { Age } from '#web/kit/age.tsx';
import { duration } from '#web/kit/format/age.ts';
import { count } from '#web/kit/format/numbers.ts';
import { OutcomeBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useListState } from '../../data/list-state.ts';
import { usePbxChoices } from '../../data/pbx-choices.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';

const t = text.runs;

const counter = (id: keyof SyncRun['counts'], header: string, hiddenByDefault = false): Column<SyncRun> => ({
  id,
  header,
  align: 'end',
  hiddenByDefault,
  cell: (row) => count(row.counts[id]),
});

const COLUMNS: readonly Column<SyncRun>[] = [
  {
    id: 'started',
    header: t.started,
    sort: 'startedAt',
    fixed: true,
    cell: (row) => (
      <Anchor component={Link} href={`/sync-runs/${row.id}`} size="sm" fw={500}>
        <Age at={row.startedAt} inRow />
      </Anchor>
    ),
  },
  { id: 'pbx', header: t.pbx, cell: (row) => row.pbxName },
  { id: 'type', header: t.type, hiddenByDefault: true, cell: (row) => PBX_TYPE_NAMES[row.pbxType] },
  {
    id: 'outcome',
    header: t.outcome,
    cell: (row) => (
      <Stack gap={2} align="flex-start">
        <OutcomeBadge outcome={row.outcome} />
        {row.hold && <span className="dk-dimmed dk-small">{t.holds[row.hold]}</span>}
      </Stack>
    ),
  },
  { id: 'trigger', header: t.trigger, cell: (row) => t.triggers[row.trigger] },
  counter('read', t.read),
  counter('added', t.added),
  counter('changed', t.changed),
  counter('removed', t.removed),
  counter('unchanged', t.unchanged, true),
  counter('rejected', t.rejected),
  { id: 'duration', header: t.duration, align: 'end', cell: (row) => duration(row.durationMs) },
  { id: 'reason', header: t.reason, wrap: true, cell: (row) => row.reason?.message },
];

/** Every sync run with its outcome, counts, trigger and duration. */
export default function SyncRuns() {
  const state = useListState('-startedAt');
  const pbxs = usePbxChoices();
  return (
    <ListPage
      resource="sync-runs"
      schema={SyncRun}
      title={t.title}
      columns={COLUMNS}
      fields={[
        {
          field: 'outcome',
          label: t.outcome,
          kind: 'choice',
          choices: SyncOutcome.options.map((value) => ({ value, label: kitText.outcomes[value] })),
        },
        { field: 'pbx', label: t.pbx, kind: 'choice', choices: pbxs },
        {
          field: 'trigger',
          label: t.trigger,
          kind: 'choice',
          choices: SyncTrigger.options.map((value) => ({ value, label: t.triggers[value] })),
        },
      ]}
      state={state}
      empty={t.empty}
    />
  );
}
