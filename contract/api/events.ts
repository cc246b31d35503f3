/** `GET /api/v1/events/choices`: what the filters of the event history can be set to (EVT-24 to EVT-27). */
import { z } from 'zod';

const Choices = z.array(z.object({ value: z.string(), label: z.string().optional(), count: z.int() }));

/**
 * For each field the values that events still have under all the other filters, with how many: what leads to nothing is
 * not offered. Values stand in the order of how many; at most 200 of a field.
 */
export const EventChoices = z.object({
  asset: Choices,
  action: Choices,
  type: Choices,
  /** The label is the newest name of the actor. */
  actorId: Choices,
  severity: Choices,
  result: Choices,
});
export type EventChoices = z.infer<typeof EventChoices>;
