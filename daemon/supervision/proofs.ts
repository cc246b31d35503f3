/** What verifications and test calls have shown of a trunk, taken over by those who watch it. */
import type { CommandOutput } from '#contract/commands.ts';
import type { CommandHandler } from '../commands/handler.ts';
import type { TrunkWatch } from './start.ts';

type Proof = 'trunk.verify' | 'trunk.test-call';
type Proofs = { [N in Proof]: CommandHandler<N> };

const FACTS = { register: 'registered', call: 'callProven' } as const;

/** The same handlers; each tells what its steps of registering and calling have come to. */
export function withProofs(handlers: Proofs, watch: Pick<TrunkWatch, 'note'>): Proofs {
  const take = (trunk: string, { steps }: CommandOutput<Proof>) => {
    for (const { end, kind, status } of steps) {
      if ((kind !== 'register' && kind !== 'call') || (status !== 'ok' && status !== 'error')) continue;
      watch.note(trunk, end, FACTS[kind], status === 'ok');
    }
  };
  return {
    'trunk.verify': async (args, context) => {
      const report = await handlers['trunk.verify'](args, context);
      take(args.trunk, report);
      return report;
    },
    'trunk.test-call': async (args, context) => {
      const report = await handlers['trunk.test-call'](args, context);
      take(args.trunk, report);
      return report;
    },
  };
}
