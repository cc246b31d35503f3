import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ApiTokens } from '../access/api-tokens.ts';
import { SESSION_MS, type Sessions } from '../access/sessions.ts';
import { needsJudgement, servesTokens } from './access.ts';

/** `__Host-`: Secure, no Domain, Path=/ (RFC 6265bis section 4.1.3.2). */
const COOKIE = '__Host-demarc';
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;

export const setSessionCookie = (reply: FastifyReply, id: string): FastifyReply =>
  reply.setCookie(COOKIE, id, { ...ATTRIBUTES, maxAge: SESSION_MS.absolute / 1000 });

export const clearSessionCookie = (reply: FastifyReply): FastifyReply => reply.clearCookie(COOKIE, ATTRIBUTES);

/** RFC 6750 section 2.1; anything else is no token of ours. */
const bearerOf = (header: string): string => /^Bearer ([\w-]{1,128})$/i.exec(header.trim())?.[1] ?? '';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a browser's page of ours sent this. The Host header is as good as the public address here: a foreign page
 * cannot choose it, and the certificate would not fit a foreign name that points to us.
 */
function fromOurs(request: FastifyRequest, publicOrigin: string): boolean {
  const { origin } = request.headers;
  if (origin === undefined || origin === publicOrigin) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.host;
}

/**
 * Default deny in front of every route: who is calling, whether the request comes from our console (CSRF), and that no
 * answer leaves a route with a permission before its handler has judged it.
 */
export function guard(
  app: FastifyInstance,
  options: { sessions: Sessions; tokens: Pick<ApiTokens, 'find'>; publicUrl: string },
): void {
  const publicOrigin = new URL(options.publicUrl).origin;
  app.decorateRequest('caller', null);
  app.decorateRequest('judged', false);

  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const { access, callers } = request.routeOptions.config;
    if (access === undefined) throw new DemarcError('api.forbidden');
    if (access === 'device') return;
    const { authorization } = request.headers;
    if (access !== 'public' && authorization !== undefined && request.cookies[COOKIE] === undefined) {
      // No browser sends this by itself, so that there is nothing to forge.
      const actor = await options.tokens.find(bearerOf(authorization), request.ip);
      if (actor === undefined) throw new DemarcError('api.not-signed-in');
      if (!servesTokens(access, callers)) throw new DemarcError('api.person-only');
      request.caller = { kind: 'token', actor, csrf: '', sessionHash: '', language: null };
      return;
    }
    const changes = !SAFE_METHODS.has(request.method);
    if (changes && !fromOurs(request, publicOrigin)) throw new DemarcError('api.csrf');
    if (access === 'public') return;
    const cookie = request.cookies[COOKIE];
    const session = cookie === undefined ? undefined : await options.sessions.find(cookie);
    if (session === undefined) throw new DemarcError('api.not-signed-in');
    if (changes && request.headers['x-csrf-token'] !== session.csrf) throw new DemarcError('api.csrf');
    const { actor, csrf, hash: sessionHash, language } = session;
    request.caller = { kind: 'person', actor, csrf, sessionHash, language };
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const { access } = request.routeOptions.config;
    if (access !== undefined && needsJudgement(access) && !request.judged && reply.statusCode < 400) {
      throw new Error(`${request.method} ${request.routeOptions.url} answered without judging a right`);
    }
    return payload;
  });
}
