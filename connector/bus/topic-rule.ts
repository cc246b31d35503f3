import { type GatewayAddress, type ParsedTopic, parseTopic, topics } from '#contract/topics.ts';

const UP: ReadonlySet<ParsedTopic['channel']> = new Set(['conn', 'state', 'event', 'users', 'result']);

/** The topic if this gateway may publish to it: one of its own account's and its own, upwards. */
export function ownUpTopic(address: GatewayAddress, topic: string): ParsedTopic | undefined {
  const parsed = parseTopic(topic);
  if (parsed?.account !== address.account || parsed.gateway !== address.gateway) return undefined;
  return UP.has(parsed.channel) ? parsed : undefined;
}

/** Whether this gateway may subscribe to it: to everything that is sent down to it, and to nothing else. */
export const ownSubscription = (address: GatewayAddress, filter: string): boolean => filter === topics.allDown(address);
