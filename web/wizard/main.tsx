import '#web/kit/strict-csp.ts';
import { createApiClient } from '#web/kit/api/client.ts';
import { createQueries, mount } from '#web/kit/mount.tsx';
import { App } from './app.tsx';
import { text } from './texts/index.ts';
import './wizard.css';

// What has changed on the gateway is read anew by its mark (`data/live.ts`).
const queries = createQueries({ staleTime: 60_000, refetchOnWindowFocus: false });
const client = createApiClient({
  fetch: window.fetch.bind(window),
  base: '/api',
  unreachable: { message: text.state.lost, nextStep: text.state.lostNext },
  onSignedOut: () => void queries.invalidateQueries({ queryKey: ['session'] }),
});
mount(<App />, { queries, client });
