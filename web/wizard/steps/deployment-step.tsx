import { Anchor, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { Facts, Panel } from '#web/kit/panels.tsx';
import { useWizard, useWizardChange } from '../data/wizard.tsx';
import { EmptyLine } from '../parts/empty-line.tsx';
import { ChangeError } from '../parts/overtaken.tsx';
import { PasswordPanel } from '../parts/password-panel.tsx';
import { StepFrame } from '../parts/step-frame.tsx';
import { text } from '../texts/index.ts';
import { DeploymentMails } from './deployment-mails.tsx';

const t = text.deployment;

/** The optional last step: what people need to register, the password of these pages, and Complete (ONB-36 to ONB-39). */
export default function DeploymentStep() {
  const { account, openUsers, hasPassword, completedAt, steps } = useWizard();
  const missing = steps.filter(({ optional, state }) => !optional && state !== 'done');
  const change = useWizardChange();
  const tell = useNotice();
  const [, navigate] = useLocation();
  const [toUsers, setToUsers] = useState(openUsers);
  const complete = useMutation({
    mutationFn: async () => {
      await change.mutateAsync({ kind: 'step', step: 'deployment', openUsers: toUsers });
      await change.mutateAsync({ kind: 'complete' });
    },
    onSuccess: () => {
      tell(text.status.words['Onboarding Complete']);
      const users = account?.consoleUrl ? new URL('/users', account.consoleUrl).href : undefined;
      if (toUsers && users !== undefined) location.assign(users);
      else navigate('/setup/overview');
    },
  });
  return (
    <StepFrame
      step="deployment"
      lead={t.lead}
      checklist={t.checklist}
      next={
        <Button
          loading={complete.isPending}
          disabled={!hasPassword || missing.length > 0}
          onClick={() => complete.mutate()}
        >
          {text.step.complete}
        </Button>
      }
    >
      <Panel title={t.account}>
        {account ? (
          <Stack gap="sm">
            <Text size="sm">{t.accountLead}</Text>
            <Facts
              items={[
                [t.accountName, account.name],
                [
                  t.accountId,
                  <Group key="id" gap={4} wrap="nowrap">
                    <span className="dk-mono">{account.id}</span>
                    <CopyButton value={account.id} label={t.accountId} />
                  </Group>,
                ],
              ]}
            />
            {account.consoleUrl !== null && (
              <Anchor href={account.consoleUrl} target="_blank" rel="noopener noreferrer" size="sm">
                {t.mails} <Icon name="launch" size={14} />
              </Anchor>
            )}
          </Stack>
        ) : (
          <EmptyLine text={t.noAccount}>
            <Button size="xs" variant="default" onClick={() => navigate('/setup/gateway')}>
              {text.step.names.gateway}
            </Button>
          </EmptyLine>
        )}
      </Panel>
      {account && <DeploymentMails account={account} />}
      {!hasPassword && <PasswordPanel hasPassword={false} />}
      <Checkbox
        label={t.openUsers}
        description={t.openUsersTip}
        checked={toUsers}
        onChange={(event) => setToUsers(event.currentTarget.checked)}
      />
      {missing.length > 0 && (
        <Group gap="xs" role="status">
          <Text size="sm">{t.missing}</Text>
          {missing.map(({ id }) => (
            <Anchor key={id} component={Link} href={`/setup/${id}`} size="sm" underline="always">
              {text.step.names[id]}
            </Anchor>
          ))}
        </Group>
      )}
      {completedAt !== null && <Text size="sm">{t.already}</Text>}
      {!hasPassword && (
        <Text size="sm" c="dimmed">
          {t.passwordFirst}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {t.unusual}
      </Text>
      <ChangeError
        error={complete.error}
        onShowStored={() => {
          complete.reset();
          change.reset();
        }}
      />
    </StepFrame>
  );
}
