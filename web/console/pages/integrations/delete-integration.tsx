import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Integration } from '#contract/api/integrations.ts';
import { Account } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useChosenIntegrations, useDeleteGateway, useDeletePbx } from '../../data/integrations.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.integrations;

interface Props {
  item: Integration;
  onClose: () => void;
}

/** Asks in the way that fits: what is only on the list, a gateway, or a PBX. */
export function DeleteIntegration(props: Props) {
  if (props.item.subject === null) return <RemoveChosen {...props} />;
  return props.item.kind === 'demarc-gateway' ? <DeleteGateway {...props} /> : <DeletePbx {...props} />;
}

/** INT-5 */
function RemoveChosen({ item, onClose }: Props) {
  const notice = useNotice();
  const name = t.kinds[item.kind];
  const { remove } = useChosenIntegrations(item.account);
  const confirm = () =>
    remove.mutate(item.kind, {
      onSuccess: () => {
        notice(t.remove.done(name));
        onClose();
      },
    });
  return (
    <Dialog opened onClose={onClose} title={t.remove.title(name)}>
      <Stack>
        <Text size="sm">{t.remove.text}</Text>
        {remove.error && <ErrorPanel error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {kitText.cancel}
          </Button>
          <Button color="red.9" loading={remove.isPending} onClick={confirm}>
            {t.remove.confirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** The reset of an appliance asks for a word (ONB-42); a virtual machine is released (ONB-43). */
function DeleteGateway({ item, onClose }: Props) {
  const api = useApi();
  const notice = useNotice();
  const mayReset = useMay('support:reset');
  const remove = useDeleteGateway(item.account, item.gateway ?? '');
  const account = useQuery({
    queryKey: ['accounts', 'one', item.account],
    queryFn: ({ signal }) => api.get(`/accounts/${encodeURIComponent(item.account)}`, Account, {}, signal),
    enabled: useMay('accounts:view'),
  });
  const reset = item.virtual !== true && mayReset;
  const confirm = () =>
    remove.mutate(reset, {
      onSuccess: () => {
        notice(reset ? t.deleteGateway.done : t.deleteGateway.released);
        onClose();
      },
    });
  return (
    <ConfirmWord
      opened
      title={reset ? t.deleteGateway.title : t.deleteGateway.virtualTitle(item.name ?? '')}
      word={reset ? 'revert' : 'release'}
      action={t.deleteGateway.confirm}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Facts
        items={[
          [t.deleteGateway.customer, account.data?.name],
          [t.kinds['demarc-gateway'], item.name],
          [t.deleteGateway.address, item.addresses.join(', ')],
        ]}
      />
      <Text size="sm">{reset ? t.deleteGateway.effect : t.deleteGateway.virtualEffect}</Text>
    </ConfirmWord>
  );
}

/** A command to the gateway that has it, which keeps its passwords; here alone where no gateway has it any more. */
function DeletePbx({ item, onClose }: Props) {
  const notice = useNotice();
  const remove = useDeletePbx(item);
  const here = item.gateway === null;
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        notice(here ? t.deletePbx.done(item.name ?? '') : t.deletePbx.asked(item.name ?? ''));
        onClose();
      },
    });
  return (
    <ConfirmWord
      opened
      title={t.deletePbx.title(item.name ?? '')}
      word={t.deletePbx.word}
      action={t.deletePbx.confirm}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <Text size="sm">{t.deletePbx.effect}</Text>
      <Text size="sm">{here ? t.deletePbx.here : t.deletePbx.onGateway}</Text>
    </ConfirmWord>
  );
}
