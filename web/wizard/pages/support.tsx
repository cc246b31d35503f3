import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { errorFromAnswer } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, PageHeader, Panel } from '#web/kit/panels.tsx';
import { saveBlob } from '#web/kit/save-blob.ts';
import { SearchBox } from '#web/kit/search-box.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../texts/index.ts';

const t = text.support;

const Logs = z.looseObject({
  lines: z.array(z.looseObject({ level: z.string(), time: z.string(), msg: z.string().optional() })),
});
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const LINES = 300;
const EVERY_MS = 3000;

/** What support needs: the bundle to download, and the log of this gateway as it grows. */
export default function SupportPage() {
  const tell = useNotice();
  const bundle = useMutation({ mutationFn: downloadBundle, onSuccess: () => tell(t.made) });
  return (
    <Stack className="dw-page">
      <PageHeader title={t.title} note={t.lead} />
      <Panel title={t.bundle}>
        <Stack gap="sm">
          <Text size="sm">{t.bundleLead}</Text>
          <Group>
            <Button
              leftSection={<Icon name="download" size={14} />}
              loading={bundle.isPending}
              onClick={() => bundle.mutate()}
            >
              {t.download}
            </Button>
          </Group>
          {bundle.isPending && (
            <Text size="sm" role="status">
              {t.making}
            </Text>
          )}
          {bundle.error && <ErrorPanel error={bundle.error} />}
        </Stack>
      </Panel>
      <LogPanel />
    </Stack>
  );
}

/** @throws ApiError */
async function downloadBundle(): Promise<void> {
  const answer = await fetch('/api/bundle', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (!answer.ok) throw errorFromAnswer(answer.status, await answer.text());
  const name = /filename="([\w.-]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
  saveBlob(name ?? 'demarc-bundle.tar.gz', await answer.blob());
}

function LogPanel() {
  const api = useApi();
  const [level, setLevel] = useState<string>('info');
  const [search, setSearch] = useState('');
  const logs = useQuery({
    queryKey: ['logs', level, search],
    queryFn: ({ signal }) =>
      api.get('/logs', Logs, { lines: LINES, level, ...(search === '' ? {} : { text: search }) }, signal),
    refetchInterval: EVERY_MS,
    placeholderData: (before) => before,
  });
  return (
    <Panel title={t.log}>
      <Stack gap="sm">
        <Group gap="sm" align="flex-end">
          <NativeSelect
            label={t.level}
            value={level}
            data={LEVELS.map((value) => ({ value, label: t.levels[value] }))}
            onChange={({ currentTarget }) => setLevel(currentTarget.value)}
          />
          <SearchBox value={search} label={t.search} onSearch={setSearch} />
        </Group>
        {logs.error && <ErrorPanel error={logs.error} onRetry={() => void logs.refetch()} />}
        {logs.data?.lines.length === 0 && <Text size="sm">{kitText.noMatch}</Text>}
        {logs.data && logs.data.lines.length > 0 && (
          // Newest first: what has just happened is at hand without scrolling.
          <div className="dw-log" role="region" aria-label={t.lines} tabIndex={0}>
            {logs.data.lines.toReversed().map((line, at) => (
              <div key={`${line.time} ${line.msg ?? ''} ${logs.data.lines.length - at}`} data-level={line.level}>
                {line.time} {line.level.toUpperCase()} {line.msg ?? ''} {detailsOf(line)}
              </div>
            ))}
          </div>
        )}
      </Stack>
    </Panel>
  );
}

/** What a line has beside its words, without what every line has. */
function detailsOf(line: Record<string, unknown>): string {
  const rest = Object.entries(line).filter(([name]) => !['level', 'time', 'msg', 'pid', 'hostname'].includes(name));
  return rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest));
}
