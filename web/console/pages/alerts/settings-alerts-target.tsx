import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type AlertContact, AlertTest, type AlertWebhook } from '#contract/alerts.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.alertSettings;

/** The two kinds of whom to tell, as the API names them. */
export type TargetResource = 'alert-contacts' | 'alert-webhooks';
export type Target = AlertContact | AlertWebhook;

/** One contact or webhook with how telling it goes, and what can be done with it. */
export function TargetLine(props: {
  resource: TargetResource;
  target: Target;
  address: string;
  more?: ReactNode;
  onEdit: () => void;
}) {
  const { target, resource } = props;
  const api = useApi();
  const queries = useQueryClient();
  const mayEdit = useMay('settings:edit');
  const [removing, setRemoving] = useState(false);
  const path = `/${resource}/${encodeURIComponent(target.id)}`;
  const refresh = () => void queries.invalidateQueries({ queryKey: [resource] });
  const test = useMutation({
    mutationFn: () => api.send('POST', `${path}/test`, AlertTest),
    onSettled: refresh,
  });
  const remove = useMutation({ mutationFn: () => api.act('DELETE', path), onSuccess: refresh });
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Stack gap={2} miw={0} maw="100%">
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {target.name}
            </Text>
            {!target.on && (
              <StatusBadge tone="quiet" icon="off">
                {t.off}
              </StatusBadge>
            )}
            {target.account === null && (
              <Text size="sm" c="dimmed">
                {t.forPartner}
              </Text>
            )}
          </Group>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {props.address}
          </Text>
          <HowItGoes target={target} />
        </Stack>
        {mayEdit && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={test.isPending}
              aria-label={t.testOf(target.name)}
              onClick={() => test.mutate()}
            >
              {t.test}
            </Button>
            {props.more}
            <Button size="xs" variant="default" aria-label={t.editOf(target.name)} onClick={props.onEdit}>
              {t.edit}
            </Button>
            <Button size="xs" variant="default" aria-label={t.removeOf(target.name)} onClick={() => setRemoving(true)}>
              {t.remove}
            </Button>
          </Group>
        )}
      </Group>
      <TestOutcome test={test.data} error={test.error} />
      {removing && (
        <Dialog opened onClose={() => setRemoving(false)} title={t.removeTitle(target.name)}>
          <Stack>
            <Text size="sm">{t.removeLead}</Text>
            {remove.error && <ErrorPanel error={remove.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setRemoving(false)}>
                {kitText.cancel}
              </Button>
              <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
                {t.remove}
              </Button>
            </Group>
          </Stack>
        </Dialog>
      )}
    </Stack>
  );
}

function HowItGoes({ target }: { target: Target }) {
  const { failingSince, failure, lastDeliveredAt, waiting, dropped } = target;
  const counts = [waiting > 0 && t.waiting(count(waiting)), dropped > 0 && t.dropped(count(dropped))].filter(Boolean);
  return (
    <>
      <Text size="sm" c="dimmed" component="div">
        {lastDeliveredAt === null ? (
          failingSince === null && t.neverDelivered
        ) : (
          <>
            {t.lastDelivered} <Age at={lastDeliveredAt} />
          </>
        )}
        {counts.length > 0 && ` (${counts.join(', ')})`}
      </Text>
      {failingSince !== null && failure !== null && (
        <Text size="sm" component="div">
          <span className="dk-bad">
            <Icon name="error" size={14} />
          </span>{' '}
          {t.failingSince} <Age at={failingSince} />: {sentences(failure.message, failure.nextStep)}
        </Text>
      )}
    </>
  );
}

function TestOutcome(props: { test: AlertTest | undefined; error: unknown }) {
  const { test, error } = props;
  if (error) return <ErrorPanel error={error} />;
  if (test === undefined) return null;
  return (
    <Alert
      role="status"
      variant="default"
      icon={<Icon name={test.delivered ? 'success' : 'error'} />}
      title={test.delivered ? t.testDone : t.testFailed}
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {test.reason === null ? test.detail : sentences(test.reason.message, test.reason.nextStep)}
      </Text>
    </Alert>
  );
}
