import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use } from 'react';
import {
  type StepId,
  type WizardAnswer,
  WizardAnswer as WizardSchema,
  type WizardSite,
} from '#contract/wizard/state.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';

const KEY = ['wizard'] as const;

/** How far the set-up is; the same in every browser. */
export function useWizardQuery(): UseQueryResult<WizardAnswer> {
  const api = useApi();
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get('/wizard', WizardSchema, {}, signal) });
}

const WizardContext = createContext<WizardAnswer | undefined>(undefined);
export const WizardProvider = WizardContext;

/** The state of the set-up that this page shows. */
export function useWizard(): WizardAnswer {
  const wizard = use(WizardContext);
  if (wizard === undefined) throw new Error('useWizard needs a WizardProvider above it');
  return wizard;
}

/** Whether another browser has been quicker: nothing was overwritten, and what is stored is shown (409, ETag rule). */
export const isOvertaken = (error: unknown): boolean => error instanceof ApiError && error.code === 'wizard.changed';

type Change =
  | { kind: 'site'; site: WizardSite; revision: number }
  | { kind: 'step'; step: StepId; openUsers?: boolean }
  | { kind: 'complete' };

/** Changes the state of the set-up, based on the revision that was on the screen. */
export function useWizardChange() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) => {
      // What stands in the cache is what is on the screen; a form that was begun earlier names its own.
      const revision = queries.getQueryData<WizardAnswer>(KEY)?.revision ?? 0;
      switch (change.kind) {
        case 'site':
          return api.send('PUT', '/wizard/site', WizardSchema, { revision: change.revision, site: change.site });
        case 'step': {
          const { step, openUsers } = change;
          const body = { revision, ...(openUsers === undefined ? {} : { openUsers }) };
          return api.send('POST', `/wizard/steps/${step}`, WizardSchema, body);
        }
        case 'complete':
          return api.send('POST', '/wizard/complete', WizardSchema, { revision });
        default:
          return change satisfies never;
      }
    },
    onSuccess: (answer) => queries.setQueryData(KEY, answer),
    onError: (error) => {
      if (isOvertaken(error)) void queries.invalidateQueries({ queryKey: KEY });
    },
  });
}
