import type { ComponentType } from 'react';
import type { StepId } from '#contract/wizard/state.ts';
import type { IconName } from '#web/kit/icons.tsx';
import { onDemand } from '#web/kit/on-demand.tsx';
import { text } from '../texts/index.ts';

const onceShown = (load: () => Promise<{ default: ComponentType }>): ComponentType => onDemand(load).page;

/** The page of each step. */
export const STEP_PAGES: Readonly<Record<StepId, ComponentType>> = {
  gateway: onceShown(() => import('../steps/gateway/gateway-step.tsx')),
  pbx: onceShown(() => import('../steps/pbx/pbx-step.tsx')),
  connect: onceShown(() => import('../steps/connect/connect-step.tsx')),
  sync: onceShown(() => import('../steps/connect/sync-step.tsx')),
  deployment: onceShown(() => import('../steps/deployment-step.tsx')),
  advanced: onceShown(() => import('../steps/advanced-step.tsx')),
  overview: onceShown(() => import('../steps/overview-step.tsx')),
};

/** The pages of the gateway, in the order of the navigation. */
export const PAGES: readonly { path: string; label: string; icon: IconName; page: ComponentType }[] = [
  {
    path: '/gateway',
    label: text.daemon.title,
    icon: 'gateway',
    page: onceShown(() => import('../pages/this-gateway.tsx')),
  },
  {
    path: '/self-test',
    label: text.checks.title,
    icon: 'check',
    page: onceShown(() => import('../pages/self-test.tsx')),
  },
  { path: '/support', label: text.support.title, icon: 'event', page: onceShown(() => import('../pages/support.tsx')) },
];

/** Not in the navigation. */
export const LICENCES_PAGE = onceShown(() => import('../pages/licences.tsx'));
