import type { TrunkPlan } from '#contract/trunks.ts';
import type { PbxType } from '#contract/words.ts';
import type { PlanInput } from './build.ts';
import { mivoice5000Steps, mivoice5000Warnings } from './mivoice-5000.ts';
import { mivoiceBusinessSteps, mivoiceBusinessWarnings } from './mivoice-business.ts';
import { office400Steps, office400Warnings } from './mivoice-office-400.ts';
import { mxOneSteps, mxOneWarnings } from './mx-one.ts';

/** `plusQuirk`: the text of the release's number quirk, where it has one (sip-trunks/trunk/quirks.ts). */
export type PlanRequest = PlanInput & { type: PbxType; plusQuirk?: string | undefined };

/**
 * Everything that has to be set for a trunk, in order, with its reason: on the PBX, and on the border gateway where there
 * is one. A pure function of the settings; nothing is asked of any machine.
 * @throws DemarcError `trunk.unsafe-value` for a value that cannot stand in a command
 */
export function planTrunk(request: PlanRequest): TrunkPlan {
  const { type } = request;
  const base = { pbxType: type };
  switch (type) {
    case 'mivoice-business':
      return {
        ...base,
        appliedBy: 'hand',
        steps: mivoiceBusinessSteps(request),
        warnings: mivoiceBusinessWarnings(request),
      };
    case 'mivoice-5000':
      return { ...base, appliedBy: 'hand', steps: mivoice5000Steps(request), warnings: mivoice5000Warnings(request) };
    case 'mivoice-office-400':
      return { ...base, appliedBy: 'hand', steps: office400Steps(request), warnings: office400Warnings(request) };
    case 'mx-one':
      return {
        ...base,
        appliedBy: 'demarc',
        steps: mxOneSteps(request),
        warnings: mxOneWarnings(request, request.plusQuirk),
      };
    default:
      return type satisfies never;
  }
}
