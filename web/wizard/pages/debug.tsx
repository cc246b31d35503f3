import { Text } from '@mantine/core';
import { absoluteTime, duration } from '#web/kit/format/age.ts';
import { bytes, count } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Facts, Panel } from '#web/kit/panels.tsx';
import { useDebug } from '../data/queries.ts';
import { text } from '../texts/index.ts';

const t = text.debug;
const NONE = '–';
const timeOf = (at: string | null) => (at === null ? NONE : absoluteTime(at));

/** What only those want to know who look for a fault: queue, link, store, jobs, sections (DMN-6). */
export default function DebugView() {
  const debug = useDebug();
  const { data } = debug;
  if (debug.error && !data) return <ErrorPanel error={debug.error} onRetry={() => void debug.refetch()} />;
  if (!data) return null;
  const { link, outbox, store } = data;
  const drops = Object.entries(outbox.drops);
  return (
    <>
      <Panel title={t.process}>
        <Facts
          items={[
            [t.boot, count(data.boot)],
            [t.started, absoluteTime(data.startedAt)],
            [t.memory, bytes(data.memoryBytes)],
            [t.clockOffset, data.clockOffsetMs === null ? NONE : duration(Math.abs(data.clockOffsetMs))],
          ]}
        />
      </Panel>
      <Panel title={t.link}>
        <Facts
          items={[
            [t.state, link.state],
            [t.since, absoluteTime(link.since)],
            [t.attempts, count(link.attempts)],
            [t.nextTry, timeOf(link.nextTryAt)],
            [t.lastError, link.lastError ? `${link.lastError.code}: ${link.lastError.message}` : NONE],
          ]}
        />
      </Panel>
      <Panel title={t.queue}>
        <Facts
          items={[
            [t.records, count(outbox.records)],
            [t.bytes, bytes(outbox.bytes)],
            [t.oldest, timeOf(outbox.oldestAt)],
            [t.dropped, drops.length === 0 ? '0' : drops.map(([why, many]) => `${why} ${many}`).join(', ')],
            [t.sequence, `${outbox.low} – ${outbox.next}`],
          ]}
        />
      </Panel>
      <Panel title={t.store}>
        <Facts
          items={[
            [t.state, store.status],
            [t.detail, store.detail ?? NONE],
            [t.since, timeOf(store.at)],
          ]}
        />
      </Panel>
      <Panel title={t.jobs}>
        <Facts items={data.jobs.map(({ name, nextAt }) => [name, timeOf(nextAt)])} />
      </Panel>
      <Panel title={t.sections}>
        {data.sections.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t.noSections}
          </Text>
        ) : (
          <Facts
            items={data.sections.map(({ name, revision, hash }) => [
              name,
              <span key={name}>
                {count(revision)} <span className="dk-mono dk-dimmed">{hash.slice(0, 16)}</span>
              </span>,
            ])}
          />
        )}
      </Panel>
    </>
  );
}
