import { useLocation } from 'wouter';
import type { StepId } from '#contract/wizard/state.ts';
import { useWizard, useWizardChange } from '../data/wizard.tsx';

/** Next of a step: says so to the gateway, and goes on to the step after it. */
export function useNext(step: StepId) {
  const { steps } = useWizard();
  const change = useWizardChange();
  const [, navigate] = useLocation();
  const at = steps.findIndex(({ id }) => id === step);
  const after = steps[at + 1];
  return {
    change,
    /** @throws ApiError */
    goOn: async () => {
      await change.mutateAsync({ kind: 'step', step });
      if (after) navigate(`/setup/${after.id}`);
    },
  };
}
