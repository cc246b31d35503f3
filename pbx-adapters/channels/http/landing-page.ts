import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from '#pbx-adapters/channels/tcp/errors.ts';

/** Bytes of the page that are looked at; the title stands near the start. */
const MAX_BODY = 64 * 1024;
const MAX_HEADERS = 16 * 1024;
const MAX_TEXT = 256;

export interface LandingPage {
  status: number;
  server?: string;
  /** Where a redirect points; it is not followed. */
  location?: string;
  title?: string;
  certificate?: {
    subject: string;
    issuer: string;
    /** SHA-256, as browsers show it. */
    fingerprint: string;
    validTo: string;
  };
}

export interface WebPlace {
  host: string;
  port: number;
  tls: boolean;
  /** For everything together, in milliseconds. */
  limitMs: number;
}

/**
 * One `GET /`, to see what answers there. The certificate is shown, not trusted: nothing that is secret is sent.
 * @throws DemarcError `pbx.…`, `http.protocol`
 */
export async function readLandingPage(place: WebPlace, signal: AbortSignal): Promise<LandingPage> {
  const { host, port, tls, limitMs } = place;
  const where = `${host}:${port}`;
  const limit = AbortSignal.timeout(limitMs);
  const either = AbortSignal.any([signal, limit]);
  try {
    const answer = await ask(place, either);
    const socket = answer.socket;
    const certificate = tls && socket instanceof TLSSocket ? certificateOf(socket) : undefined;
    const title = titleOf(await start(answer));
    return {
      status: answer.statusCode ?? 0,
      ...optional('server', String(answer.headers.server ?? '')),
      ...optional('location', answer.headers.location),
      ...optional('title', title),
      ...(certificate === undefined ? {} : { certificate }),
    };
  } catch (error) {
    if (signal.aborted) throw new DemarcError('pbx.canceled', where, { cause: error });
    if (limit.aborted) throw new DemarcError('pbx.timeout', `GET / from ${where}: ${limitMs} ms`, { cause: error });
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('HPE_')) throw new DemarcError('http.protocol', `${where}: ${code}`, { cause: error });
    throw networkError(error, where, tls && /SSL|TLS|EPROTO/.test(code) ? 'pbx.tls-failed' : 'pbx.unreachable');
  }
}

function ask({ host, port, tls }: WebPlace, signal: AbortSignal): Promise<IncomingMessage> {
  const options = { host, port, path: '/', agent: false, signal, maxHeaderSize: MAX_HEADERS };
  return new Promise((resolve, reject) => {
    const request = tls ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    request.once('response', resolve);
    request.on('error', reject);
    request.end();
  });
}

/** The first bytes of the body; the rest is not read, also when it never ends. */
async function start(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer) {
    const bytes = part as Buffer;
    parts.push(bytes);
    size += bytes.length;
    if (size >= MAX_BODY) break;
  }
  return Buffer.concat(parts).subarray(0, MAX_BODY).toString('utf8');
}

function certificateOf(socket: TLSSocket): LandingPage['certificate'] {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  return {
    subject: oneLine(certificate.subject ?? ''),
    issuer: oneLine(certificate.issuer ?? ''),
    fingerprint: certificate.fingerprint256,
    validTo: certificate.validTo,
  };
}

/** The title of a page, whatever else is in it. */
export function titleOf(page: string): string | undefined {
  const open = /<title[^<>]{0,200}>/i.exec(page);
  if (!open) return undefined;
  const rest = page.slice(open.index + open[0].length, open.index + open[0].length + 4 * MAX_TEXT);
  return rest.split(/<\/title/i)[0] ?? '';
}

const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
    .toWellFormed();

const optional = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> => {
  const text = oneLine(value ?? '');
  return text === '' ? {} : ({ [key]: text } as Partial<Record<K, string>>);
};
