import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AlertWebhook } from '#contract/alerts.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { type FormParts, type MoreParts, TargetForm, TargetsPanel } from './settings-alerts-panel.tsx';

const t = text.alertSettings;

/** The webhooks that the person may see; a secret is shown once, when it is made. */
export function WebhooksPanel() {
  const [secret, setSecret] = useState<string | undefined>();
  return (
    <>
      <TargetsPanel
        resource="alert-webhooks"
        schema={AlertWebhook}
        title={t.webhooks}
        note={t.webhooksNote}
        none={t.webhooksNone}
        add={t.addWebhook}
        address={(webhook) => webhook.url}
        more={NewSecret}
        form={WebhookForm}
        onSaved={(saved) => setSecret(saved.secret)}
      />
      {secret !== undefined && <SecretOnce secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}

function NewSecret(props: MoreParts<AlertWebhook>) {
  const { target: webhook } = props;
  const api = useApi();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      api.send('POST', `/alert-webhooks/${webhook.id}/secret`, AlertWebhook, undefined, { ifMatch: webhook.etag }),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['alert-webhooks'] });
      props.onSaved?.(made);
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
  <Dialog opened onClose={props.onClose} title={t.secretTitle} closeOnClickOutside={false}>
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
  </Dialog>
);

const draftOf = (webhook: AlertWebhook | undefined) => ({
  name: webhook?.name ?? '',
  url: webhook?.url ?? '',
  on: webhook?.on ?? true,
});

const fields = (draft: { url: string }, set: (change: { url: string }) => void) => (
  <TextInput
    label={t.url}
    description={t.urlHint}
    name="url"
    type="url"
    required
    maxLength={1000}
    value={draft.url}
    onChange={(event) => set({ url: event.currentTarget.value })}
  />
);

function WebhookForm(props: FormParts<AlertWebhook>) {
  return (
    <TargetForm
      {...props}
      resource="alert-webhooks"
      schema={AlertWebhook}
      add={t.addWebhook}
      draftOf={draftOf}
      fields={fields}
    />
  );
}
