import '#web/kit/strict-csp.ts';
import { createApiClient } from '#web/kit/api/client.ts';
import { createQueries, mount } from '#web/kit/mount.tsx';
import { App } from './app.tsx';

const queries = createQueries({ staleTime: 30_000 });
const client = createApiClient({
  fetch: window.fetch.bind(window),
  onSignedOut: () => queries.setQueriesData({ queryKey: ['me'] }, null),
});
mount(<App />, { queries, client });
