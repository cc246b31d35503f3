import { describe } from '#config/document.ts';
import { Conn, Envelope, MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ParsedTopic } from '#contract/topics.ts';
import type { DeviceMessage } from '../bus/device-bus.ts';

/** Payloads up to this size are looked into for their sequence number even when they are too large to be taken. */
const MAX_LOOK_BYTES = 4 * MAX_MESSAGE_BYTES;

/** A payload as it was understood; a problem still names its sequence number where that can be read. */
export type ReadMessage =
  | { is: 'conn'; conn: Conn }
  | { is: 'record'; envelope: Envelope }
  | { is: 'bad'; error: DemarcError; seq?: number };

/** Reads a payload against its topic. Never throws, whatever the bytes are. */
export function readMessage({ topic, payload }: DeviceMessage): ReadMessage {
  const tooLarge = payload.byteLength > MAX_MESSAGE_BYTES;
  const document = payload.byteLength > MAX_LOOK_BYTES ? undefined : parseJson(payload);
  if (tooLarge) return bad('link.message-too-large', `${payload.byteLength} bytes`, document);
  if (document === undefined) return bad('link.malformed', 'not JSON in UTF-8', document);
  if (namesAnother(topic, document)) return bad('link.wrong-account', 'the message names another sender', document);
  if (topic.channel === 'conn') {
    const conn = Conn.safeParse(document);
    if (conn.success) return { is: 'conn', conn: conn.data };
    return bad('link.malformed', describe(conn.error), undefined);
  }
  const envelope = Envelope.safeParse(document);
  if (envelope.success) return { is: 'record', envelope: envelope.data };
  return bad('link.malformed', describe(envelope.error), document);
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    // Whatever it was, it is not one of our messages; the caller says so and keeps the bytes.
    return undefined;
  }
}

/** A gateway that writes its own address into a message must write the one of its certificate. */
function namesAnother(topic: ParsedTopic, document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  const differs = (key: 'account' | 'gateway') =>
    key in document && (document as Record<string, unknown>)[key] !== topic[key];
  return differs('account') || differs('gateway');
}

function bad(
  code: 'link.malformed' | 'link.message-too-large' | 'link.wrong-account',
  detail: string,
  document: unknown,
): ReadMessage {
  const error = new DemarcError(code, detail.slice(0, 500));
  const seq = Envelope.shape.seq.safeParse((document as { seq?: unknown } | null | undefined)?.seq);
  return seq.success ? { is: 'bad', error, seq: seq.data } : { is: 'bad', error };
}
