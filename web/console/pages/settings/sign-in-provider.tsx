import { Button, Group, Loader, PasswordInput, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type SignInProvider, SignInSettings } from '#contract/api/access.ts';
import { Age } from '#web/kit/age.tsx';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { Overtaken } from '#web/kit/overtaken.tsx';
import { ErrorPanel, Facts, PageHeader, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay } from '../../data/me.tsx';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { text } from '../../texts/index.ts';

const t = text.provider;

/** Where the partner's people may sign in instead of with a password here. */
export default function SignInProviderPage() {
  const api = useApi();
  const settings = useQuery({
    queryKey: ['sign-in-provider'],
    queryFn: ({ signal }) => api.get('/sign-in-provider', SignInSettings, {}, signal),
  });
  return (
    <>
      <PageHeader title={t.title} note={t.note} />
      {settings.error && <ErrorPanel error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.isLoading && <Loader aria-label={kitText.loading} role="status" />}
      {settings.data && (
        <Stack>
          <Provider key={settings.data.provider?.etag} provider={settings.data.provider} />
          <Panel title={t.atProvider}>
            <Stack>
              <Facts
                items={[
                  [t.redirect, <Copied key="redirect" label={t.redirect} value={settings.data.redirectAddress} />],
                  [t.signedOut, <Copied key="out" label={t.signedOut} value={settings.data.signedOutAddress} />],
                ]}
              />
              <Text size="sm">{t.who}</Text>
            </Stack>
          </Panel>
        </Stack>
      )}
    </>
  );
}

const Copied = (props: { label: string; value: string }) => (
  <Group gap={4} wrap="nowrap">
    <span className="dk-mono">{props.value}</span>
    <CopyButton value={props.value} label={props.label} />
  </Group>
);

function Provider(props: { provider: SignInProvider | null }) {
  const { provider } = props;
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const mayEdit = useMay('settings:edit');
  const [isRemoving, setRemoving] = useState(false);
  const [draft, setDraft] = useState({
    name: provider?.name ?? '',
    issuer: provider?.issuer ?? '',
    clientId: provider?.clientId ?? '',
    on: provider?.on ?? true,
    signOut: provider?.signOut ?? true,
  });
  const [secret, setSecret] = useState('');
  const refresh = () => queries.invalidateQueries({ queryKey: ['sign-in-provider'] });
  const save = useMutation({
    mutationFn: () => {
      const body = { ...draft, issuer: draft.issuer.trim(), ...(secret !== '' && { clientSecret: secret }) };
      return api.send('PUT', '/sign-in-provider', SignInSettings, body, { ifMatch: provider?.etag ?? '"0"' });
    },
    onSuccess: (settings) => {
      queries.setQueryData(['sign-in-provider'], settings);
      notice(draft.on ? t.saved : t.savedOff);
    },
  });
  const remove = useMutation({ mutationFn: () => api.act('DELETE', '/sign-in-provider'), onSuccess: refresh });
  const isStale = save.error instanceof ApiError && save.error.status === 412;
  const field = (name: 'name' | 'issuer' | 'clientId') => ({
    required: true,
    readOnly: !mayEdit,
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setDraft((old) => ({ ...old, [name]: value }));
    },
  });
  return (
    <Panel title={t.panel}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack maw={560}>
          {provider === null ? (
            <Text size="sm">{t.off}</Text>
          ) : (
            <Text size="sm" c="dimmed" component="div">
              {t.modified} <Age at={provider.modifiedAt} /> ({provider.modifiedBy})
            </Text>
          )}
          <TextInput label={t.name} maxLength={128} {...field('name')} />
          <TextInput label={t.issuer} description={t.issuerHint} type="url" maxLength={500} {...field('issuer')} />
          <TextInput label={t.clientId} maxLength={255} autoComplete="off" {...field('clientId')} />
          <PasswordInput
            label={t.secret}
            description={provider?.hasSecret ? t.secretKept : t.secretNone}
            autoComplete="new-password"
            maxLength={500}
            readOnly={!mayEdit}
            value={secret}
            onChange={(event) => setSecret(event.currentTarget.value)}
          />
          <Switch
            label={t.on}
            disabled={!mayEdit}
            checked={draft.on}
            onChange={(event) => setDraft({ ...draft, on: event.currentTarget.checked })}
          />
          <Switch
            label={t.signOut}
            disabled={!mayEdit}
            checked={draft.signOut}
            onChange={(event) => setDraft({ ...draft, signOut: event.currentTarget.checked })}
          />
          {isStale && <Overtaken onTake={() => void refresh()} />}
          {save.error && !isStale && <ErrorPanel error={save.error} />}
          {mayEdit && (
            <Group>
              <Button type="submit" loading={save.isPending} disabled={isStale}>
                {t.save}
              </Button>
              {provider !== null && (
                <Button variant="default" onClick={() => setRemoving(true)}>
                  {t.remove}
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </form>
      {isRemoving && (
        <AskDialog title={t.removeTitle} action={t.remove} act={remove} danger onClose={() => setRemoving(false)}>
          <Text size="sm">{t.removeLead}</Text>
        </AskDialog>
      )}
    </Panel>
  );
}
