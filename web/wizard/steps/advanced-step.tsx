import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { Facts, Panel } from '#web/kit/panels.tsx';
import { useAbout } from '../data/queries.ts';
import { useWizard } from '../data/wizard.tsx';
import { ChangeError } from '../parts/overtaken.tsx';
import { PasswordPanel } from '../parts/password-panel.tsx';
import { StepFrame } from '../parts/step-frame.tsx';
import { useNext } from '../parts/use-step.ts';
import { text } from '../texts/index.ts';

const t = text.advanced;

/** For set-ups that are not as most are (ONB-39), the password of these pages, and how this gateway is let go. */
export default function AdvancedStep() {
  const { hasPassword, variant } = useWizard();
  const { change, goOn } = useNext('advanced');
  const pbxStep = variant === 'embedded' ? 'sync' : 'pbx';
  return (
    <StepFrame
      step="advanced"
      lead={t.lead}
      checklist={t.checklist}
      next={
        <Button loading={change.isPending} onClick={() => void goOn().catch(() => undefined)}>
          {text.step.next}
        </Button>
      }
    >
      <Panel title={t.unusual}>
        <List size="sm" spacing="xs">
          {t.cases.map(({ text: said, step }) => (
            <List.Item key={said}>
              {said}{' '}
              <Anchor component={Link} href={`/setup/${step === 'pbx' ? pbxStep : step}`} size="sm" underline="always">
                {text.step.names[step === 'pbx' ? pbxStep : step === 'gateway' ? 'gateway' : 'overview']}
              </Anchor>
            </List.Item>
          ))}
        </List>
      </Panel>
      <PasswordPanel hasPassword={hasPassword} />
      <LettingGo />
      <ChangeError error={change.error} onShowStored={change.reset} />
    </StepFrame>
  );
}

/** Release, and the way back to the state of the factory: typed, never clicked by mistake (ONB-42). */
function LettingGo() {
  const api = useApi();
  const { account } = useWizard();
  const about = useAbout();
  const [asked, setAsked] = useState<'release' | 'revert'>();
  const act = useMutation({
    mutationFn: (what: 'release' | 'revert') =>
      what === 'revert' ? api.act('POST', '/reset', { confirm: 'revert' }) : api.act('POST', '/release'),
    onSuccess: () => setAsked(undefined),
  });
  return (
    <Panel title={t.lettingGo}>
      <Stack gap="sm">
        <Text size="sm">{t.releaseLead}</Text>
        <Group>
          <Button variant="default" disabled={account === null} onClick={() => setAsked('release')}>
            {t.release}
          </Button>
        </Group>
        <Text size="sm">{t.revertLead}</Text>
        <Group>
          <Button variant="default" onClick={() => setAsked('revert')}>
            {t.revert}
          </Button>
        </Group>
        {act.isSuccess && (
          <Text size="sm" role="status">
            {t.begun}
          </Text>
        )}
      </Stack>
      <ConfirmWord
        opened={asked !== undefined}
        title={asked === 'release' ? t.releaseTitle : t.revertTitle}
        word={asked === 'release' ? 'release' : 'revert'}
        action={t.confirm}
        busy={act.isPending}
        error={act.error}
        onClose={() => setAsked(undefined)}
        onConfirm={() => {
          if (asked) act.mutate(asked);
        }}
      >
        <Facts
          items={[
            [t.customer, account?.name ?? t.noAccount],
            [t.address, about.data?.addresses.join(', ') ?? location.hostname],
          ]}
        />
        <Text size="sm">{asked === 'release' ? t.releaseEffect : t.revertEffect}</Text>
      </ConfirmWord>
    </Panel>
  );
}
