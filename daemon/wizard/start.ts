/** The set-up of this gateway put together: how far it is, and who may go on with it. */

import { type Clock, instant } from '#config/clock.ts';
import type { ConfigFile } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import type { OnboardingStatus, Variant } from '#contract/wizard/state.ts';
import type { GatewayIdentity } from '../identity/gateway-identity.ts';
import type { Site } from '../site.ts';
import { WizardAccess } from './access.ts';
import { onboardingStatus, type WizardFacts, WizardState } from './state.ts';

interface SetupParts {
  /** The state folder. */
  folder: string;
  config: ConfigFile;
  identity: Pick<GatewayIdentity, 'current'>;
  site: Pick<Site, 'registry' | 'engine'>;
  clock: Clock;
  log: Log;
}

/** The set-up and its access. */
export interface Setup {
  state: WizardState;
  access: WizardAccess;
  facts: () => WizardFacts;
  /** For the cloud, which shows it beside the gateway. */
  onboarding: () => { variant: Variant; status: OnboardingStatus };
}

/** Opens what is kept of the set-up, and makes the set-up secret. @throws DemarcError `config.unwritable`, `config.unreadable` */
export async function openSetup({ folder, config, identity, site, clock, log }: SetupParts): Promise<Setup> {
  const state = await WizardState.open({ folder, clock, log });
  const access = await WizardAccess.open({ folder, clock, log, isComplete: () => state.isComplete }, (secret) => {
    // For the gateway's console. Past the log, whose file may leave the site in a bundle.
    const line = { level: 30, time: instant(clock), unit: 'daemon', msg: `set-up secret of this gateway: ${secret}` };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  });
  const facts = (): WizardFacts => {
    const pbxs = site.registry.list();
    return {
      variant: config.current.variant ?? 'standalone',
      claimed: identity.current() !== undefined,
      pbxs: pbxs.length,
      synced: pbxs.some(({ id }) => site.engine.status(id).lastSuccessAt !== null),
    };
  };
  const onboarding = () => ({ variant: facts().variant, status: onboardingStatus(state.document, facts()) });
  return { state, access, facts, onboarding };
}
