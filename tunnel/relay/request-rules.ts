/** What of a browser's request goes to the system, and what is refused. */
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** The cookie that holds a session's key: host-only by its name (RFC 6265bis section 4.1.3.2). */
export const SESSION_COOKIE = '__Host-demarc-launch';

/** Both faces of a system: the one of the browser and its own. */
export interface Faces {
  /** `https://<label>.<domain>[:port]` */
  own: string;
  /** `https://<authority>` */
  upstream: string;
  authority: string;
}

/** Meant for one hop only (RFC 9110 section 7.6.1), in either direction. */
export const ONE_HOP = [
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
];

/** These, and what is ours or tells of us; `Connection` may name more. */
const NOT_PASSED = new Set([...ONE_HOP, 'expect', 'host', 'forwarded', 'via', 'proxy-authorization', 'http2-settings']);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const METHODS_REFUSED = new Set(['CONNECT', 'TRACE', 'TRACK']);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Incoming {
  method?: string | undefined;
  url?: string | undefined;
  rawHeaders: readonly string[];
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Every value of a header, as it came. */
function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
  }
  return values;
}

/**
 * Refuses what two HTTP parsers could understand differently (request smuggling, RFC 9112 section 11.2), and what a
 * browser does not send to an origin. Node's own parser has refused bad lengths and characters before.
 * @throws DemarcError `launch.bad-request`
 */
export function checkForm({ method = '', url = '', rawHeaders }: Incoming): void {
  const refuse = (what: string): never => {
    throw new DemarcError('launch.bad-request', what);
  };
  if (!TOKEN.test(method) || METHODS_REFUSED.has(method)) refuse('method');
  if (!url.startsWith('/') || /[\s\p{Cc}]/u.test(url)) refuse('target');
  for (const name of ['host', 'content-length', 'transfer-encoding', 'origin']) {
    if (valuesOf(rawHeaders, name).length > 1) refuse(`two ${name}`);
  }
  const [length] = valuesOf(rawHeaders, 'content-length');
  const [encoding] = valuesOf(rawHeaders, 'transfer-encoding');
  if (length !== undefined && encoding !== undefined) refuse('two lengths');
  if (length !== undefined && !/^\d{1,15}$/.test(length)) refuse('content-length');
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') refuse('transfer-encoding');
}

/**
 * Refuses requests that another site's page makes in this session (CSRF, cross-site WebSockets).
 * @throws DemarcError `launch.foreign-origin`
 */
export function checkOrigin({ method = '', headers }: Incoming, faces: Faces, upgrade: boolean): void {
  if (SAFE.has(method) && !upgrade) return;
  const site = headers['sec-fetch-site'];
  const origin = headers['origin'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new DemarcError('launch.foreign-origin');
  if (origin === undefined || origin === faces.own) return;
  // A page with "no-referrer" sends null even to its own origin; the browser's own word says which.
  if (origin === 'null' && site === 'same-origin') return;
  throw new DemarcError('launch.foreign-origin');
}

/** The session's key. @throws DemarcError `launch.bad-request` when there are two: one of them is somebody's trick */
export function sessionCookie({ rawHeaders }: Incoming): string | undefined {
  const found = cookies(rawHeaders).filter(([name]) => name === SESSION_COOKIE);
  if (found.length > 1) throw new DemarcError('launch.bad-request', 'two session cookies');
  return found[0]?.[1];
}

function cookies(rawHeaders: readonly string[]): [string, string][] {
  return valuesOf(rawHeaders, 'cookie')
    .flatMap((line) => line.split(';'))
    .map((pair) => {
      const [name = '', ...rest] = pair.trim().split('=');
      return [name, rest.join('=')] as [string, string];
    })
    .filter(([name]) => name !== '');
}

/** The headers for the system, flat as Node takes them. */
export function upstreamHeaders(request: Incoming, faces: Faces): string[] {
  const named = new Set(
    valuesOf(request.rawHeaders, 'connection').flatMap((line) =>
      line.split(',').map((word) => word.trim().toLowerCase()),
    ),
  );
  const out = ['Host', faces.authority];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [request.rawHeaders[i], request.rawHeaders[i + 1]];
    const lower = name.toLowerCase();
    if (NOT_PASSED.has(lower) || named.has(lower) || lower === 'cookie') continue;
    if (lower.startsWith('x-forwarded-') || lower.startsWith('demarc-') || lower === 'x-real-ip') continue;
    if (lower === 'origin') {
      if (value === faces.own) out.push(name, faces.upstream);
    } else if (lower === 'referer') {
      if (value === faces.own || value.startsWith(`${faces.own}/`))
        out.push(name, faces.upstream + value.slice(faces.own.length));
    } else out.push(name, value);
  }
  const kept = cookies(request.rawHeaders).filter(([name]) => name !== SESSION_COOKIE);
  if (kept.length > 0) out.push('Cookie', kept.map(([name, value]) => `${name}=${value}`).join('; '));
  if (request.headers['transfer-encoding'] !== undefined) out.push('Transfer-Encoding', 'chunked');
  return out;
}

/** Whether the request has a body. */
export const hasBody = ({ headers }: Incoming): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** The path for the record: a query may hold secrets. */
export const recordedPath = (url: string): string => (url.split('?', 1)[0] ?? '').slice(0, 500);
