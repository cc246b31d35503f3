import { Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { TrunkProof } from '#contract/api/trunks.ts';
import { VerifyReport, type VerifyStep } from '#contract/trunk-verify.ts';
import type { Trunk } from '#contract/trunks.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { duration } from '#web/kit/format/age.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { CheckBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';
import { CommandButton } from '../commands/command-button.tsx';
import { CommandLine } from '../commands/command-line.tsx';
import { useTrunkCommand } from './trunk-command.ts';

const t = text.trunks.verify;

/** Proves a trunk from its gateway: the steps appear as they are taken, each with what was found and what to do. */
export function VerifyTrunk({ trunk }: { trunk: Trunk }) {
  const { command: issued, error, actions } = useTrunkCommand(trunk);
  const api = useApi();
  const last = useQuery({
    queryKey: ['trunks', 'one', trunk.id, 'proof'],
    queryFn: ({ signal }) => api.get(`/trunks/${encodeURIComponent(trunk.id)}/proof`, TrunkProof, {}, signal),
  });
  // What was begun on this page counts; before that, what the last proof showed, with its age.
  const command = issued ?? last.data?.command ?? undefined;
  const report = VerifyReport.partial().safeParse(command?.output);
  const steps = report.success ? (report.data.steps ?? []) : [];
  return (
    <Panel title={t.title}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t.note}
        </Text>
        <Group gap="xs">
          <CommandButton
            name="trunk.verify"
            args={{ trunk: trunk.id }}
            label={t.verify}
            icon="check"
            main
            actions={actions}
          />
          {trunk.pilotNumber !== null && (
            <>
              <CommandButton
                name="trunk.test-call"
                args={{ trunk: trunk.id, through: 'far-end' }}
                label={t.callFarEnd}
                icon="command"
                actions={actions}
              />
              <CommandButton
                name="trunk.test-call"
                args={{ trunk: trunk.id, through: 'pbx' }}
                label={t.callPbx}
                icon="command"
                actions={actions}
              />
            </>
          )}
        </Group>
        {trunk.pilotNumber === null && <Text size="sm">{t.noPilot}</Text>}
        {error && <ErrorPanel error={error} />}
        {issued === undefined && command && <Text size="sm">{t.last}</Text>}
        <div role="status" aria-live="polite">
          {command && <CommandLine command={command} />}
        </div>
        {(['pbx', 'far-end'] as const).map((end) => (
          <EndSteps key={end} title={t.ends[end]} steps={steps.filter((step) => step.end === end)} />
        ))}
      </Stack>
    </Panel>
  );
}

const EndSteps = ({ title, steps }: { title: string; steps: readonly VerifyStep[] }) =>
  steps.length > 0 && (
    // No landmark: the page has one of this name already, with the health of this end.
    <div role="group" aria-label={title}>
      <Text component="h3" fw={600} m={0} mb="xs">
        {title}
      </Text>
      <Stack component="ol" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {steps.map((step) => (
          <li key={step.id}>
            <Step step={step} />
          </li>
        ))}
      </Stack>
    </div>
  );

function Step({ step }: { step: VerifyStep }) {
  return (
    <>
      <Group gap="xs">
        {step.status === 'running' ? <Loader size="xs" aria-label={t.running} /> : <CheckBadge status={step.status} />}
        <Text size="sm" fw={600}>
          {t.kinds[step.kind]}
        </Text>
        {step.status !== 'running' && (
          <Text size="xs" c="dimmed">
            {duration(step.durationMs)}
          </Text>
        )}
      </Group>
      {step.detail !== '' && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {said(step.detail)}
        </Text>
      )}
      {step.nextStep && <Text size="sm">{said(step.nextStep)}</Text>}
      {step.evidence.length > 0 && (
        <details>
          <summary className="dk-small">{t.evidence}</summary>
          {step.evidence.map((line, index) => (
            <pre key={`${step.id} ${index}`} className="dk-json" tabIndex={0} aria-label={t.evidence}>
              {line}
            </pre>
          ))}
        </details>
      )}
    </>
  );
}
