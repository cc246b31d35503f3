/** What of a system's answer goes to the browser, so that its links and cookies stay on the session's own origin. */
import { type Faces, ONE_HOP, SESSION_COOKIE } from './request-rules.ts';

const NOT_PASSED = new Set([
  ...ONE_HOP,
  // These would outlive the session, or bind the relay's own names.
  'strict-transport-security',
  'alt-svc',
  'public-key-pins',
  'public-key-pins-report-only',
  'expect-ct',
  'nel',
  'report-to',
]);

/** Where a link of the system leads to: itself in one of its clothes, or somewhere else. */
function mapped(link: string, faces: Faces): string {
  const text = link.trim();
  if (!/^(https?:)?\/\//i.test(text)) return text;
  if (!URL.canParse(text, faces.upstream)) return text;
  const target = new URL(text, faces.upstream);
  const upstream = new URL(faces.upstream);
  if (target.hostname !== upstream.hostname) return text;
  // The system's other ports are other systems. One that serves HTTPS may still name itself with plain HTTP.
  const same = target.origin === upstream.origin;
  const plain =
    target.protocol === 'http:' && target.port === '' && upstream.protocol === 'https:' && upstream.port === '';
  return same || plain ? `${target.pathname}${target.search}${target.hash}` : text;
}

/** A cookie of the system as a cookie of the session's host alone; undefined when it would be ours. */
export function ownCookie(line: string): string | undefined {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const name = (pair.split('=', 1)[0] ?? '').trim();
  if (name.toLowerCase() === SESSION_COOKIE.toLowerCase()) return undefined;
  const kept = attributes.filter((attribute) => !/^(domain|secure|samesite)\b/i.test(attribute));
  const strict = attributes.some((attribute) => /^samesite\s*=\s*strict$/i.test(attribute));
  return [pair, ...kept, 'Secure', strict ? 'SameSite=Strict' : 'SameSite=Lax'].join('; ');
}

/** The headers for the browser, flat as Node takes them. */
export function browserHeaders(rawHeaders: readonly string[], faces: Faces): string[] {
  const out: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]];
    const lower = name.toLowerCase();
    if (NOT_PASSED.has(lower) || lower.startsWith('demarc-')) continue;
    const passed = header(lower, value, faces);
    if (passed !== undefined) out.push(name, passed);
  }
  out.push('X-Robots-Tag', 'noindex');
  return out;
}

function header(name: string, value: string, faces: Faces): string | undefined {
  switch (name) {
    case 'location':
    case 'content-location':
      return mapped(value, faces);
    case 'refresh':
      return value.replace(
        /^(\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?['"]?)([^'"]*)/i,
        (_all, before: string, url: string) => before + mapped(url, faces),
      );
    case 'set-cookie':
      return ownCookie(value);
    case 'access-control-allow-origin':
      return value === faces.upstream ? faces.own : value;
    case 'content-security-policy':
    case 'content-security-policy-report-only':
      return value
        .replaceAll(faces.upstream, faces.own)
        .replaceAll(faces.upstream.replace(/^http/, 'ws'), faces.own.replace(/^http/, 'ws'));
    case 'clear-site-data':
      // It would take the session's key with it.
      return /"(cookies|\*)"/.test(value) ? undefined : value;
    default:
      return value;
  }
}
