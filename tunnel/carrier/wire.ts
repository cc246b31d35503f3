/** The fields of a stream: who opens what, and how it ends. */
import { z } from 'zod';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Names of the fields beside HTTP/2's own. */
export const FIELD = {
  session: 'demarc-session',
  error: 'demarc-error',
  detail: 'demarc-detail',
  /** In the trailers: the stream ends because the connection behind it was broken off. */
  end: 'demarc-end',
} as const;

export const BROKEN_OFF = 'broken-off';

/** A service of the gateway's own table, by its id: never a host or a port. */
export const ServiceId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);

/** Opened in place of a service: the relay's session is over. The answer is a refusal that says so. */
export const END_SERVICE = 'demarc.end';

/** A session's id as the relay gave it. */
export const SessionId = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);

/** What the relay asks for when it opens a stream. */
export const StreamRequest = z.object({
  ':method': z.literal('CONNECT'),
  ':authority': ServiceId,
  [FIELD.session]: SessionId,
});

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);

/** The fields of a refusal. */
export const refusalFields = (error: DemarcError) => ({
  ':status': error.status,
  [FIELD.error]: error.code,
  ...(error.detail === undefined ? {} : { [FIELD.detail]: printable(error.detail) }),
});

/** The error behind an answer; an unknown code of a newer gateway is told as what it is. */
export function refusalOf(fields: Readonly<Record<string, unknown>>): DemarcError {
  const code = fields[FIELD.error];
  const detail = fields[FIELD.detail];
  const text = typeof detail === 'string' ? printable(detail) : undefined;
  if (typeof code === 'string' && Object.hasOwn(catalogue, code)) return new DemarcError(code as ErrorCode, text);
  return new DemarcError('tunnel.protocol', `answer ${String(fields[':status'])}`);
}
