import { Anchor, Button, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { GatewayDetail } from '#contract/api.ts';
import type { LogRequest } from '#contract/commands.ts';
import { Upload, type UploadKind } from '#contract/uploads.ts';
import { Age } from '#web/kit/age.tsx';
import { bytes } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { useIssueCommand } from '../../data/commands.ts';
import { usePaged } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { siteInstant } from '../../data/site-time.ts';
import { text } from '../../texts/index.ts';
import { FollowedCommand } from '../commands/command-line.tsx';
import { DeleteUpload } from './delete-upload.tsx';

const t = text.logs;

/** A large bundle over a slow line takes hours, and a gateway that is offline may come back tomorrow. */
const DEADLINE_SECONDS = 86_400;

/** Logs from far away: what to collect, how it goes, and the files that have come (GWS-9). */
export function GatewayLogs(props: { gateway: GatewayDetail }) {
  const { gateway } = props;
  const commands = useIssueCommand(gateway.id);
  const supported = gateway.capabilities.length === 0 || gateway.capabilities.includes('gateway.collect-logs');
  if (!useMay('support:logs')) return null;
  return (
    <Panel title={t.title}>
      <Stack>
        {supported ? (
          <CollectForm
            zone={gateway.timeZone ?? 'UTC'}
            busy={commands.busy}
            onCollect={(request) => commands.issue('gateway.collect-logs', request, DEADLINE_SECONDS)}
          />
        ) : (
          <Text size="sm" c="dimmed">
            {text.gateway.unsupported}
          </Text>
        )}
        {commands.error && <ErrorPanel error={commands.error} />}
        <FollowedCommand id={commands.last} />
        <CollectedFiles gateway={gateway.id} kind="logs" none={t.none} />
      </Stack>
    </Panel>
  );
}

type Collected = Pick<LogRequest, 'type'> & Partial<LogRequest>;

function CollectForm(props: { zone: string; busy: boolean; onCollect: (request: Collected) => void }) {
  const { zone } = props;
  const [type, setType] = useState<LogRequest['type']>('bundle');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [words, setWords] = useState('');
  const [lines, setLines] = useState<number | undefined>();
  const begin = from === '' ? undefined : siteInstant(from, zone);
  const end = to === '' ? undefined : siteInstant(to, zone);
  const wrongOrder = begin !== undefined && end !== undefined && end < begin;
  const collect = () => {
    if (wrongOrder) return;
    props.onCollect({
      type,
      ...(begin === undefined ? {} : { from: begin }),
      ...(end === undefined ? {} : { to: end }),
      ...(words.trim() === '' ? {} : { text: words.trim() }),
      ...(lines === undefined ? {} : { lines }),
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        collect();
      }}
    >
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm">
          <NativeSelect
            label={t.type}
            value={type}
            data={TYPES.map((value) => ({ value, label: t.types[value] }))}
            onChange={(event) => setType(TYPES.find((one) => one === event.currentTarget.value) ?? 'bundle')}
          />
          <TextInput
            type="datetime-local"
            label={t.from}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            label={t.to}
            value={to}
            error={wrongOrder && t.wrongOrder}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <TextInput
            label={t.text}
            value={words}
            maxLength={200}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          <NumberInput
            label={t.lines}
            placeholder={t.allLines}
            min={1}
            max={1_000_000}
            allowDecimal={false}
            clampBehavior="strict"
            value={lines ?? ''}
            onChange={(value) => setLines(typeof value === 'number' && value >= 1 ? value : undefined)}
          />
        </SimpleGrid>
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            {t.hint[type]} {t.zone(zone)}
          </Text>
          <Button type="submit" loading={props.busy} leftSection={<Icon name="download" size={14} />}>
            {t.collect}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const TYPES = ['bundle', 'daemon', 'journal'] as const;

/** The files of one kind that a gateway brought. */
export function CollectedFiles(props: { gateway: string; kind: UploadKind; none: string }) {
  const page = usePaged(
    ['uploads', 'list'],
    '/uploads',
    Upload,
    { filter: [`gateway:eq:${props.gateway}`, `kind:eq:${props.kind}`], sort: '-createdAt' },
    { limit: 10 },
  );
  const [gone, setGone] = useState<Upload | undefined>();
  if (page.error) return <ErrorPanel error={page.error} onRetry={page.retry} />;
  if (page.rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {page.loading ? '…' : props.none}
      </Text>
    );
  }
  return (
    <>
      <Stack gap="xs" component="ul" aria-label={t.files} style={{ listStyle: 'none', padding: 0, margin: 0 }}>
        {page.rows.map((upload) => (
          <Group key={upload.id} component="li" justify="space-between" gap="xs">
            <Stack gap={0} miw={0}>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {upload.fileName}
              </Text>
              <Text size="xs" c="dimmed" component="span">
                {bytes(upload.bytes)}, <Age at={upload.createdAt} />, {t.askedBy(upload.requestedBy)}
              </Text>
            </Stack>
            <Group gap="sm">
              <Anchor
                size="sm"
                href={`/api/v1/uploads/${upload.id}/file`}
                download={upload.fileName}
                aria-label={t.downloadFile(upload.fileName)}
              >
                {t.download}
              </Anchor>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t.deleteFile(upload.fileName)}
                onClick={() => setGone(upload)}
              >
                {t.delete}
              </Button>
            </Group>
          </Group>
        ))}
      </Stack>
      {page.more && (
        <Button variant="default" size="xs" loading={page.loadingMore} onClick={page.loadMore}>
          {t.more}
        </Button>
      )}
      <DeleteUpload upload={gone} onClose={() => setGone(undefined)} />
    </>
  );
}
