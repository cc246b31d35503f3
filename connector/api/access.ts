import type { FastifyRequest } from 'fastify';
import type { Permission } from '#contract/access.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type Actor, may, type Resource, reaches, type Scope, scopeOf } from '../access/may.ts';
import type { EventActor } from '../history/record-event.ts';

/**
 * What a route demands, declared in its config. A permission is judged by `allow` or `scope`, which the handler must
 * call: an answer without a judgement is not sent. `command`: the right that the command's table entry names.
 * `device`: proven by client certificate or poll secret in the route itself.
 */
export type Access = Permission | 'public' | 'signed-in' | 'device' | 'command';

/** Who calls: a person by a session, or a program by a token, which then has neither CSRF token nor session. */
export interface Caller {
  kind: 'person' | 'token';
  actor: Actor;
  csrf: string;
  sessionHash: string;
  language: string | null;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Whom the route serves; what is about the caller's own person, and what lets others in, serves people alone. */
    callers?: 'people' | 'all';
  }
  interface FastifyRequest {
    caller: Caller | null;
    judged: boolean;
  }
}

const OPEN: ReadonlySet<Access> = new Set<Access>(['public', 'signed-in', 'device']);

/** Whether the route's handler has to judge before it answers. */
export const needsJudgement = (access: Access): boolean => !OPEN.has(access);

/** What has a right to be judged serves programs, too; what is about whoever is signed in serves people, unless it says so. */
export const servesTokens = (access: Access, callers: 'people' | 'all' | undefined): boolean =>
  callers === undefined ? needsJudgement(access) : callers === 'all';

/** @throws DemarcError `api.not-signed-in` */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new DemarcError('api.not-signed-in');
  return request.caller;
}

/** The caller as the event history names them. */
export function eventActor(request: FastifyRequest): EventActor {
  const { id, name } = callerOf(request).actor;
  return { id, name, kind: 'person' };
}

function declared(request: FastifyRequest): Permission {
  const access = request.routeOptions.config.access;
  if (access === undefined || access === 'command' || OPEN.has(access)) throw new DemarcError('api.forbidden');
  return access as Permission;
}

/** A right, or several of which one is enough. */
export type Right = Permission | readonly Permission[];

const oneOf = (right: Right): readonly Permission[] => (typeof right === 'string' ? [right] : right);

/**
 * Judges the route's permission (or what is given) on a resource; undefined is what does not exist.
 * @throws DemarcError `api.not-found` for what the caller may not know of, `api.forbidden` without the right,
 * `account.deactivated` for a change in an account that is switched off
 */
export function allow<R extends Resource>(
  request: FastifyRequest,
  resource: R | undefined,
  right: Right = declared(request),
): R {
  const { actor } = callerOf(request);
  const rights = oneOf(right);
  request.judged = true;
  if (resource === undefined || !reaches(actor, resource)) throw new DemarcError('api.not-found');
  const held = rights.filter((permission) => may(actor, permission, resource));
  if (held.length === 0) throw new DemarcError('api.forbidden', rights.join(' or '));
  if (resource.deactivated === true && !held.some((permission) => permission.endsWith(':view')))
    throw new DemarcError('account.deactivated');
  return resource;
}

/**
 * The accounts that a list may show by the route's permission.
 * @throws DemarcError `api.forbidden` when there is none
 */
export function scope(request: FastifyRequest, right: Right = declared(request)): Scope {
  const { actor } = callerOf(request);
  const rights = oneOf(right);
  const scopes = rights.map((permission) => scopeOf(actor, permission).accounts);
  request.judged = true;
  if (scopes.includes('all')) return { partner: actor.partner, accounts: 'all' };
  const accounts = [...new Set(scopes.flatMap((some) => (some === 'all' ? [] : some)))];
  if (accounts.length === 0) throw new DemarcError('api.forbidden', rights.join(' or '));
  return { partner: actor.partner, accounts };
}
