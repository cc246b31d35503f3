/** Every route of the API with input that is nearly right: it answers in the one form of errors, and never with a 5xx. */
import fc from 'fast-check';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ErrorBody } from '#contract/api.ts';
import { hostileText, hostileValue, type Known } from '#test/support/hostile.ts';
import { addLaunch } from './rights-launches.ts';
import { addNumbers } from './rights-numbers.ts';
import { addAccount, addPartner, addSite, type Client, startApp, type TestApp } from './support.ts';

/** Answers that never end, or that end the session with which we go on asking. */
const APART = new Set(['GET /api/v1/stream', 'POST /api/v1/auth/logout']);
/** Of each route; by hand more: 60 found nothing either. */
const RUNS = 8;

const Schemas = z.object({
  body: z.instanceof(z.ZodType).optional(),
  querystring: z.instanceof(z.ZodType).optional(),
});

const routes: RouteOptions[] = [];
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ onRoute: (route) => routes.push(route), requestsPerMinute: 1_000_000 });
});
afterAll(() => app[Symbol.asyncDispose]());

/** Whoever may do everything, and all that is there: anew for each route, because some of them remove it. */
async function somebody(): Promise<{ client: Client; known: Known }> {
  const partner = await addPartner(app.store);
  const site = await addSite(app.store, await addAccount(app.store, partner));
  await addNumbers(app.store, site);
  await addLaunch(app.store, site);
  const known: Known = {
    ...site,
    // As those two name them.
    'extension-range': site.trunk,
    did: site.trunk,
    location: site.trunk,
    launche: site.trunk,
    'sync-run': site.run,
    people: site.person,
    'account-manager': site.manager,
    'api-token': site.apiToken,
    'alert-contact': site.contact,
    'alert-webhook': site.webhook,
    'provisioning-token': site.token,
  };
  return { client: await app.signIn('Partner', partner, null), known };
}

/** The address with its parameters set: mostly the thing that the route is about, else anything. */
const addressOf = (known: Known, url: string): fc.Arbitrary<string> => {
  const own = known[url.split('/')[3]?.replace(/s$/, '') ?? ''];
  const parts = url.split('/').map((part, n) => {
    if (!/^:|\*/.test(part)) return fc.constant(part);
    const any = hostileText().map((text) => encodeURIComponent(text.slice(0, 300).toWellFormed()));
    return own === undefined || n > 4 ? any : fc.oneof({ weight: 6, arbitrary: fc.constant(own) }, any);
  });
  return fc.tuple(...parts).map((texts) => texts.join('/'));
};

const queryOf = (schema: z.ZodType | undefined, known: Known): fc.Arbitrary<string> => {
  if (schema === undefined) return fc.constant('');
  return hostileValue(schema, known).map((value) => {
    if (typeof value !== 'object' || value === null) return `?${encodeURIComponent(String(value).toWellFormed())}`;
    const pairs = Object.entries(value).flatMap(([key, one]) =>
      one === undefined
        ? []
        : [one].flat().map((item) => [key, typeof item === 'string' ? item : JSON.stringify(item)]),
    );
    return `?${new URLSearchParams(pairs)}`;
  });
};

test('no input makes the API fail', async () => {
  const ours = routes.flatMap(({ method, url, schema }) =>
    [method].flat().map((one) => ({ method: one, url, ...Schemas.parse(schema ?? {}) })),
  );
  const asked = ours.filter(({ method, url }) => method !== 'HEAD' && !APART.has(`${method} ${url}`));
  expect(asked.length).toBeGreaterThan(150);
  const failures = new Map<string, string>();
  const taken = new Set<string>();
  for (const { method, url, body, querystring } of asked) {
    const { client, known } = await somebody();
    const requests = fc.record({
      address: addressOf(known, url),
      query: queryOf(querystring, known),
      payload: body === undefined ? fc.constant(undefined) : hostileValue(body, known),
      match: fc.constantFrom('"1"', '"1"', '*', ''),
    });
    for (const { address, query, payload, match } of fc.sample(requests, RUNS)) {
      const text = payload === undefined ? undefined : (JSON.stringify(payload) ?? 'null');
      const answer = await app.app.inject({
        method: method as 'GET',
        url: `${address}${query}`,
        headers: {
          cookie: `__Host-demarc=${client.cookie}`,
          'x-csrf-token': client.csrf,
          'if-match': match,
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(text === undefined ? {} : { payload: text }),
      });
      const route = `${method} ${url}`;
      if (answer.statusCode < 300) taken.add(route);
      const isWrong =
        answer.statusCode >= 500 || (answer.statusCode >= 400 && !ErrorBody.safeParse(jsonOf(answer.body)).success);
      if (isWrong)
        failures.set(route, `${answer.statusCode} ${answer.body} to ${address}${query} ${text}`.slice(0, 1500));
    }
  }
  expect(Object.fromEntries(failures)).toEqual({});
  // Otherwise all of it was refused at the door, and nothing was tried.
  const share = taken.size / asked.length;
  expect(share).toBeGreaterThan(0.3);
}, 300_000);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
