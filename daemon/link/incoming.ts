import type { z } from 'zod';
import type { Log } from '#config/log.ts';
import { CommandCancel, CommandMessage } from '#contract/commands.ts';
import { Ack, Ask } from '#contract/envelope.ts';
import { Want } from '#contract/sections.ts';
import { type GatewayAddress, parseTopic } from '#contract/topics.ts';

/** What the cloud says. */
export type Incoming =
  | { channel: 'command'; message: CommandMessage | CommandCancel }
  | { channel: 'ack'; message: Ack }
  | { channel: 'ask'; message: Ask }
  | { channel: 'want'; message: Want };

/** Reads a message from the broker; undefined, and a line in the log, for anything that is not as agreed. */
export function readIncoming(
  topic: string,
  payload: Uint8Array,
  address: GatewayAddress,
  log: Log,
): Incoming | undefined {
  const parsed = parseTopic(topic);
  if (parsed === undefined) return malformed(log, topic, 'unknown topic');
  if (parsed.account !== address.account || parsed.gateway !== address.gateway) {
    log.warn({ code: 'link.wrong-account', topic }, 'a message for another gateway is ignored');
    return undefined;
  }
  const json = parseJson(payload);
  if (json === undefined) return malformed(log, topic, 'not JSON');
  const read = <S extends z.ZodType>(schema: S): z.output<S> | undefined => {
    const result = schema.safeParse(json);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    return malformed(log, topic, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  };
  switch (parsed.channel) {
    case 'command': {
      const message = read(isCancel(json) ? CommandCancel : CommandMessage);
      if (message === undefined) return undefined;
      if (message.id !== parsed.command) return malformed(log, topic, 'the id is not that of the topic');
      return { channel: 'command', message };
    }
    case 'ack': {
      const message = read(Ack);
      return message && { channel: 'ack', message };
    }
    case 'ask': {
      const message = read(Ask);
      return message && { channel: 'ask', message };
    }
    case 'want': {
      const message = read(Want);
      return message && { channel: 'want', message };
    }
    case 'conn':
    case 'event':
    case 'state':
    case 'users':
    case 'result':
      return malformed(log, topic, 'not a topic of the cloud');
    default:
      return parsed satisfies never;
  }
}

const isCancel = (json: unknown): boolean => typeof json === 'object' && json !== null && 'cancel' in json;

function malformed(log: Log, topic: string, detail: string): undefined {
  log.warn(
    { code: 'link.malformed', topic: topic.slice(0, 200), detail },
    'a message that is not as agreed is ignored',
  );
  return undefined;
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}
