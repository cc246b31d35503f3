import type { IncomingMessage } from 'node:http';
import { PasswordChange, type SessionAnswer, SignIn } from '#contract/wizard/session.ts';
import { Reply, type Route, route } from '../api/route.ts';
import type { Session, WizardAccess } from './access.ts';
import { type BrowserGate, noCookie, sessionCookie } from './browser.ts';

interface SessionParts {
  access: WizardAccess;
  gate: BrowserGate;
  isComplete: () => boolean;
  now: () => number;
}

/** Sign-in, sign-out and the local password. */
export function sessionRoutes({ access, gate, isComplete, now }: SessionParts): Route[] {
  const answer = (request: IncomingMessage, session: Session | undefined): SessionAnswer => ({
    signedIn: session !== undefined,
    ways: access.ways(),
    expiresAt: session?.expiresAt ?? null,
    waitSeconds: access.waitSeconds(addressOf(request)),
    complete: isComplete(),
  });
  return [
    route({
      method: 'GET',
      path: '/api/session',
      open: true,
      handle: async ({ request }) => answer(request, gate.session(request)),
    }),
    route({
      method: 'POST',
      path: '/api/session',
      open: true,
      body: SignIn,
      handle: async ({ body, request }) => {
        const { token, session } = await access.signIn(body, addressOf(request));
        const seconds = (Date.parse(session.expiresAt) - now()) / 1000;
        return new Reply(200, answer(request, session), { headers: { 'set-cookie': sessionCookie(token, seconds) } });
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/session',
      open: true,
      handle: async ({ request }) => {
        const session = gate.session(request);
        if (session) await access.signOut(session);
        return new Reply(200, answer(request, undefined), { headers: { 'set-cookie': noCookie } });
      },
    }),
    route({
      method: 'PUT',
      path: '/api/session/password',
      body: PasswordChange,
      handle: async ({ body, request }) => {
        const session = gate.requireSession(request);
        await access.setPassword(body.password, { current: body.current, session, address: addressOf(request) });
        return answer(request, session);
      },
    }),
    route({
      method: 'POST',
      path: '/api/setup-secret',
      tokenOnly: true,
      handle: () => access.renewSecret(),
    }),
  ];
}

const addressOf = (request: IncomingMessage): string => request.socket.remoteAddress ?? '';
