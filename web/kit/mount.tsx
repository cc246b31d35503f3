import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/api-error.ts';
import type { createApiClient } from './api/client.ts';
import { ApiProvider } from './api/context.tsx';
import { UnsavedProvider } from './form/unsaved.tsx';
import { language } from './language.ts';
import { LayersProvider } from './layers.tsx';
import { NoticeProvider } from './notices.tsx';
import { NowProvider } from './now.tsx';
import { Theme } from './theme.tsx';

/** What pages keep of the API. A refusal stays a refusal; only what did not arrive or broke is tried again. */
export const createQueries = (options: { staleTime: number; refetchOnWindowFocus?: boolean }): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        ...options,
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
      },
    },
  });

/** Shows an app in the element `app` of its page, with what every page of ours stands on; times are by the server's clock. */
export function mount(
  app: ReactNode,
  parts: { queries: QueryClient; client: ReturnType<typeof createApiClient> },
): void {
  const { queries, client } = parts;
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
                <LayersProvider>
                  <UnsavedProvider>{app}</UnsavedProvider>
                </LayersProvider>
              </NoticeProvider>
            </NowProvider>
          </ApiProvider>
        </QueryClientProvider>
      </Theme>
    </StrictMode>,
  );
}
