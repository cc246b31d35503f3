import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { countByPresence } from '../lists/gateways.ts';
import type { Store } from '../store/store.ts';

interface MetricsOptions {
  store: Store;
  clock: Clock;
  registry?: Registry;
  token?: string;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** This machine itself, and not a proxy on it that speaks for somebody else. */
const isLocal = (request: FastifyRequest): boolean =>
  LOOPBACK.has(request.ip) &&
  request.headers['x-forwarded-for'] === undefined &&
  request.headers.forwarded === undefined;

function hasToken(request: FastifyRequest, token: string | undefined): boolean {
  if (token === undefined || token === '') return false;
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** `/metrics` for Prometheus, for this machine or with the token; counts requests by route, never by address. */
export function metrics(app: FastifyInstance, options: MetricsOptions): void {
  const registry = options.registry ?? new Registry();
  const durations = new Histogram({
    name: 'demarc_http_request_duration_seconds',
    help: 'Time to answer HTTP requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const gateways = new Gauge({
    name: 'demarc_gateways',
    help: 'Gateways by presence word',
    labelNames: ['presence'],
    registers: [registry],
    async collect() {
      const counts = await countByPresence(options.store.db, options.clock.now());
      for (const [presence, count] of counts) this.set({ presence }, count);
    },
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  app.addHook('onClose', async () => {
    registry.removeSingleMetric('demarc_http_request_duration_seconds');
    registry.removeSingleMetric('demarc_gateways');
    gateways.reset();
  });
  app.get('/metrics', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request) && !hasToken(request, options.token)) throw new DemarcError('api.not-found');
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
