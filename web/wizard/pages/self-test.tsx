import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CheckResult } from '#contract/sections.ts';
import { ChecksAnswer } from '#contract/wizard/gateway.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { duration } from '#web/kit/format/age.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, PageHeader } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { CheckBadge } from '#web/kit/status-badge.tsx';
import { useChecks } from '../data/queries.ts';
import { text } from '../texts/index.ts';

const t = text.checks;
const RANK = { error: 0, warning: 1, ok: 2, skipped: 3 } as const;

/** What the gateway finds when it looks at itself: cause, effect and next step of each check, errors first. */
export default function SelfTestPage() {
  const api = useApi();
  const queries = useQueryClient();
  const checks = useChecks();
  const run = useMutation({
    mutationFn: () => api.send('POST', '/checks', ChecksAnswer),
    onSuccess: (answer) => queries.setQueryData(['checks'], answer),
  });
  const { data } = checks;
  return (
    <Stack className="dw-page">
      <PageHeader
        title={t.title}
        note={
          data?.checkedAt ? (
            <>
              {t.asOf} <Age at={data.checkedAt} />
            </>
          ) : (
            t.never
          )
        }
        actions={
          <Button leftSection={<Icon name="play" size={14} />} loading={run.isPending} onClick={() => run.mutate()}>
            {t.run}
          </Button>
        }
      />
      {run.isPending && (
        <Group gap="xs" role="status">
          <Loader size="xs" aria-hidden />
          <Text size="sm">{t.running}</Text>
        </Group>
      )}
      {(run.error ?? checks.error) && (
        <ErrorPanel error={run.error ?? checks.error} onRetry={() => void checks.refetch()} />
      )}
      {data?.checks
        .toSorted((a, b) => RANK[a.status] - RANK[b.status])
        .map((check) => (
          <Check key={check.id} check={check} />
        ))}
    </Stack>
  );
}

const Check = (props: { check: CheckResult }) => {
  const { status, code, durationMs } = props.check;
  const [title, detail] = [said(props.check.title), said(props.check.detail)];
  return (
    <article className="dk-panel" aria-label={title}>
      <Group gap="xs">
        <CheckBadge status={status} />
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="xs" c="dimmed">
          {duration(durationMs)}
        </Text>
      </Group>
      <dl className="dk-facts" style={{ marginTop: '0.5rem' }}>
        <Line label={t.cause} value={detail} />
        <Line label={t.effect} value={props.check.effect && said(props.check.effect)} />
        <Line label={t.nextStep} value={props.check.nextStep && said(props.check.nextStep)} />
        <Line label={t.code} value={code} />
      </dl>
    </article>
  );
};

const Line = (props: { label: string; value: string | undefined }) =>
  props.value === undefined ? null : (
    <>
      <dt>{props.label}</dt>
      <dd>{props.value}</dd>
    </>
  );
