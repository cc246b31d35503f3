import '@fastify/rate-limit';
import { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import {
  DeviceStanding,
  EnrolmentOffer,
  EnrolmentRequest,
  EnrolmentState,
  IssuedIdentity,
  LeaveRequest,
  RenewalRequest,
} from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id, Instant } from '#contract/ids.ts';
import { answers, nothing } from '../api/routing.ts';
import type { Certificates } from './certificates.ts';
import type { DeviceIdentity } from './device-identity.ts';
import type { Enrolments } from './enrolments.ts';
import type { Offers } from './offers.ts';
import type { Standings } from './standing.ts';

export interface DeviceRoutesOptions {
  clock: Clock;
  offers: Offers;
  certificates: Certificates;
  identity: DeviceIdentity;
  standings: Standings;
  enrolments: Pick<Enrolments, 'leave'>;
}

const tags = ['Devices'];

/** A site with many gateways behind one address must get through; whoever guesses must not. Requests a minute. */
const perMinute = (max: number) => ({ max, timeWindow: 60_000 });

/** What gateways call over HTTPS, relative to `/api/v1`: enrolment, renewal and the time. */
export function deviceRoutes(options: DeviceRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/enrolments',
      {
        config: { access: 'public', rateLimit: perMinute(60) },
        bodyLimit: 32 * 1024,
        schema: {
          summary: 'Ask to be enrolled; answers a claim code',
          tags,
          body: EnrolmentRequest,
          response: answers(EnrolmentOffer),
        },
      },
      (request) => options.offers.make(request.body),
    );

    app.post(
      '/enrolments/:id/poll',
      {
        config: { access: 'device', rateLimit: perMinute(600) },
        bodyLimit: 1024,
        schema: {
          summary: 'How an enrolment stands, with its certificate when it is confirmed',
          tags,
          params: z.object({ id: Id }),
          response: answers(EnrolmentState),
        },
      },
      (request) => options.offers.poll(request.params.id, pollSecretOf(request)),
    );

    app.post(
      '/device/renew',
      {
        config: { access: 'device', rateLimit: perMinute(60) },
        bodyLimit: 16 * 1024,
        schema: {
          summary: 'A new certificate for the one that the connection shows',
          tags,
          body: RenewalRequest,
          response: answers(IssuedIdentity),
        },
      },
      (request) => renew(options, request, request.body.csr),
    );

    app.get(
      '/device/standing',
      {
        config: { access: 'device', rateLimit: perMinute(600) },
        schema: {
          summary:
            'How the cloud stands to a gateway, told to any certificate of its CA, also an expired or revoked one',
          tags,
          response: answers(DeviceStanding),
        },
      },
      (request) => options.standings.of(tlsSocketOf(request)),
    );

    app.post(
      '/device/leave',
      {
        config: { access: 'device', rateLimit: perMinute(60) },
        bodyLimit: 1024,
        schema: { summary: 'The gateway lets its account go', tags, body: LeaveRequest, response: nothing },
      },
      async (request, reply) => {
        await options.enrolments.leave(await options.identity.admit(tlsSocketOf(request)), request.body);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/device/time',
      {
        config: { access: 'public' },
        schema: {
          summary: 'The time, for clocks that are far off',
          tags,
          response: answers(z.object({ now: Instant })),
        },
      },
      async () => ({ now: instant(options.clock) }),
    );
  };
}

async function renew(options: DeviceRoutesOptions, request: FastifyRequest, csr: string): Promise<IssuedIdentity> {
  return options.certificates.renew(await options.identity.admit(tlsSocketOf(request)), csr);
}

/** @throws DemarcError `identity.required` */
function tlsSocketOf({ raw }: FastifyRequest): TLSSocket {
  if (!(raw.socket instanceof TLSSocket)) throw new DemarcError('identity.required');
  return raw.socket;
}

/** @throws DemarcError `enrolment.unknown-code`: without a secret there is nothing to be told apart */
function pollSecretOf(request: FastifyRequest): string {
  const secret = /^Bearer ([\w-]{20,128})$/.exec(request.headers.authorization ?? '')?.[1];
  if (secret === undefined) throw new DemarcError('enrolment.unknown-code');
  return secret;
}
