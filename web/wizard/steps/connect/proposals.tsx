import { Alert, Button, Stack, Text } from '@mantine/core';
import type { PbxAnswer, ProbeAnswer } from '#contract/wizard/pbx.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { usePbxActs } from '../pbx/pbx-acts.ts';

const t = text.connectStep;

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What the test would set by itself, such as the fingerprint of a host key: shown, compared and confirmed by a person. */
export function Proposals(props: { pbx: PbxAnswer; report: ProbeAnswer; onTaken: () => void }) {
  const { pbx, report } = props;
  const { edit } = usePbxActs();
  const open = Object.entries(report.proposed ?? {}).filter(
    ([name, value]) => JSON.stringify(pbx.connection[name]) !== JSON.stringify(value),
  );
  if (open.length === 0) return null;
  const take = () => {
    const connection = { ...pbx.connection, ...Object.fromEntries(open) };
    edit.mutate({ id: pbx.id, connection }, { onSuccess: props.onTaken });
  };
  return (
    <Alert variant="default" icon={<Icon name="info" />} title={t.proposed}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t.proposedLead}</Text>
        <Facts
          items={open.map(([name, value]) => [
            name,
            <span key={name} className="dk-mono">
              {inWords(value)}
            </span>,
          ])}
        />
        {edit.error && <ErrorPanel error={edit.error} />}
        <Button size="xs" loading={edit.isPending} onClick={take}>
          {t.takeProposed}
        </Button>
      </Stack>
    </Alert>
  );
}
