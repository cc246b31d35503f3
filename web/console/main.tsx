import '#web/kit/strict-csp.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from '#web/kit/api/api-error.ts';
import { createApiClient } from '#web/kit/api/client.ts';
import { ApiProvider } from '#web/kit/api/context.tsx';
import { language } from '#web/kit/language.ts';
import { NoticeProvider } from '#web/kit/notices.tsx';
import { NowProvider } from '#web/kit/now.tsx';
import { Theme } from '#web/kit/theme.tsx';
import { App } from './app.tsx';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // A refusal stays a refusal; only what did not arrive or broke is tried again.
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
    },
  },
});
const client = createApiClient({
  fetch: window.fetch.bind(window),
  onSignedOut: () => queries.setQueriesData({ queryKey: ['me'] }, null),
});
const clock = () => Date.now() + client.clockOffset();

document.documentElement.lang = language;
const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no element "app"');
createRoot(root).render(
  <StrictMode>
    <Theme>
      <QueryClientProvider client={queries}>
        <ApiProvider client={client}>
          <NowProvider clock={clock}>
            <NoticeProvider>
              <App />
            </NoticeProvider>
          </NowProvider>
        </ApiProvider>
      </QueryClientProvider>
    </Theme>
  </StrictMode>,
);
