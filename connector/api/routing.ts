import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ErrorBody } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import type { ApiTokens } from '../access/api-tokens.ts';
import type { Resource, Scope } from '../access/may.ts';
import type { Sessions } from '../access/sessions.ts';
import type { SignIn } from '../access/sign-in.ts';
import type { Within } from '../lists/list.ts';
import { withinScope } from '../lists/within.ts';
import type { Db } from '../store/store.ts';
import { allow, type Right, scope } from './access.ts';
import type { AppOptions } from './options.ts';

/** The app as routes see it: bodies, queries and answers are typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes are made of. */
export interface Parts extends AppOptions {
  sessions: Sessions;
  tokens: ApiTokens;
  signIn: SignIn;
}

/** The answers of a route: its own, and the one form of every error. */
export const answers = <T extends z.ZodType>(schema: T) => ({ 200: schema, '4xx': ErrorBody });
export const created = <T extends z.ZodType>(schema: T) => ({ 201: schema, '4xx': ErrorBody });
export const accepted = <T extends z.ZodType>(schema: T) => ({ 202: schema, '4xx': ErrorBody });
export const nothing = { 204: z.null().describe('Done; there is nothing to tell'), '4xx': ErrorBody };

/** `/:id` */
export const ById = z.object({ id: Id });

/** The headers of a change that names the version which was read. */
export const IfMatch = z.object({ 'if-match': z.string().max(200).optional() });

/** The version that a change names. @throws DemarcError `api.precondition-required` */
export function matchOf(headers: { 'if-match'?: string | undefined }): string {
  const match = headers['if-match'];
  if (match === undefined) throw new DemarcError('api.precondition-required');
  return match;
}

/** Whose an account is, as `may` judges it; undefined when there is none. */
export async function accountResource(db: Db, id: string): Promise<(Resource & { account: string }) | undefined> {
  const row = await db.selectFrom('account').select(['partner_id', 'status']).where('id', '=', id).executeTakeFirst();
  return row && { partner: row.partner_id, account: id, deactivated: row.status === 'Deactivated' };
}

/** Judges the route's permission on a row of an account, found or not. @throws DemarcError `api.not-found`, `api.forbidden` */
export async function allowRow<R extends { account_id: string }>(
  request: FastifyRequest,
  db: Db,
  row: R | undefined,
  right?: Right,
): Promise<R> {
  const resource = row && (await accountResource(db, row.account_id));
  return allow(request, row && resource && { ...resource, row }, right).row;
}

/** The rows that a list may show: of the account that was asked for, or of every account with the right. */
export async function visible(
  request: FastifyRequest,
  db: Db,
  account: string | undefined,
  within: (db: Db, scope: Scope, account?: string) => Promise<Within>,
  right?: Right,
): Promise<Within> {
  if (account === undefined) return within(db, scope(request, right));
  const { partner } = allow(request, await accountResource(db, account), right);
  return within(db, { partner, accounts: [account] }, account);
}

/** `visible` by the column that holds the account. */
export const visibleBy = (
  request: FastifyRequest,
  db: Db,
  column: string,
  account: string | undefined,
  right?: Right,
): Promise<Within> => visible(request, db, account, (db, scope, one) => withinScope(db, scope, column, one), right);
