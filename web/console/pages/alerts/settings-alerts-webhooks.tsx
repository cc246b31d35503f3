import { Button, Code, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AlertWebhook } from '#contract/alerts.ts';
import { MAX_PAGE } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useList } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { ScopeSelect, useScopes } from './settings-alerts-scope.tsx';
import { TargetLine } from './settings-alerts-target.tsx';

const t = text.alertSettings;

/** The webhooks that the person may see; a secret is shown once, when it is made. */
export function WebhooksPanel() {
  const webhooks = useList('alert-webhooks', AlertWebhook, { sort: 'name' }, { limit: MAX_PAGE });
  const mayEdit = useMay('settings:edit');
  const scopes = useScopes();
  const [edited, setEdited] = useState<AlertWebhook | 'new' | undefined>();
  const [secret, setSecret] = useState<string | undefined>();
  return (
    <Panel
      title={t.webhooks}
      aside={
        mayEdit &&
        scopes.length > 0 && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
            {t.addWebhook}
          </Button>
        )
      }
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t.webhooksNote}
        </Text>
        {webhooks.error ? <ErrorPanel error={webhooks.error} onRetry={webhooks.retry} /> : null}
        {webhooks.rows.map((webhook) => (
          <TargetLine
            key={webhook.id}
            resource="alert-webhooks"
            target={webhook}
            address={webhook.url}
            more={<NewSecret webhook={webhook} onSecret={setSecret} />}
            onEdit={() => setEdited(webhook)}
          />
        ))}
        {!webhooks.loading && webhooks.rows.length === 0 && !webhooks.error && <Text size="sm">{t.webhooksNone}</Text>}
      </Stack>
      {edited !== undefined && (
        <WebhookForm
          webhook={edited === 'new' ? undefined : edited}
          scopes={scopes}
          onSecret={setSecret}
          onClose={() => setEdited(undefined)}
        />
      )}
      {secret !== undefined && <SecretOnce secret={secret} onClose={() => setSecret(undefined)} />}
    </Panel>
  );
}

function NewSecret(props: { webhook: AlertWebhook; onSecret: (secret: string | undefined) => void }) {
  const { webhook } = props;
  const api = useApi();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      api.send('POST', `/alert-webhooks/${webhook.id}/secret`, AlertWebhook, undefined, { ifMatch: webhook.etag }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['alert-webhooks'] });
      props.onSecret(made.secret);
    },
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={make.isPending}
        aria-label={t.newSecretOf(webhook.name)}
        onClick={() => make.mutate()}
      >
        {t.newSecret}
      </Button>
      {make.error && <ErrorPanel error={make.error} />}
    </>
  );
}

const SecretOnce = (props: { secret: string; onClose: () => void }) => (
  <Modal opened onClose={props.onClose} title={t.secretTitle} centered closeOnClickOutside={false}>
    <Stack>
      <Text size="sm">{t.secretLead}</Text>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{props.secret}</Code>
        <CopyButton value={props.secret} label={t.secret} />
      </Group>
      <Group justify="flex-end">
        <Button onClick={props.onClose}>{t.secretDone}</Button>
      </Group>
    </Stack>
  </Modal>
);

function WebhookForm(props: {
  webhook: AlertWebhook | undefined;
  scopes: readonly (string | null)[];
  onSecret: (secret: string | undefined) => void;
  onClose: () => void;
}) {
  const { webhook, scopes, onClose } = props;
  const api = useApi();
  const queries = useQueryClient();
  const [account, setAccount] = useState(scopes[0] ?? null);
  const [draft, setDraft] = useState({ name: webhook?.name ?? '', url: webhook?.url ?? '', on: webhook?.on ?? true });
  const save = useMutation({
    mutationFn: () =>
      webhook === undefined
        ? api.send('POST', '/alert-webhooks', AlertWebhook, { ...draft, account })
        : api.send('PATCH', `/alert-webhooks/${webhook.id}`, AlertWebhook, draft, { ifMatch: webhook.etag }),
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: ['alert-webhooks'] });
      props.onSecret(saved.secret);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={webhook === undefined ? t.addWebhook : t.editOf(webhook.name)} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t.name}
            required
            maxLength={128}
            data-autofocus
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
          <TextInput
            label={t.url}
            description={t.urlHint}
            type="url"
            required
            maxLength={1000}
            value={draft.url}
            onChange={(event) => setDraft({ ...draft, url: event.currentTarget.value })}
          />
          {webhook === undefined && <ScopeSelect scopes={scopes} value={account} onChange={setAccount} />}
          <Switch
            label={t.on}
            checked={draft.on}
            onChange={(event) => setDraft({ ...draft, on: event.currentTarget.checked })}
          />
          {save.error && <ErrorPanel error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {kitText.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t.saveOne}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
