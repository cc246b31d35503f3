import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayEvent } from '#contract/events.ts';
import type { CommandContext } from '../commands/handler.ts';
import { eventRecord } from '../outbox/event-record.ts';
import type { Outbox } from '../outbox/outbox.ts';

interface LastWords {
  name: string;
  message: string;
  context: Pick<CommandContext, 'id' | 'issuer' | 'signal'>;
  /** What is cut off by force. */
  forced: string | undefined;
}

/** Tells the cloud what is about to happen. */
export type Farewell = (words: LastWords) => Promise<void>;

/** How long what waits may take to leave: everything is on disk, so that nothing is lost by leaving later. */
const DRAIN_MS = 3000;
const LOOK_EVERY_MS = 50;

/** An event, and a moment for the outbox to be emptied. @throws DemarcError `store.full`, or the signal's reason */
export const farewellBy =
  (outbox: Outbox): Farewell =>
  async ({ name, message, context, forced }) => {
    const details: GatewayEvent['details'] = { command: context.id, issuer: context.issuer.name };
    if (forced !== undefined) details['cutOff'] = forced.slice(0, 1000);
    await outbox.append([eventRecord({ name, severity: 'info', message, details })]);
    for (let waited = 0; waited < DRAIN_MS && outbox.state().records > 0; waited += LOOK_EVERY_MS) {
      await sleep(LOOK_EVERY_MS, undefined, { signal: context.signal });
    }
  };
