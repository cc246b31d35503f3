import { Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { ProvisioningToken } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNow } from '#web/kit/now.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useMay } from '../../data/me.tsx';
import { AskDialog } from '../../parts/ask-dialog.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { TokenTold } from './api-tokens.tsx';

const t = text.tokens;
const Tokens = z.object({ items: z.array(ProvisioningToken) });

const nameOf = (token: ProvisioningToken): string => token.siteName ?? t.siteNone;

/** Tokens by which gateways are taken into an account without a claim code each. */
export function ProvisioningTokens(props: { account: string | undefined }) {
  const { account } = props;
  const api = useApi();
  const now = useNow();
  const [mayAdd, mayDelete] = [useMay('integrations:add'), useMay('integrations:delete')];
  const [isMaking, setMaking] = useState(false);
  const [ended, setEnded] = useState<ProvisioningToken | undefined>();
  const tokens = useQuery({
    queryKey: ['enrolments', 'tokens', account],
    queryFn: async ({ signal }) => (await api.get('/provisioning-tokens', Tokens, { account }, signal)).items,
    enabled: account !== undefined,
  });
  return (
    <Panel
      title={t.provisioning}
      aside={
        mayAdd &&
        account !== undefined && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
            {t.addProvisioning}
          </Button>
        )
      }
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {account === undefined ? t.provisioningPick : t.provisioningNote}
        </Text>
        {tokens.error && <ErrorPanel error={tokens.error} onRetry={() => void tokens.refetch()} />}
        {tokens.data?.length === 0 && <Text size="sm">{t.provisioningNone}</Text>}
        {tokens.data?.map((token) => (
          <Group key={token.id} justify="space-between" gap="xs" align="flex-start">
            <Stack gap={2} miw={0}>
              <Group gap="xs">
                <Text size="sm" fw={600}>
                  {nameOf(token)}
                </Text>
                {Date.parse(token.expiresAt) <= now && (
                  <StatusBadge tone="bad" icon="clock">
                    {t.expired}
                  </StatusBadge>
                )}
              </Group>
              <Text size="sm" c="dimmed" component="div">
                {t.uses(count(token.uses), count(token.maxUses))}, {t.expires} <Age at={token.expiresAt} />
              </Text>
            </Stack>
            {mayDelete && (
              <Button size="xs" variant="default" aria-label={t.endOf(nameOf(token))} onClick={() => setEnded(token)}>
                {t.end}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
      {isMaking && account !== undefined && <TokenForm account={account} onClose={() => setMaking(false)} />}
      {ended && <End token={ended} onClose={() => setEnded(undefined)} />}
    </Panel>
  );
}

function TokenForm(props: { account: string; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const { draft, set, saved, edited } = useEdited({
    entry: undefined,
    draftOf: () => ({ siteName: '', maxUses: 1, validHours: 24 }),
    save: ({ siteName, ...numbers }) => {
      const body = { account: props.account, ...numbers, ...(siteName.trim() !== '' && { siteName: siteName.trim() }) };
      return api.send('POST', '/provisioning-tokens', ProvisioningToken, body);
    },
    onSaved: () => void queries.invalidateQueries({ queryKey: ['enrolments', 'tokens'] }),
  });
  if (saved?.token !== undefined) {
    return <TokenTold title={t.addProvisioning} token={saved.token} onClose={props.onClose} />;
  }
  return (
    <EditDialog title={t.addProvisioning} action={t.create} edited={edited} onClose={props.onClose}>
      <TextInput
        label={t.site}
        maxLength={128}
        data-autofocus
        value={draft.siteName}
        onChange={(event) => set({ siteName: event.currentTarget.value })}
      />
      <NumberInput
        label={t.maxUses}
        required
        min={1}
        max={10_000}
        allowDecimal={false}
        value={draft.maxUses}
        onChange={(value) => set({ maxUses: Number(value) })}
      />
      <NumberInput
        label={t.validHours}
        required
        min={1}
        max={24 * 90}
        allowDecimal={false}
        value={draft.validHours}
        onChange={(value) => set({ validHours: Number(value) })}
      />
    </EditDialog>
  );
}

function End(props: { token: ProvisioningToken; onClose: () => void }) {
  const { token } = props;
  const api = useApi();
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => api.act('DELETE', `/provisioning-tokens/${encodeURIComponent(token.id)}`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['enrolments', 'tokens'] });
      props.onClose();
    },
  });
  return (
    <AskDialog title={t.endOf(nameOf(token))} action={t.end} act={end} danger onClose={props.onClose}>
      <Text size="sm">{t.endLead}</Text>
    </AskDialog>
  );
}
