import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ApiError } from '#web/kit/api/api-error.ts';
import { createApiClient, withQuery } from '#web/kit/api/client.ts';

const Thing = z.object({ name: z.string() });

/** A client whose server answers as told and keeps what it was asked. */
function clientOf(answer: () => Response | Promise<Response>) {
  const asked: RequestInit[] = [];
  let signedOut = 0;
  const client = createApiClient({
    fetch: async (_url, init) => {
      asked.push(init ?? {});
      return answer();
    },
    onSignedOut: () => {
      signedOut += 1;
    },
  });
  return { client, asked, signedOut: () => signedOut };
}

const refusal = async (work: Promise<unknown>): Promise<ApiError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw new Error('expected an ApiError');
  return error;
};

test('a query repeats lists and leaves out what is not set', () => {
  expect(withQuery('/users', { filter: ['a:eq:b', 'c:missing'], q: 'x y', account: undefined, limit: 50 })).toBe(
    '/users?filter=a%3Aeq%3Ab&filter=c%3Amissing&q=x+y&limit=50',
  );
  expect(withQuery('/users')).toBe('/users');
});

test('a change carries the CSRF token, If-Match and Idempotency-Key; a read carries none of them', async () => {
  const { client, asked } = clientOf(() => Response.json({ name: 'n' }));
  client.setCsrf('token');
  await client.get('/things', Thing);
  await client.send('PATCH', '/things/1', Thing, { a: 1 }, { ifMatch: '"3"', idempotencyKey: 'k' });
  expect(asked[0]?.headers).toEqual({ 'accept-language': 'en' });
  expect(asked[1]?.headers).toEqual({
    'accept-language': 'en',
    'content-type': 'application/json',
    'x-csrf-token': 'token',
    'if-match': '"3"',
    'idempotency-key': 'k',
  });
});

describe('refusals', () => {
  test('the server’s own words reach the person', async () => {
    const body = { code: 'api.stale', message: 'Somebody else', nextStep: 'Reload', requestId: 'r1' };
    const { client } = clientOf(() => Response.json(body, { status: 412 }));
    const error = await refusal(client.get('/things', Thing));
    expect(error).toMatchObject({ status: 412, ...body });
  });

  test('a 401 shows the sign-in page, but a wrong password at sign-in does not end the session that is none', async () => {
    const body = { code: 'api.not-signed-in', message: 'm', requestId: 'r' };
    const { client, signedOut } = clientOf(() => Response.json(body, { status: 401 }));
    await refusal(client.act('POST', '/auth/login', {}));
    expect(signedOut()).toBe(0);
    await refusal(client.get('/things', Thing));
    expect(signedOut()).toBe(1);
  });

  test.each([
    ['a proxy’s page', () => new Response('<html>Bad Gateway</html>', { status: 502 }), 'console.unreadable-answer'],
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch')), 'console.unreachable'],
    ['an answer of another form', () => Response.json({ title: 1 }), 'console.unexpected-answer'],
    ['text in place of JSON', () => new Response('hello'), 'console.unexpected-answer'],
  ])('%s is told as %s with a next step', async (_name, answer, code) => {
    const error = await refusal(clientOf(answer).client.get('/things', Thing));
    expect(error.code).toBe(code);
    expect(error.nextStep).toBeTruthy();
  });

  test('what the caller has given up stays an AbortError, so that it is not shown', async () => {
    const aborted = new DOMException('aborted', 'AbortError');
    const { client } = clientOf(() => Promise.reject(aborted));
    await expect(client.get('/things', Thing)).rejects.toBe(aborted);
  });
});

test('the clock of the server counts when this computer’s is more than two seconds off', async () => {
  const dated = (ahead: number) => () =>
    Response.json({ name: 'n' }, { headers: { date: new Date(Date.now() + ahead).toUTCString() } });
  const near = clientOf(dated(0)).client;
  await near.get('/things', Thing);
  expect(near.clockOffset()).toBe(0);
  const far = clientOf(dated(3_600_000)).client;
  await far.get('/things', Thing);
  expect(far.clockOffset()).toBeGreaterThan(3_590_000);
});
