/** What tells a browser's request from others, and whether it may be answered. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Session, WizardAccess } from './access.ts';

/** Host-only, for the whole host, and never without TLS (RFC 6265bis, section 4.1.3.2). */
const COOKIE = '__Host-demarc-gateway';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

export const sessionCookie = (token: string, seconds: number): string =>
  `${COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${Math.floor(seconds)}`;
export const noCookie = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

/** The token in the cookie, if there is one. */
function tokenOf(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').slice(0, 8192).split(/; ?/);
  const own = pairs.find((pair) => pair.startsWith(`${COOKIE}=`));
  const token = own?.slice(COOKIE.length + 1);
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}

interface BrowserOptions {
  access: WizardAccess;
  /** Names that this gateway goes by, in small letters; asked at each request, for they change. */
  names: () => readonly string[];
}

/** The gate for browsers, beside the token of the command line. */
export class BrowserGate {
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  /**
   * A page on the internet can point its own name here (DNS rebinding) and would then be of one origin with us; an
   * address cannot be pointed anywhere, so every address is taken, also that of a router which forwards the port.
   * @throws DemarcError `wizard.foreign-host`
   */
  checkHost(request: IncomingMessage): void {
    const host = hostOf(request.headers.host ?? '');
    if (host !== undefined && (isIP(host) !== 0 || this.#options.names().includes(host))) return;
    throw new DemarcError('wizard.foreign-host', (host ?? '').slice(0, 100));
  }

  /**
   * A change by another site's page is refused whatever cookie it brings. @throws DemarcError `wizard.foreign-origin`
   */
  checkOrigin(request: IncomingMessage): void {
    if (request.method === 'GET' || request.method === 'HEAD') return;
    const { origin, host, cookie } = request.headers;
    if (origin === undefined ? cookie === undefined : origin === `https://${host}`) return;
    throw new DemarcError('wizard.foreign-origin', origin?.slice(0, 100));
  }

  /** Whether this is a browser's request rather than a program's. */
  isBrowser({ headers }: IncomingMessage): boolean {
    return (headers.cookie ?? headers.origin ?? headers['sec-fetch-mode']) !== undefined;
  }

  session(request: IncomingMessage): Session | undefined {
    const token = tokenOf(request);
    return token === undefined ? undefined : this.#options.access.session(token);
  }

  /** @throws DemarcError `wizard.signed-out` */
  requireSession(request: IncomingMessage): Session {
    const session = this.session(request);
    if (session === undefined) throw new DemarcError('wizard.signed-out');
    return session;
  }
}

/** Host name or address of a Host header, in small letters, without brackets, port and the dot of the root. */
function hostOf(header: string): string | undefined {
  const found = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(header);
  return (found?.[1] ?? found?.[2])?.toLowerCase().replace(/\.$/, '');
}
