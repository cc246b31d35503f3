import { z } from 'zod';
import { CloudConfig } from '#config/daemon-settings.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Instant } from '#contract/ids.ts';
import type { InventorySection } from '#contract/sections.ts';
import type { ChecksAnswer, EnrolmentAnswer, StatusAnswer } from '#contract/wizard/gateway.ts';
import { followLines, LogLevel, lastLines } from '../logs.ts';
import { Reply, type Route, route } from '../route.ts';

/** Starts an enrolment; `cloud` and `provisioningToken` only when they are to change or to be used. */
const EnrolmentStart = z.strictObject({
  cloud: z
    .strictObject({
      url: CloudConfig.shape.url,
      /** The CA that signed the cloud's certificate: a file on this machine, or its PEM. */
      caFile: CloudConfig.shape.caFile,
      ca: z.string().max(65_536).includes('-----BEGIN CERTIFICATE-----').optional(),
      fingerprint: CloudConfig.shape.fingerprint,
      proxy: z
        .strictObject({ url: z.url(), user: z.string().max(256).optional(), password: z.string().max(256).optional() })
        .optional(),
    })
    .optional(),
  provisioningToken: z.string().min(1).max(256).optional(),
});
export type EnrolmentStart = z.infer<typeof EnrolmentStart>;

interface GatewayRouteParts {
  /** Whether every part of the daemon has been started. */
  ready: () => boolean;
  status: () => StatusAnswer;
  enrolment: { state: () => EnrolmentAnswer; start: (request: EnrolmentStart) => Promise<EnrolmentAnswer> };
  checks: { last: () => ChecksAnswer; run: (signal: AbortSignal) => Promise<ChecksAnswer> };
  inventory: { last: () => InventorySection | undefined; collect: (signal: AbortSignal) => Promise<InventorySection> };
  logFile: string;
}

const LogQuery = z.object({
  lines: z.coerce.number().int().min(1).max(5000).default(200),
  level: LogLevel.optional(),
  text: z.string().max(200).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  follow: z.stringbool().optional(),
});

/** The gateway itself: state, self-test, enrolment, inventory and log. */
export function gatewayRoutes(parts: GatewayRouteParts): Route[] {
  const { ready, status, enrolment, checks, inventory, logFile } = parts;
  return [
    route({
      method: 'GET',
      path: '/healthz',
      open: true,
      handle: async () => {
        if (!ready()) throw new DemarcError('daemon.starting');
        return { status: 'ok' };
      },
    }),
    route({ method: 'GET', path: '/api/status', handle: async () => status() }),
    route({ method: 'GET', path: '/api/checks', handle: async () => checks.last() }),
    route({ method: 'POST', path: '/api/checks', handle: ({ signal }) => checks.run(signal) }),
    route({ method: 'GET', path: '/api/enrolment', handle: async () => enrolment.state() }),
    route({
      method: 'POST',
      path: '/api/enrolment',
      body: EnrolmentStart.default({}),
      handle: async ({ body }) => new Reply(202, await enrolment.start(body)),
    }),
    route({
      method: 'GET',
      path: '/api/inventory',
      handle: async ({ signal }) => inventory.last() ?? (await inventory.collect(signal)),
    }),
    route({
      method: 'GET',
      path: '/api/logs',
      query: LogQuery,
      handle: async ({ query: { lines, level, text, from, to, follow }, signal }) => {
        const filter = { level, text, from, to };
        const last = await lastLines(logFile, lines, filter);
        if (follow !== true) return { lines: last };
        return new Reply(200, undefined, { lines: both(last, followLines(logFile, filter, signal)) });
      },
    }),
  ];
}

async function* both<T>(first: Iterable<T>, then: AsyncIterable<T>): AsyncIterable<T> {
  yield* first;
  yield* then;
}
