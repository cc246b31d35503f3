import { createContext, type ReactNode, use } from 'react';
import type { ApiClient } from './client.ts';

const ApiContext = createContext<ApiClient | undefined>(undefined);

export const ApiProvider = (props: { client: ApiClient; children: ReactNode }) => (
  <ApiContext value={props.client}>{props.children}</ApiContext>
);

/** The API client of the page. */
export function useApi(): ApiClient {
  const client = use(ApiContext);
  if (client === undefined) throw new Error('useApi needs an ApiProvider above it');
  return client;
}
