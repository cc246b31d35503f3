import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { StepId } from '#contract/wizard/state.ts';
import type { IconName } from '#web/kit/icons.tsx';
import { text } from '../texts/index.ts';

type Page = LazyExoticComponent<ComponentType>;

/** The page of each step. */
export const STEP_PAGES: Readonly<Record<StepId, Page>> = {
  gateway: lazy(() => import('../steps/gateway/gateway-step.tsx')),
  pbx: lazy(() => import('../steps/pbx/pbx-step.tsx')),
  connect: lazy(() => import('../steps/connect/connect-step.tsx')),
  sync: lazy(() => import('../steps/connect/sync-step.tsx')),
  deployment: lazy(() => import('../steps/deployment-step.tsx')),
  advanced: lazy(() => import('../steps/advanced-step.tsx')),
  overview: lazy(() => import('../steps/overview-step.tsx')),
};

/** The pages of the gateway, in the order of the navigation. */
export const PAGES: readonly { path: string; label: string; icon: IconName; page: Page }[] = [
  {
    path: '/gateway',
    label: text.daemon.title,
    icon: 'gateway',
    page: lazy(() => import('../pages/this-gateway.tsx')),
  },
  { path: '/self-test', label: text.checks.title, icon: 'check', page: lazy(() => import('../pages/self-test.tsx')) },
  { path: '/support', label: text.support.title, icon: 'event', page: lazy(() => import('../pages/support.tsx')) },
];

/** Not in the navigation. */
export const LICENCES_PAGE: Page = lazy(() => import('../pages/licences.tsx'));
