import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { ApiTokens } from '../access/api-tokens.ts';
import { addressKey } from '../access/attempts.ts';
import { Sessions } from '../access/sessions.ts';
import { SignIn } from '../access/sign-in.ts';
import { TooManyRequests } from '../access/too-many-requests.ts';
import { homeRoutes } from '../home/home-routes.ts';
import { launchPage } from '../launch/launch-page.ts';
import { launchRoutes } from '../launch/launch-routes.ts';
import { notificationRoutes } from '../notifications/notification-routes.ts';
import { oidcRoutes } from '../oidc/routes.ts';
import { supportLogRoutes } from '../support/support-log-routes.ts';
import { trunkHealthRoutes } from '../trunks/health-routes.ts';
import { uploadRoutes } from '../uploads/upload-routes.ts';
import { consoleFiles } from './console.ts';
import { answerError } from './error-answer.ts';
import { guard } from './guard.ts';
import { health } from './health.ts';
import { metrics } from './metrics.ts';
import { openApi } from './openapi.ts';
import type { AppOptions } from './options.ts';
import { accountRoutes } from './routes/accounts.ts';
import { alertTargetRoutes } from './routes/alert-targets.ts';
import { alertRoutes } from './routes/alerts.ts';
import { apiTokenRoutes } from './routes/api-tokens.ts';
import { authRoutes } from './routes/auth.ts';
import { commandRoutes } from './routes/commands.ts';
import { enrolmentRoutes } from './routes/enrolments.ts';
import { eventRoutes } from './routes/events.ts';
import { gatewayRoutes } from './routes/gateways.ts';
import { importRoutes } from './routes/imports.ts';
import { integrationRoutes } from './routes/integrations.ts';
import { inventoryRoutes } from './routes/inventory.ts';
import { locationRoutes } from './routes/locations.ts';
import { meRoutes, passwordLinkRoutes } from './routes/me.ts';
import { numberRoutes } from './routes/numbers.ts';
import { peopleRoutes } from './routes/people.ts';
import { managerRoutes, roleRoutes } from './routes/roles.ts';
import { syncRunRoutes } from './routes/sync-runs.ts';
import { trunkRoutes } from './routes/trunks.ts';
import { userRoutes } from './routes/users.ts';
import type { Parts } from './routing.ts';
import { streamRoute } from './stream.ts';

const BODY_LIMIT_BYTES = 256 * 1024;
const REQUESTS_PER_MINUTE = 6000;

/** Builds the connector's HTTP side: API, console, health and metrics. Its caller owns the listener (and TLS), and hands
 * requests to `app.routing`. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const logger: FastifyBaseLogger = options.log.child({ part: 'api' });
  const app = Fastify({
    loggerInstance: logger,
    // Addresses hold claim codes and search words: requests are logged by their route instead.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT_BYTES,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(answerError);
  if (options.onRoute !== undefined) app.addHook('onRoute', options.onRoute);

  const sessions = new Sessions(options);
  const tokens = new ApiTokens(options);
  const parts: Parts = { ...options, sessions, tokens, signIn: new SignIn(options) };

  await protect(app, options);
  guard(app, { sessions, tokens, publicUrl: options.publicUrl });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    request.log.debug({ route, method: request.method, status: reply.statusCode, ms: reply.elapsedTime }, 'request');
  });
  health(app, options);
  metrics(app, { store: options.store, clock: options.clock, ...options.metrics });
  await openApi(app);
  await app.register(
    async (api) => {
      const typed = api.withTypeProvider<ZodTypeProvider>();
      typed.addHook('onRequest', async (_request, reply) => {
        reply.header('cache-control', 'no-store');
      });
      for (const routes of [
        authRoutes,
        passwordLinkRoutes,
        meRoutes,
        oidcRoutes,
        peopleRoutes,
        roleRoutes,
        managerRoutes,
        apiTokenRoutes,
        accountRoutes,
        gatewayRoutes,
        userRoutes,
        importRoutes,
        syncRunRoutes,
        inventoryRoutes,
        commandRoutes,
        alertRoutes,
        alertTargetRoutes,
        eventRoutes,
        homeRoutes,
        notificationRoutes,
        trunkRoutes,
        trunkHealthRoutes,
        integrationRoutes,
        numberRoutes,
        locationRoutes,
        launchRoutes,
        uploadRoutes,
        supportLogRoutes,
        enrolmentRoutes,
        streamRoute,
      ]) {
        routes(typed, parts);
      }
      if (options.deviceRoutes !== undefined) await api.register(options.deviceRoutes);
      if (options.releaseRoutes !== undefined) await api.register(options.releaseRoutes);
      await api.register(options.uploads.deviceRoutes);
    },
    { prefix: '/api/v1' },
  );
  launchPage(app);
  await consoleFiles(app, options.consoleFolder);
  await app.ready();
  return app;
}

/** Cookies, security headers and the limit of requests, before any route. */
async function protect(app: FastifyInstance, options: AppOptions): Promise<void> {
  const { hostname } = new URL(options.publicUrl);
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Mantine writes styles of its own; scripts come from files alone.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // A name of this machine is shared with other programs on other ports, which may speak plain HTTP.
    strictTransportSecurity:
      hostname === 'localhost' || isIP(hostname) !== 0 ? false : { maxAge: 31_536_000, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(rateLimit, {
    // Not by the route: there it would come after the guard and not count what the guard refuses.
    global: false,
    max: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    timeWindow: '1 minute',
    keyGenerator: (request) => addressKey(request.ip),
    allowList: (request) => !request.url.startsWith('/api/'),
    errorResponseBuilder: (_request, context) => new TooManyRequests(Math.max(1, Math.ceil(context.ttl / 1000))),
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
  });
  const limit = app.rateLimit();
  app.addHook('onRequest', async function (request, reply) {
    // A route with a limit of its own is judged by that one: the plugin counts a request once.
    if (request.routeOptions.config.rateLimit === undefined) await limit.call(this, request, reply);
  });
}
