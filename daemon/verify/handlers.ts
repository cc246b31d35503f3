import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { VerifyEnd, VerifyStep } from '#contract/trunk-verify.ts';
import type { SipTap } from '#sip-trunks/trace/tap.ts';
import type { CommandContext, CommandHandlers } from '../commands/handler.ts';
import type { WantedTrunks } from '../trunks/wanted-trunks.ts';
import type { TrunkAccesses } from './trunk-access.ts';

interface VerifyParts {
  trunks: Pick<WantedTrunks, 'get'>;
  accesses: TrunkAccesses;
  /** ISO 3166-1 alpha-2 of the site. */
  country: () => string | undefined;
  tap: SipTap;
  clock: Clock;
  random: Random;
}

/** `trunk.verify` and `trunk.test-call`: each step is told as it begins and as it ends. */
export function verifyHandlers(parts: VerifyParts) {
  return {
    'trunk.verify': ({ trunk }, context) => run(parts, trunk, undefined, context),
    'trunk.test-call': ({ trunk, through }, context) => run(parts, trunk, through, context),
  } satisfies CommandHandlers;
}

async function run(
  { trunks, accesses, country, tap, clock, random }: VerifyParts,
  id: string,
  callThrough: VerifyEnd | undefined,
  { signal, progress }: CommandContext,
): Promise<{ steps: VerifyStep[]; proven: boolean }> {
  const wanted = trunks.get(id);
  if (!wanted) throw new DemarcError('trunk.unknown', id);
  // Loaded when somebody asks: an idle gateway has no use for them.
  const [{ testCall, verifyTrunk }, { systemDns }, { systemTimers }] = await Promise.all([
    import('#sip-trunks/verify/verify.ts'),
    import('#sip-trunks/resolve/dns.ts'),
    import('#sip-trunks/client/timers.ts'),
  ]);
  const options = {
    trunk: wanted.settings,
    access: await accesses.open(id),
    country: country(),
    dns: (within: AbortSignal) => systemDns({ signal: within }),
    newToken: () => randomBytes(12).toString('hex'),
    timers: systemTimers,
    tap: { isOpen: true, saw: (message: Parameters<SipTap['saw']>[0]) => tap.saw({ ...message, trunk: id }) },
    clock,
    random,
    signal,
  };
  const steps = new Map<string, VerifyStep>();
  const proof = callThrough === undefined ? verifyTrunk(options) : testCall(options, callThrough);
  for await (const step of proof) {
    steps.set(step.id, step);
    progress(`${step.end === 'pbx' ? 'PBX' : 'Far end'}: ${step.kind}`, undefined, { steps: [...steps.values()] });
  }
  const done = [...steps.values()];
  return { steps: done, proven: done.every(({ status }) => status !== 'error') };
}
