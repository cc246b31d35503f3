import { Button, Group, Stack, Text } from '@mantine/core';
import { useId, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { usePbxs, usePbxTypes } from '../../data/queries.ts';
import { ChangeError } from '../../parts/overtaken.tsx';
import { StepFrame } from '../../parts/step-frame.tsx';
import { useNext } from '../../parts/use-step.ts';
import { text } from '../../texts/index.ts';
import { PbxPicker } from './pbx-picker.tsx';

const t = text.pbxStep;

/** Which telephone systems this gateway serves: what a search found comes first, then the form of a family. */
export default function PbxStep() {
  const { pbx: wanted } = useParams<{ pbx?: string }>();
  const pbxs = usePbxs();
  const types = usePbxTypes();
  const form = useId();
  const [isOpen, setOpen] = useState(false);
  const { change, goOn } = useNext('pbx');
  const [, navigate] = useLocation();
  const tell = useNotice();
  const list = pbxs.data?.pbxs;
  const edited = list?.find(({ id }) => id === wanted);
  return (
    <StepFrame
      step="pbx"
      lead={t.lead}
      checklist={t.checklist}
      next={
        isOpen || edited ? (
          <Button type="submit" form={form}>
            {edited ? t.save : text.step.next}
          </Button>
        ) : list === undefined ? null : (
          // Nothing to go on with before there is a PBX.
          <Button disabled={list.length === 0} loading={change.isPending} onClick={() => void goOn()}>
            {text.step.next}
          </Button>
        )
      }
    >
      {(pbxs.error ?? types.error) && (
        <ErrorPanel
          error={pbxs.error ?? types.error}
          onRetry={() => {
            void pbxs.refetch();
            void types.refetch();
          }}
        />
      )}
      {list && types.data && (
        <PbxPicker
          key={wanted ?? 'new'}
          step="pbx"
          form={form}
          pbxs={list}
          edited={edited}
          types={types.data.types}
          onForm={setOpen}
          onAdded={() => {
            tell(t.created);
            void goOn();
          }}
          onSaved={() => {
            tell(t.saved);
            navigate('/setup/pbx');
          }}
        />
      )}
      <ChangeError error={change.error} onShowStored={change.reset} />
      <Panel title={t.unusual}>
        <Stack gap="xs">
          <Text size="sm">{t.unusualLead}</Text>
          <Group>
            <Button size="xs" variant="default" onClick={() => navigate('/setup/advanced')}>
              {text.step.names.advanced}
            </Button>
          </Group>
        </Stack>
      </Panel>
    </StepFrame>
  );
}
