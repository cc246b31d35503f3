import { expect, test } from 'vitest';
import { gatewayRoutes } from '#daemon/api/routes/gateway-routes.ts';

const never = () => {
  throw new Error('not asked for here');
};

test('healthz is open to everybody, and is an error until the whole daemon has been started', async () => {
  let isReady = false;
  const routes = gatewayRoutes({
    ready: () => isReady,
    status: never,
    enrolment: { state: never, start: never },
    checks: { last: never, run: never },
    inventory: { last: never, collect: never },
    logFile: '/nowhere',
  });
  const health = routes.find((route) => route.segments.join('/') === 'healthz');
  const ask = () => health?.run({ params: {}, query: {}, body: undefined, signal: AbortSignal.timeout(1000) } as never);
  expect(health?.open).toBe(true);
  await expect(ask()).rejects.toMatchObject({ code: 'daemon.starting', status: 503 });
  isReady = true;
  expect(await ask()).toEqual({ status: 'ok' });
});
