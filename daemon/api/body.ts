import type { IncomingMessage } from 'node:http';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const MAX_JSON_BYTES = 1024 * 1024;

/** The chunks of a body, counted. @throws DemarcError `daemon.too-large` as soon as it is */
export async function* limited(request: IncomingMessage, maxBytes: number): AsyncIterable<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new DemarcError('daemon.too-large');
  let total = 0;
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    total += bytes.length;
    if (total > maxBytes) throw new DemarcError('daemon.too-large');
    yield bytes;
  }
}

/** The body as JSON; undefined when there is none. @throws DemarcError `daemon.too-large`, `api.invalid` */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of limited(request, MAX_JSON_BYTES)) chunks.push(chunk);
  if (chunks.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new DemarcError('api.invalid', 'the body is not JSON', { cause: error });
  }
}
