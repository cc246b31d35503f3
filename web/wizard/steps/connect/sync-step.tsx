import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { usePbxs, usePbxTypes, useStatus } from '../../data/queries.ts';
import { ChangeError } from '../../parts/overtaken.tsx';
import { StepFrame } from '../../parts/step-frame.tsx';
import { useNext } from '../../parts/use-step.ts';
import { text } from '../../texts/index.ts';
import { PbxPicker } from '../pbx/pbx-picker.tsx';
import { PbxConnection } from './pbx-connection.tsx';

const t = text.connectStep;

/** The embedded variant: the one PBX beside which the gateway runs, its users brought to the cloud (ONB-15, ONB-29). */
export default function SyncStep() {
  const { pbx: wanted } = useParams<{ pbx?: string }>();
  const pbxs = usePbxs();
  const types = usePbxTypes();
  const status = useStatus();
  const form = useId();
  const [isOpen, setOpen] = useState(false);
  const { change, goOn } = useNext('sync');
  const [, navigate] = useLocation();
  const tell = useNotice();
  const list = pbxs.data?.pbxs;
  const edited = list?.find(({ id }) => id === wanted);
  const asksForPbx = list !== undefined && (list.length === 0 || edited !== undefined);
  return (
    <StepFrame
      step="sync"
      lead={t.syncLead}
      checklist={t.checklist}
      next={
        asksForPbx ? (
          isOpen && (
            <Button type="submit" form={form}>
              {text.pbxStep.save}
            </Button>
          )
        ) : (
          <Button
            disabled={!status.data?.pbxs.some(({ lastSuccessAt }) => lastSuccessAt !== null)}
            loading={change.isPending}
            onClick={() => void goOn().catch(() => undefined)}
          >
            {text.step.next}
          </Button>
        )
      }
    >
      {(pbxs.error ?? types.error) && (
        <ErrorPanel
          error={pbxs.error ?? types.error}
          onRetry={() => void Promise.all([pbxs.refetch(), types.refetch()])}
        />
      )}
      {asksForPbx && types.data && (
        <PbxPicker
          key={wanted ?? 'new'}
          step="sync"
          form={form}
          pbxs={list}
          edited={edited}
          types={types.data.types}
          onForm={setOpen}
          onAdded={() => tell(text.pbxStep.created)}
          onSaved={() => {
            tell(text.pbxStep.saved);
            navigate('/setup/sync');
          }}
        />
      )}
      {!asksForPbx &&
        list?.map((pbx) => (
          <PbxConnection
            key={pbx.id}
            pbx={pbx}
            status={status.data?.pbxs.find(({ id }) => id === pbx.id)}
            variant="embedded"
          />
        ))}
      <ChangeError error={change.error} onShowStored={change.reset} />
    </StepFrame>
  );
}
