import type { z } from 'zod';
import { describe } from '#config/document.ts';
import { CommandResult } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { DroppedRecords, GatewayEvent } from '#contract/events.ts';
import { SectionMessage } from '#contract/sections.ts';
import type { ParsedTopic } from '#contract/topics.ts';
import { UsersChunk, UsersHeader, UsersTrailer } from '#contract/users.ts';
import { gatewayActor, type RecordDelivery } from './delivery.ts';
import { takeDropped, takeEvent } from './events.ts';
import { takeSection, takeUnchanged } from './sections.ts';
import { takeChunk, takeHeader, takeTrailer } from './users.ts';

type Handler = (delivery: RecordDelivery, data: unknown) => Promise<void>;

/** A handler behind the schema of its data. */
const takes =
  <S extends z.ZodType>(schema: S, handle: (delivery: RecordDelivery, data: z.output<S>) => Promise<void>): Handler =>
  async (delivery, data) => {
    const parsed = schema.safeParse(data);
    if (!parsed.success) throw new DemarcError('link.malformed', describe(parsed.error).slice(0, 500));
    await handle(delivery, parsed.data);
  };

async function takeResult(delivery: RecordDelivery, result: CommandResult): Promise<void> {
  const { topic, work, sender, parts } = delivery;
  if (topic.channel !== 'result' || topic.command !== result.command) {
    throw new DemarcError('link.malformed', 'the command is not the one of the topic');
  }
  await parts.commands.applyResult(work, sender.address, gatewayActor(sender), result);
}

/** Every record that a gateway may send: the topic's channel and the envelope's kind. */
const handlers: ReadonlyMap<string, Handler> = new Map([
  ['event event', takes(GatewayEvent, takeEvent)],
  ['event dropped', takes(DroppedRecords, takeDropped)],
  ['state section', takes(SectionMessage, takeSection)],
  ['state section.unchanged', takes(SectionMessage, takeUnchanged)],
  ['users users.header', takes(UsersHeader, takeHeader)],
  ['users users.chunk', takes(UsersChunk, takeChunk)],
  ['users users.trailer', takes(UsersTrailer, takeTrailer)],
  ['result result', takes(CommandResult, takeResult)],
]);

/** The kind of a record under which it is counted; one that is unknown is not a word of its sender's choice. */
export function countedKind({ channel }: ParsedTopic, kind: string): string {
  return handlers.has(`${channel} ${kind}`) ? kind : 'unknown';
}

/** Handles one record. @throws DemarcError `link.unknown-kind`, `link.malformed`, `link.wrong-account` */
export async function handleRecord(delivery: RecordDelivery): Promise<void> {
  const { topic, envelope } = delivery;
  const handle = handlers.get(`${topic.channel} ${envelope.kind}`);
  if (handle === undefined) throw new DemarcError('link.unknown-kind', `${envelope.kind} on ${topic.channel}`);
  await handle(delivery, envelope.data);
}
