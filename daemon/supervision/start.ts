import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { TrunkEnd, TrunksSection } from '#contract/trunk-health.ts';
import type { WantedTrunks } from '../trunks/wanted-trunks.ts';
import type { Supervision, SupervisionParts } from './supervision.ts';

/** The supervision as the rest of the daemon sees it. */
export interface TrunkWatch {
  /** Section `trunks`; undefined while this gateway never had a trunk. */
  document(): TrunksSection | undefined;
  /** Takes what a registration or a test call has shown. */
  note(trunk: string, end: TrunkEnd, fact: 'registered' | 'callProven', is: boolean): void;
  stop(): Promise<void>;
}

/** Begins with the first trunk: a gateway without one does not load the SIP stack. */
export function watchTrunks(
  parts: Omit<SupervisionParts, 'trunks'> & { trunks: Pick<WantedTrunks, 'list' | 'onChange'> },
): TrunkWatch {
  const { trunks, log } = parts;
  let running: Supervision | undefined;
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();
  const refresh = () => {
    turn = turn
      .then(async () => {
        if (stopped || (running === undefined && trunks.list().length === 0)) return;
        running ??= await (await import('./supervision.ts')).Supervision.open(parts);
        running.refresh();
      })
      .catch((error: unknown) => {
        log.error({ code: toDemarcError(error).code, err: error }, 'the trunks are not watched');
      });
  };
  trunks.onChange(refresh);
  refresh();
  return {
    document: () => running?.document(),
    note: (trunk, end, fact, is) => running?.note(trunk, end, fact, is),
    stop: async () => {
      stopped = true;
      await turn;
      await running?.stop();
    },
  };
}
