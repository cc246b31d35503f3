import { Anchor, Group, Loader, PasswordInput, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { EnrolmentAnswer, type StatusAnswer } from '#contract/wizard/gateway.ts';
import { Age } from '#web/kit/age.tsx';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { groupedFingerprint } from '#web/kit/format/claim-code.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts, Panel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';

const t = text.claim;

/** How the cloud is found and whom it believes; every part may stay empty where it is known already. */
export interface Way {
  url: string;
  ca: string;
  proxyUrl: string;
  proxyUser: string;
  proxyPassword: string;
  token: string;
}
export const EMPTY_WAY: Way = { url: '', ca: '', proxyUrl: '', proxyUser: '', proxyPassword: '', token: '' };

function requestOf(way: Way): Record<string, unknown> {
  const proxy = {
    url: way.proxyUrl.trim(),
    ...(way.proxyUser === '' ? {} : { user: way.proxyUser }),
    ...(way.proxyPassword === '' ? {} : { password: way.proxyPassword }),
  };
  const cloud = {
    url: way.url.trim(),
    ...(way.ca.trim() === '' ? {} : { ca: way.ca.trim() }),
    ...(proxy.url === '' ? {} : { proxy }),
  };
  return {
    ...(cloud.url === '' ? {} : { cloud }),
    ...(way.token.trim() === '' ? {} : { provisioningToken: way.token.trim() }),
  };
}

/** Asks the cloud for a claim code, or goes on with the one that is still good (ONB-19). @throws ApiError */
export function useEnrol() {
  const api = useApi();
  const queries = useQueryClient();
  return async (way: Way) => {
    await api.send('POST', '/enrolment', EnrolmentAnswer, requestOf(way));
    await queries.invalidateQueries({ queryKey: ['status'] });
  };
}

/** To whom this gateway belongs, or the code with which an admin takes it, and what is waited for. */
export function RegistrationPanel(props: {
  form: string;
  status: UseQueryResult<StatusAnswer>;
  way: Way;
  onWay: (way: Way) => void;
  onAgain: () => void;
}) {
  const { status } = props;
  const enrolment = status.data?.enrolment;
  return (
    <Panel title={t.title}>
      {status.error && !status.data ? (
        <ErrorPanel error={status.error} onRetry={() => void status.refetch()} />
      ) : enrolment === undefined ? (
        <Loader size="sm" />
      ) : enrolment.state === 'claimed' ? (
        <Claimed status={status.data} />
      ) : enrolment.code !== undefined && (enrolment.state === 'offered' || enrolment.state === 'waiting') ? (
        <Offer enrolment={enrolment} code={enrolment.code} />
      ) : (
        <Stack gap="sm">
          {enrolment.error && (
            <ErrorPanel
              title={enrolment.state === 'refused' ? t.refused : text.gatewayStep.notReached}
              error={new ApiError(502, enrolment.error)}
              {...(enrolment.state === 'refused' ? { onRetry: props.onAgain } : {})}
            />
          )}
          <Text size="sm">{t.beginLead}</Text>
          <WayForm {...props} known={status.data?.cloud.url ?? null} />
        </Stack>
      )}
    </Panel>
  );
}

function Claimed(props: { status: StatusAnswer | undefined }) {
  const { status } = props;
  if (status === undefined) return null;
  const { cloud, enrolment } = status;
  const isOnline = cloud.state === 'online';
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Icon name="success" />
        <Text size="sm">{t.claimed(enrolment.accountName ?? '')}</Text>
      </Group>
      <Group gap="xs">
        <StatusBadge tone={isOnline ? 'good' : 'busy'} icon={isOnline ? 'success' : 'sync'}>
          {isOnline ? t.connected : cloud.state === 'connecting' ? t.connecting : t.offline}
        </StatusBadge>
      </Group>
      {!isOnline && cloud.lastError && (
        <Text size="sm">{sentences(cloud.lastError.message, cloud.lastError.nextStep)}</Text>
      )}
    </Stack>
  );
}

function Offer(props: { enrolment: EnrolmentAnswer; code: string }) {
  const { enrolment, code } = props;
  const grouped = code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
  const place = useRef<HTMLDivElement>(null);
  // The code appears below the button that asked for it.
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <Stack gap="sm" ref={place}>
      <div>
        <Text size="sm" c="dimmed" id="claim-code">
          {t.code}
        </Text>
        <Group gap="xs">
          <output className="dw-code" aria-labelledby="claim-code">
            {grouped}
          </output>
          <CopyButton value={grouped} label={t.code} />
        </Group>
      </div>
      {enrolment.link !== undefined && (
        <Anchor href={enrolment.link} target="_blank" rel="noopener noreferrer">
          {t.open} <Icon name="launch" size={14} />
        </Anchor>
      )}
      <Text size="sm" c="dimmed">
        {t.enter}
      </Text>
      <Group gap="xs" role="status">
        <Loader size="xs" aria-hidden />
        <Text size="sm">
          {t.waiting} {t.waitingHint}
        </Text>
      </Group>
      <Facts
        items={[
          [
            t.fingerprint,
            enrolment.fingerprint === undefined ? null : (
              <span className="dk-mono">{groupedFingerprint(enrolment.fingerprint)}</span>
            ),
          ],
          [t.validUntil, <Age key="until" at={enrolment.expiresAt} />],
        ]}
      />
      <Text size="sm" c="dimmed">
        {t.compare}
      </Text>
    </Stack>
  );
}

/** Where the cloud is, asked where it is not known; the rest is folded away. */
function WayForm(props: { form: string; known: string | null; way: Way; onWay: (way: Way) => void }) {
  const { known, way, onWay, form } = props;
  const field = (name: keyof Way) => ({
    form,
    value: way[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onWay({ ...way, [name]: event.currentTarget.value }),
  });
  return (
    <Stack gap="sm">
      <TextInput
        type="url"
        label={t.cloud}
        description={known === null ? t.cloudNeeded : t.cloudTip}
        placeholder={known ?? 'https://cloud.example.org'}
        required={known === null}
        maxLength={500}
        {...field('url')}
      />
      <details className="dw-more">
        <summary>{t.more}</summary>
        <Stack gap="sm" mt="sm">
          <TextInput label={t.token} description={t.tokenTip} autoComplete="off" maxLength={256} {...field('token')} />
          <Textarea
            label={t.ca}
            description={t.caTip}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={65_536}
            spellCheck={false}
            {...field('ca')}
          />
          <TextInput label={t.proxy} description={t.proxyTip} type="url" maxLength={500} {...field('proxyUrl')} />
          <Group gap="sm" grow>
            <TextInput label={t.proxyUser} autoComplete="off" maxLength={256} {...field('proxyUser')} />
            <PasswordInput label={t.proxyPassword} autoComplete="off" maxLength={256} {...field('proxyPassword')} />
          </Group>
        </Stack>
      </details>
    </Stack>
  );
}
