import { Button, Stack } from '@mantine/core';
import { Link } from 'wouter';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { usePbxs, useStatus } from '../../data/queries.ts';
import { EmptyLine } from '../../parts/empty-line.tsx';
import { ChangeError } from '../../parts/overtaken.tsx';
import { StepFrame } from '../../parts/step-frame.tsx';
import { useNext } from '../../parts/use-step.ts';
import { text } from '../../texts/index.ts';
import { PbxConnection } from './pbx-connection.tsx';

const t = text.connectStep;

/** Verifies each link and starts it; shows what came of it, and what has to be mended in the PBX (ONB-27 to ONB-35). */
export default function ConnectStep() {
  const pbxs = usePbxs();
  const status = useStatus();
  const { change, goOn } = useNext('connect');
  const error = pbxs.error ?? status.error;
  return (
    <StepFrame
      step="connect"
      lead={t.lead}
      checklist={t.checklist}
      next={
        pbxs.data && (
          <Button
            disabled={!pbxs.data.pbxs.some(({ lastProbe }) => lastProbe?.report.ok === true)}
            loading={change.isPending}
            onClick={() => void goOn().catch(() => undefined)}
          >
            {text.step.next}
          </Button>
        )
      }
    >
      {error && <ErrorPanel error={error} onRetry={() => void Promise.all([pbxs.refetch(), status.refetch()])} />}
      <Stack>
        {pbxs.data?.pbxs.map((pbx) => (
          <PbxConnection
            key={pbx.id}
            pbx={pbx}
            status={status.data?.pbxs.find(({ id }) => id === pbx.id)}
            variant="standalone"
          />
        ))}
      </Stack>
      {pbxs.data?.pbxs.length === 0 && (
        <EmptyLine text={t.noPbx}>
          <Button component={Link} href="/setup/pbx" size="xs" variant="default">
            {text.step.names.pbx}
          </Button>
        </EmptyLine>
      )}
      <ChangeError error={change.error} onShowStored={change.reset} />
    </StepFrame>
  );
}
