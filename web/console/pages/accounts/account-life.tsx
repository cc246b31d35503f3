import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Account } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { text } from '../../texts/index.ts';

const t = text.accounts.life;

/** What becomes of an account; each has its word to be typed (ACC-16, ACC-19, ACC-21). */
export type AccountStep = 'deactivate' | 'reactivate' | 'delete';
export interface AccountWish {
  account: Account;
  step: AccountStep;
}

/** The steps that an account can take now: one that is switched off must come back first (ACC-18). */
export function AccountSteps(props: { account: Account; onWish: (wish: AccountWish) => void }) {
  const { account } = props;
  const steps: readonly AccountStep[] = account.status === 'Active' ? ['deactivate', 'delete'] : ['reactivate'];
  return (
    <Group gap={4} wrap="nowrap">
      {steps.map((step) => (
        <Button
          key={step}
          size="compact-xs"
          variant="default"
          aria-label={t.of(t[step].action, account.name)}
          onClick={() => props.onWish({ account, step })}
        >
          {t[step].action}
        </Button>
      ))}
    </Group>
  );
}

/** Asks for the word and carries the step out. */
export function AccountStepDialog(props: {
  wish: AccountWish;
  onClose: () => void;
  onDone?: (() => void) | undefined;
}) {
  const { account, step } = props.wish;
  const api = useApi();
  const queries = useQueryClient();
  const path = `/accounts/${encodeURIComponent(account.id)}`;
  const act = useMutation({
    mutationFn: () =>
      step === 'delete'
        ? api.act('DELETE', `${path}?confirm=delete`)
        : api.act('POST', `${path}/${step}`, { confirm: step }),
    onSuccess: () => {
      // Everything of it may be on some page.
      void queries.invalidateQueries();
      props.onClose();
      props.onDone?.();
    },
  });
  return (
    <ConfirmWord
      opened
      title={t.of(t[step].action, account.name)}
      word={step}
      action={t[step].action}
      busy={act.isPending}
      error={act.error}
      onConfirm={() => act.mutate()}
      onClose={props.onClose}
    >
      <Text size="sm">{t[step].effect}</Text>
      {step === 'delete' && account.gateways > 0 && <Text size="sm">{t.gateways(account.gateways)}</Text>}
    </ConfirmWord>
  );
}
