import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { GatewayDetail } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { Facts, Panel } from '#web/kit/panels.tsx';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.reset;
const COMMAND = 'gateway.factory-reset';

/**
 * The ways out: release, and for an appliance the revert to factory default (ONB-42, ONB-43). One that is online is reset
 * by a command that is followed on this page; any other resets itself as soon as it hears of it, however late.
 */
export function GatewayReset(props: { gateway: GatewayDetail; issue: (name: typeof COMMAND, args: unknown) => void }) {
  const { gateway } = props;
  const mayDelete = useMay('integrations:delete');
  const mayReset = useMay('support:reset') && mayDelete;
  const [open, setOpen] = useState<'release' | 'revert' | undefined>();
  const api = useApi();
  const queries = useQueryClient();
  const close = () => setOpen(undefined);
  const letGo = useMutation({
    mutationFn: (query: string) => api.act('DELETE', `/gateways/${encodeURIComponent(gateway.id)}${query}`),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['gateways'] });
      close();
    },
  });
  if (!mayDelete || gateway.presence === 'Released') return null;
  const online = gateway.presence === 'Online' && gateway.capabilities.includes(COMMAND);
  const revert = () => {
    if (!online) return letGo.mutate('?reset=revert');
    props.issue(COMMAND, { confirm: 'revert' });
    close();
  };
  const dialog = { busy: letGo.isPending, error: letGo.error, onClose: close };
  return (
    <Panel title={t.title}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t.releaseHint}</Text>
        <Group gap="xs">
          <Button variant="default" onClick={() => setOpen('release')}>
            {t.release}
          </Button>
          {mayReset && gateway.virtual !== true && (
            <Button variant="outline" color="red.9" className="dk-bad" onClick={() => setOpen('revert')}>
              {t.revert}
            </Button>
          )}
        </Group>
        {gateway.virtual === true && (
          <Text size="sm" c="dimmed">
            {t.virtualHint}
          </Text>
        )}
      </Stack>
      <ConfirmWord
        opened={open === 'release'}
        title={t.releaseTitle}
        word="release"
        action={t.confirm}
        onConfirm={() => letGo.mutate('')}
        {...dialog}
      >
        <Whose gateway={gateway} />
        <Text size="sm">{t.releaseEffect}</Text>
      </ConfirmWord>
      <ConfirmWord
        opened={open === 'revert'}
        title={t.revertTitle}
        word="revert"
        action={t.confirm}
        onConfirm={revert}
        {...dialog}
      >
        <Whose gateway={gateway} />
        <Text size="sm">{t.revertEffect}</Text>
        {!online && <Text size="sm">{t.revertLater}</Text>}
      </ConfirmWord>
    </Panel>
  );
}

const Whose = (props: { gateway: GatewayDetail }) => (
  <Facts
    items={[
      [t.customer, props.gateway.accountName],
      [t.gateway, props.gateway.name],
      [t.address, props.gateway.addresses.join(', ')],
    ]}
  />
);
