import { Alert, Anchor, Button, FileButton, Group, Loader, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { StatusAnswer } from '#contract/wizard/gateway.ts';
import type { PbxAnswer } from '#contract/wizard/pbx.ts';
import type { Variant } from '#contract/wizard/state.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { usePbxTypes } from '../../data/queries.ts';
import { text } from '../../texts/index.ts';
import { usePbxActs } from '../pbx/pbx-acts.ts';
import { Irregularities } from './irregularities.tsx';
import { ProbeSteps } from './probe-steps.tsx';
import { Proposals } from './proposals.tsx';
import { SyncPanel } from './sync-panel.tsx';

const t = text.connectStep;

type Status = StatusAnswer['pbxs'][number];

/** One PBX: verify and start its link, what was found there, its irregular users, and when it is synced. */
export function PbxConnection(props: { pbx: PbxAnswer; status: Status | undefined; variant: Variant }) {
  const { pbx, status, variant } = props;
  const { test, sync, upload } = usePbxActs();
  const tell = useNotice();
  const types = usePbxTypes();
  const takesExports = types.data?.types.find(({ type }) => type === pbx.type)?.takesExports === true;
  const report = pbx.lastProbe?.report;
  const isConnected = report?.ok === true;
  const connect = () =>
    test.mutate(pbx.id, {
      onSuccess: ({ ok }) => {
        if (!ok) return;
        tell(t.connected);
        sync.mutate(pbx.id);
      },
    });
  const isBusy = test.isPending;
  return (
    <Panel
      title={pbx.name}
      aside={
        <Text size="sm" c="dimmed">
          {PBX_TYPE_NAMES[pbx.type]}, {pbx.address}
        </Text>
      }
    >
      <Stack>
        <Text size="sm">{variant === 'embedded' ? t.syncDo : t.verify}</Text>
        <Group gap="xs">
          <Button
            loading={isBusy}
            aria-label={`${variant === 'embedded' ? t.sync : t.connect}: ${pbx.name}`}
            onClick={connect}
          >
            {variant === 'embedded' ? t.sync : t.connect}
          </Button>
          {takesExports && (
            <FileButton
              multiple
              accept=".csv,text/csv"
              onChange={(files) => upload.mutate({ id: pbx.id, files }, { onSuccess: () => tell(t.uploaded) })}
            >
              {(open) => (
                <Button {...open} variant="default" loading={upload.isPending}>
                  {t.upload}
                </Button>
              )}
            </FileButton>
          )}
          <Anchor component={Link} href={`/setup/${variant === 'embedded' ? 'sync' : 'pbx'}/${pbx.id}`} size="sm">
            {t.settings}
          </Anchor>
        </Group>
        {takesExports && (
          <Text size="xs" c="dimmed">
            {t.uploadHint}
          </Text>
        )}
        {isBusy && (
          <Group gap="xs" role="status">
            <Loader size="xs" aria-hidden />
            <Text size="sm">{t.testing}</Text>
          </Group>
        )}
        {test.error && <ErrorPanel error={test.error} />}
        {upload.error && <ErrorPanel error={upload.error} />}
        {!isBusy && report && (
          <>
            {isConnected ? (
              <Connected pbx={pbx} status={status} />
            ) : (
              report.error && <ErrorPanel title={t.notConnected} error={new ApiError(502, report.error)} />
            )}
            <ProbeSteps steps={report.steps} open={!isConnected} />
            <Proposals pbx={pbx} report={report} onTaken={connect} />
          </>
        )}
        {status && (isConnected || status.lastSync !== null) && (
          <>
            {status.lastSuccessAt !== null && <Irregularities pbx={pbx} counts={status.irregularities} />}
            <SyncPanel status={status} />
          </>
        )}
        {sync.error && <ErrorPanel error={sync.error} />}
      </Stack>
    </Panel>
  );
}

/** ONB-28, in its words. What the sync counted is truer than what the test saw. */
function Connected(props: { pbx: PbxAnswer; status: Status | undefined }) {
  const { pbx, status } = props;
  const report = pbx.lastProbe?.report;
  const synced = typeof status?.lastSuccessAt === 'string';
  const users = synced ? status?.users : report?.users;
  const numbers = synced ? status?.numbers : report?.numbers;
  return (
    <Alert
      variant="default"
      role="status"
      icon={
        <span className="dw-step-done">
          <Icon name="success" />
        </span>
      }
      title={t.connected}
    >
      <Text size="sm">{t.successful}</Text>
      <Group gap="xl" mt="xs">
        <Figure value={users} label={t.users} />
        <Figure value={numbers} label={t.numbers} />
      </Group>
      {report?.version !== undefined && (
        <Text size="sm" c="dimmed">
          {t.version(report.version)}
        </Text>
      )}
    </Alert>
  );
}

const Figure = (props: { value: number | undefined; label: string }) => (
  <div>
    <div className="dw-figure">{props.value === undefined ? '–' : count(props.value)}</div>
    <Text size="sm" c="dimmed">
      {props.label}
    </Text>
  </div>
);
