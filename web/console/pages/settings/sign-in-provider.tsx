import { Button, Group, Loader, PasswordInput, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type SignInProvider, SignInSettings } from '#contract/api/access.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Facts, PageHeader, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay } from '../../data/me.tsx';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { EditForm } from '../../parts/edit-form.tsx';
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
          <Provider provider={settings.data.provider} />
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

const draftOf = (provider: SignInProvider | null) => ({
  name: provider?.name ?? '',
  issuer: provider?.issuer ?? '',
  clientId: provider?.clientId ?? '',
  on: provider?.on ?? true,
  signOut: provider?.signOut ?? true,
  secret: '',
});

function Provider(props: { provider: SignInProvider | null }) {
  const { provider } = props;
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const mayEdit = useMay('settings:edit');
  const [isRemoving, setRemoving] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: ['sign-in-provider'] });
  const { draft, set, begin, edited } = useEdited({
    entry: provider,
    draftOf,
    version: (one) => one?.etag,
    read: async () => (await api.get('/sign-in-provider', SignInSettings)).provider,
    save: ({ secret, ...wanted }, before) => {
      const body = { ...wanted, issuer: wanted.issuer.trim(), ...(secret !== '' && { clientSecret: secret }) };
      return api.send('PUT', '/sign-in-provider', SignInSettings, body, { ifMatch: before?.etag ?? '"0"' });
    },
    onSaved: (settings) => {
      begin(settings.provider);
      queries.setQueryData(['sign-in-provider'], settings);
      notice(settings.provider?.on ? t.saved : t.savedOff);
    },
  });
  const remove = useMutation({ mutationFn: () => api.act('DELETE', '/sign-in-provider'), onSuccess: refresh });
  const field = (name: 'name' | 'issuer' | 'clientId') => ({
    name,
    required: true,
    readOnly: !mayEdit,
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  });
  return (
    <Panel title={t.panel}>
      <EditForm
        edited={edited}
        action={t.save}
        readOnly={!mayEdit}
        maw={560}
        more={
          provider !== null && (
            <Button variant="default" onClick={() => setRemoving(true)}>
              {t.remove}
            </Button>
          )
        }
      >
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
          value={draft.secret}
          onChange={(event) => set({ secret: event.currentTarget.value })}
        />
        <Switch
          label={t.on}
          disabled={!mayEdit}
          checked={draft.on}
          onChange={(event) => set({ on: event.currentTarget.checked })}
        />
        <Switch
          label={t.signOut}
          disabled={!mayEdit}
          checked={draft.signOut}
          onChange={(event) => set({ signOut: event.currentTarget.checked })}
        />
      </EditForm>
      {isRemoving && (
        <AskDialog title={t.removeTitle} action={t.remove} act={remove} danger onClose={() => setRemoving(false)}>
          <Text size="sm">{t.removeLead}</Text>
        </AskDialog>
      )}
    </Panel>
  );
}
