import { z } from 'zod';
import type { ConfigFile } from '#config/daemon-settings.ts';
import { DemarcError, type ErrorText } from '#contract/errors/demarc-error.ts';
import type { Want } from '#contract/sections.ts';
import { SiteChange, StepDone, StepId, WizardAnswer, WizardComplete } from '#contract/wizard/state.ts';
import { type Route, route } from '../api/route.ts';
import type { WizardAccess } from './access.ts';
import { missing, onboardingStatus, stepsOf, type WizardFacts, type WizardState } from './state.ts';

export interface WizardRouteParts {
  state: WizardState;
  access: WizardAccess;
  config: ConfigFile;
  facts: () => WizardFacts;
  account: () => WizardAnswer['account'];
  /** The address of the account, which stands in the form until the site was entered. */
  business: () => Want['settings']['business'];
  problem: () => ErrorText | undefined;
  updateAvailable: () => string | null;
  /** The cloud shows the name of the site. */
  onSite: () => void;
}

/** The answer to `GET /api/wizard`. */
export function wizardAnswer(parts: WizardRouteParts): WizardAnswer {
  const { state, access, config } = parts;
  const { document } = state;
  const facts = parts.facts();
  const { name, country, timeZone } = config.current.site;
  const { address = '', city = '', province = '', postalCode = '' } = document.site ?? parts.business() ?? {};
  return {
    revision: document.revision,
    variant: facts.variant,
    status: onboardingStatus(document, facts),
    problem: parts.problem() ?? null,
    updateAvailable: parts.updateAvailable(),
    completedAt: document.completedAt,
    steps: stepsOf(document, facts),
    site: {
      saved: document.site !== undefined,
      name: document.site?.name ?? name,
      country: country ?? document.site?.country ?? '',
      address,
      city,
      province,
      postalCode,
      timeZone,
    },
    account: parts.account(),
    openUsers: document.openUsers,
    hasPassword: access.hasPassword,
  };
}

/** The set-up, step by step (ONB-14 to ONB-19, ONB-36 to ONB-38). */
export function wizardRoutes(parts: WizardRouteParts): Route[] {
  const { state, access, config } = parts;
  return [
    route({ method: 'GET', path: '/api/wizard', handle: async () => wizardAnswer(parts) }),
    route({
      method: 'PUT',
      path: '/api/wizard/site',
      body: SiteChange,
      handle: async ({ body: { revision, site } }) => {
        const { timeZone, ...kept } = site;
        // The configuration first: what it refuses must not look saved. A kill in between leaves the step open.
        await state.change(
          revision,
          () => ({ site: kept }),
          async () => {
            await config.update((before) => ({
              ...before,
              site: { ...before.site, name: site.name, country: site.country, ...(timeZone ? { timeZone } : {}) },
            }));
          },
        );
        parts.onSite();
        return wizardAnswer(parts);
      },
    }),
    route({
      method: 'POST',
      path: '/api/wizard/steps/:step',
      params: z.object({ step: StepId }),
      body: StepDone,
      handle: async ({ params: { step }, body: { revision, openUsers } }) => {
        await state.change(revision, (before) => ({
          done: before.done.includes(step) ? before.done : [...before.done, step],
          openUsers: openUsers ?? before.openUsers,
        }));
        return wizardAnswer(parts);
      },
    }),
    route({
      method: 'POST',
      path: '/api/wizard/complete',
      body: WizardComplete,
      handle: async ({ body: { revision } }) => {
        const open = missing(state.document, parts.facts());
        if (open.length > 0 && !state.isComplete) throw new DemarcError('wizard.incomplete', open.join(', '));
        await state.complete(revision);
        await access.endSetup();
        return wizardAnswer(parts);
      },
    }),
  ];
}
