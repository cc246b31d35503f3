import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import { toApiError } from '#web/kit/api/api-error.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { useStatus } from '../../data/queries.ts';
import { isOvertaken, useWizard } from '../../data/wizard.tsx';
import { ChangeError } from '../../parts/overtaken.tsx';
import { StepFrame } from '../../parts/step-frame.tsx';
import { useNext } from '../../parts/use-step.ts';
import { text } from '../../texts/index.ts';
import { EthernetPanel } from './ethernet.tsx';
import { EMPTY_WAY, RegistrationPanel, useEnrol, type Way } from './registration.tsx';
import { draftOf, type SiteDraft, SitePanel, siteOf } from './site-form.tsx';

const t = text.gatewayStep;

/** Site, network port and claim. Next stores the site, then registers the gateway, and goes on once it is claimed. */
export default function GatewayStep() {
  const wizard = useWizard();
  const status = useStatus();
  const form = useId();
  const tell = useNotice();
  const enrol = useEnrol();
  const { change, goOn } = useNext('gateway');
  const [draft, setDraft] = useState<SiteDraft>(() => draftOf(wizard));
  const [way, setWay] = useState<Way>(EMPTY_WAY);
  const state = status.data?.enrolment.state;
  const told = status.data?.enrolment.error?.code;

  const next = useMutation({
    mutationFn: async () => {
      if (draft.changed || !wizard.site.saved) {
        const stored = await change.mutateAsync({ kind: 'site', site: siteOf(draft), revision: draft.revision });
        setDraft(draftOf(stored));
        tell(t.updated);
      }
      if (state === 'claimed') await goOn();
      else await enrol(way);
    },
  });

  // An admin confirms in the console: the page goes on by itself, but only where somebody waited here for it.
  const waited = useRef(false);
  useEffect(() => {
    if (state === 'offered' || state === 'waiting') waited.current = true;
    if (state !== 'claimed' || !waited.current) return;
    waited.current = false;
    // What cannot be stored is told by the change itself; Next is still there.
    goOn().catch(() => undefined);
  });

  const reset = () => {
    setDraft(draftOf(wizard));
    next.reset();
    change.reset();
  };
  const busy = next.isPending || state === 'offered' || state === 'waiting';
  return (
    <StepFrame
      step="gateway"
      lead={t.lead}
      checklist={t.checklist}
      next={
        <Button type="submit" form={form} loading={next.isPending} disabled={busy && !draft.changed}>
          {text.step.next}
        </Button>
      }
    >
      <SitePanel
        id={form}
        draft={draft}
        prefilled={!wizard.site.saved && wizard.site.city !== ''}
        onChange={setDraft}
        onSubmit={() => next.mutate()}
      />
      <EthernetPanel />
      <RegistrationPanel form={form} status={status} way={way} onWay={setWay} onAgain={() => next.mutate()} />
      {isOvertaken(next.error) ? (
        <ChangeError error={next.error} onShowStored={reset} />
      ) : (
        // Why the cloud was not reached stands beside the registration already.
        next.error && toApiError(next.error).code !== told && <ErrorPanel error={next.error} />
      )}
    </StepFrame>
  );
}
