import type { Integration } from '#contract/api/integrations.ts';
import type { GatewaySection, PbxLink } from '#contract/sections.ts';
import type { Reason } from '#contract/users.ts';
import { OnboardingStatus } from '#contract/wizard/state.ts';
import type { Presence } from '#contract/words.ts';

/** What stands in a row of the panel about how it is. */
export type Standing = Pick<Integration, 'state' | 'status' | 'problem' | 'complete'>;

/** What is known of a gateway when its row is made. */
export interface GatewayFacts {
  presence: Presence;
  presenceReason: string | null;
  onboarding: GatewaySection['onboarding'];
  links: readonly Pick<PbxLink, 'lastSuccessAt'>[];
}

/** A PBX is read without the wizard, too: then what was reached counts more than which page was left open. */
function onboardingOf({ onboarding, links }: GatewayFacts): OnboardingStatus {
  const told = OnboardingStatus.safeParse(onboarding?.status);
  const works = links.some(({ lastSuccessAt }) => lastSuccessAt !== null);
  if (told.success && !(works && told.data === 'Configure gateway')) return told.data;
  if (links.length === 0) return onboarding?.variant === 'embedded' ? 'Sync PBX' : 'Add PBX';
  return works ? 'Onboarding Complete' : 'Connect the PBX';
}

/** The words of ONB-7 to ONB-13 for a gateway that the account has. */
export function gatewayStanding(facts: GatewayFacts): Standing {
  if (facts.presence === 'Never connected') {
    return { state: 'Incomplete', status: 'Configure gateway', problem: null, complete: false };
  }
  const status = onboardingOf(facts);
  const complete = status === 'Onboarding Complete';
  const problem = awayOf(facts);
  if (problem !== null) return { state: 'Error', status, problem, complete };
  return { state: complete ? 'Connected' : 'Incomplete', status, problem, complete };
}

function awayOf({ presence, presenceReason }: GatewayFacts): Reason | null {
  if (presence === 'Offline') {
    return {
      code: 'gateway.offline',
      message: `The gateway is not connected${presenceReason === null ? '' : ` (${presenceReason})`}`,
      nextStep: 'Check its power and its way to the Internet; it connects again by itself.',
    };
  }
  if (presence !== 'Stale') return null;
  return {
    code: 'gateway.stale',
    message: 'The gateway is connected, but tells nothing any more',
    nextStep: 'Open its page and restart it.',
  };
}

/** How a PBX of a gateway stands: connected when a sync went through, in error when the last one did not. */
export function pbxStanding(link: Pick<PbxLink, 'lastSync' | 'lastSuccessAt'>): Standing {
  const { lastSync, lastSuccessAt } = link;
  if (lastSuccessAt === null && lastSync === null) {
    return { state: 'Incomplete', status: 'Connect the PBX', problem: null, complete: false };
  }
  const complete = lastSuccessAt !== null;
  const problem = lastSync?.reason ?? null;
  if (lastSync?.outcome === 'Failed' || lastSync?.outcome === 'Held') {
    return { state: 'Error', status: 'Error', problem, complete };
  }
  return { state: 'Connected', status: 'Connected', problem: null, complete };
}
