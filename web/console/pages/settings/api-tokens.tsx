import { Button, Group, NativeSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { ApiToken } from '#contract/api/access.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useMay } from '../../data/me.tsx';
import { roleLabel, useGivableRoles } from '../../data/roles.ts';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { text } from '../../texts/index.ts';

const t = text.tokens;
const Tokens = z.object({ items: z.array(ApiToken) });

/** Tokens by which programs use the API: of an account, or (null) for all of the partner's. */
export function ApiTokens(props: { account: string | null }) {
  const { account } = props;
  const api = useApi();
  const mayEdit = useMay('settings:edit');
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiToken | undefined>();
  const tokens = useQuery({
    queryKey: ['api-tokens', account],
    queryFn: async ({ signal }) =>
      (await api.get('/api-tokens', Tokens, { account: account ?? undefined }, signal)).items,
  });
  return (
    <Panel
      title={t.api}
      aside={
        mayEdit && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
            {t.addApi}
          </Button>
        )
      }
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t.apiNote} {account === null && `(${t.forPartner})`}
        </Text>
        {tokens.error && <ErrorPanel error={tokens.error} onRetry={() => void tokens.refetch()} />}
        {tokens.data?.length === 0 && <Text size="sm">{t.apiNone}</Text>}
        {tokens.data?.map((token) => (
          <Group key={token.id} justify="space-between" gap="xs" align="flex-start">
            <Stack gap={2} miw={0}>
              <Group gap="xs">
                <Text size="sm" fw={600}>
                  {token.name}
                </Text>
                <Text size="sm">{roleLabel(token.role, token.roleName)}</Text>
                {token.expired && (
                  <StatusBadge tone="bad" icon="clock">
                    {t.expired}
                  </StatusBadge>
                )}
              </Group>
              <Text size="sm" c="dimmed" component="div">
                {!token.expired && (
                  <>
                    {t.expires} <Age at={token.expiresAt} />,{' '}
                  </>
                )}
                {t.madeBy(token.madeBy)},{' '}
                {token.usedAt === null ? (
                  t.neverUsed
                ) : (
                  <>
                    {t.used} <Age at={token.usedAt} /> {token.usedFrom && t.usedFrom(token.usedFrom)}
                  </>
                )}
              </Text>
            </Stack>
            {mayEdit && (
              <Button size="xs" variant="default" aria-label={t.revokeOf(token.name)} onClick={() => setRevoked(token)}>
                {t.revoke}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
      {isMaking && <ApiTokenForm account={account} onClose={() => setMaking(false)} />}
      {revoked && <Revoke token={revoked} onClose={() => setRevoked(undefined)} />}
    </Panel>
  );
}

function ApiTokenForm(props: { account: string | null; onClose: () => void }) {
  const { account } = props;
  const api = useApi();
  const queries = useQueryClient();
  // A manager is a person: a token reaches one account, or all.
  const roles = useGivableRoles(account).filter(({ value }) => value !== 'Account Manager');
  const roleOf = (chosen: string) =>
    chosen || (roles.find(({ value }) => value === 'Support') ?? roles[0])?.value || '';
  const { draft, set, saved, edited } = useEdited({
    entry: undefined,
    draftOf: () => ({ name: '', role: '', validDays: 90 }),
    save: (token) => api.send('POST', '/api-tokens', ApiToken, { ...token, role: roleOf(token.role), account }),
    onSaved: () => void queries.invalidateQueries({ queryKey: ['api-tokens'] }),
  });
  const role = roleOf(draft.role);
  if (saved?.token !== undefined) {
    return <TokenTold title={t.addApi} token={saved.token} onClose={props.onClose} />;
  }
  return (
    <EditDialog title={t.addApi} action={t.create} edited={edited} blocked={role === ''} onClose={props.onClose}>
      <TextInput
        label={t.name}
        name="name"
        required
        maxLength={128}
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.role}
        data={roles}
        value={role}
        onChange={(event) => set({ role: event.currentTarget.value })}
      />
      <NumberInput
        label={t.validDays}
        required
        min={1}
        max={366}
        allowDecimal={false}
        value={draft.validDays}
        onChange={(value) => set({ validDays: Number(value) })}
      />
    </EditDialog>
  );
}

function Revoke(props: { token: ApiToken; onClose: () => void }) {
  const { token } = props;
  const api = useApi();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.act('DELETE', `/api-tokens/${encodeURIComponent(token.id)}`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['api-tokens'] });
      props.onClose();
    },
  });
  return (
    <AskDialog title={t.revokeOf(token.name)} action={t.revoke} act={revoke} danger onClose={props.onClose}>
      <Text size="sm">{t.revokeLead}</Text>
    </AskDialog>
  );
}

/** A token that was made, for the only time. */
export const TokenTold = (props: { title: string; token: string; onClose: () => void }) => (
  <Dialog opened onClose={props.onClose} title={props.title} closeOnClickOutside={false}>
    <Stack>
      <ShownOnce lead={t.once} label={t.token} value={props.token} />
      <Group justify="flex-end">
        <Button onClick={props.onClose}>{t.copied}</Button>
      </Group>
    </Stack>
  </Dialog>
);
