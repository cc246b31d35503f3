import '#web/kit/strict-csp.ts';
import { createApiClient } from '#web/kit/api/client.ts';
import { createQueries, mount } from '#web/kit/mount.tsx';
import { App } from './app.tsx';
import { loadAhead } from './shell/pages.tsx';

const queries = createQueries({ staleTime: 30_000 });
const client = createApiClient({
  fetch: window.fetch.bind(window),
  onSignedOut: () => queries.setQueriesData({ queryKey: ['me'] }, null),
});
loadAhead(window.location.pathname);
mount(<App />, { queries, client });
