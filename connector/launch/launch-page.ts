import type { FastifyInstance } from 'fastify';

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Launch</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;min-height:100vh;place-items:center}main{max-width:34rem;padding:1.5rem}h1{font-size:1.25rem}</style>
</head><body><main><h1>Connecting</h1><p>One moment.</p></main><script src="/launch.js" type="module"></script></body></html>
`;

const SCRIPT = `const token = location.hash.slice(1);
history.replaceState(null, '', '/launch');
const say = (title, text) => {
  document.querySelector('h1').textContent = title;
  document.querySelector('p').textContent = text;
};
const json = async (path, init) => {
  const answer = await fetch(path, init);
  const body = await answer.json();
  if (!answer.ok) throw body;
  return body;
};
try {
  const { csrf } = await json('/api/v1/me');
  const { url } = await json('/api/v1/launches/redeem', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    body: JSON.stringify({ token }),
  });
  location.replace(url);
} catch (error) {
  say(error.message ?? 'The connector cannot be reached', error.nextStep ?? 'Try again.');
}
`;

/**
 * The page behind a launch's link, on the console's own origin: only there the browser shows who its person is. Loading
 * it redeems nothing; its script does, by a POST with the secret that stands behind the #.
 */
export function launchPage(app: FastifyInstance): void {
  const plain = { config: { access: 'public' as const }, schema: { hide: true } };
  app.get('/launch', plain, (_request, reply) =>
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(PAGE),
  );
  app.get('/launch.js', plain, (_request, reply) =>
    reply.header('cache-control', 'no-cache').type('text/javascript; charset=utf-8').send(SCRIPT),
  );
}
