import { Group, SimpleGrid, Skeleton, Stack } from '@mantine/core';
import { useParams } from 'wouter';
import { SyncRun } from '#contract/api.ts';
import { Irregularity, PBX_TYPE_NAMES } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { duration } from '#web/kit/format/age.ts';
import { count } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { ErrorPanel, Facts, PageHeader, Panel } from '#web/kit/panels.tsx';
import { OutcomeBadge } from '#web/kit/status-badge.tsx';
import { useOne } from '../../data/list.ts';
import { text } from '../../texts/index.ts';
import { HeldRun } from './held-run.tsx';
import { RunNotes } from './run-notes.tsx';

const t = text.runs;

/** One sync run; for a Held one the people concerned and the decision. */
export default function SyncRunPage() {
  const { id } = useParams<{ id: string }>();
  const run = useOne('sync-runs', SyncRun, id);
  if (run.error) return <ErrorPanel error={run.error} onRetry={() => void run.refetch()} />;
  if (!run.data) return <Skeleton height={240} />;
  return <Loaded run={run.data} />;
}

function Loaded(props: { run: SyncRun }) {
  const { run } = props;
  const held = run.outcome === 'Held';
  return (
    <>
      <PageHeader
        title={t.runOf(run.pbxName)}
        note={
          <Group gap="xs">
            <OutcomeBadge outcome={run.outcome} />
            <Age at={run.startedAt} />
          </Group>
        }
      />
      <Stack>
        {held && <HeldRun run={run} />}
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Panel title={t.facts}>
            <Facts
              items={[
                [t.pbx, `${run.pbxName} (${PBX_TYPE_NAMES[run.pbxType]})`],
                [t.trigger, t.triggers[run.trigger]],
                [t.started, <Age key="started" at={run.startedAt} />],
                [t.finished, <Age key="finished" at={run.finishedAt} />],
                [t.duration, duration(run.durationMs)],
                [t.reason, run.reason ? sentences(run.reason.message, run.reason.nextStep) : '–'],
              ]}
            />
          </Panel>
          <Panel title={t.counts}>
            <Facts
              items={[
                [t.read, count(run.counts.read)],
                [t.added, count(run.counts.added)],
                [t.changed, count(run.counts.changed)],
                [held ? t.wouldRemove : t.removed, count(run.counts.removed)],
                [t.unchanged, count(run.counts.unchanged)],
                [t.rejected, count(run.counts.rejected)],
                [t.notes.remarkedCount, count(run.notes?.remarked ?? 0)],
                [
                  t.irregularities,
                  Irregularity.options
                    .filter((one) => run.irregularities[one] > 0)
                    .map((one) => `${text.users.irregularities[one]}: ${count(run.irregularities[one])}`)
                    .join(', ') || text.users.none,
                ],
              ]}
            />
          </Panel>
        </SimpleGrid>
        <RunNotes run={run} />
      </Stack>
    </>
  );
}
