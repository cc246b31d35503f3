import type { z } from 'zod';
import { language } from '../language.ts';
import { kitText } from '../texts/index.ts';
import { ApiError, errorFromAnswer, parseJson } from './api-error.ts';

/** Values of a query string; lists repeat the name, undefined leaves it out. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface SendOptions {
  /** ETag that the change is based on; a newer one on the server answers 412. */
  ifMatch?: string;
  /** Makes a repeated POST harmless. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** The console's way to the connector's API. Every answer is checked against the contract's schema. */
export interface ApiClient {
  /** @throws ApiError */
  get<T>(path: string, schema: z.ZodType<T>, query?: Query, signal?: AbortSignal): Promise<T>;
  /** A change whose answer matters; a file is sent as it is, everything else as JSON. @throws ApiError */
  send<T>(method: Method, path: string, schema: z.ZodType<T>, body?: unknown, options?: SendOptions): Promise<T>;
  /** Sends a change whose answer is of no interest. @throws ApiError */
  act(method: Method, path: string, body?: unknown): Promise<void>;
  /** The token from `/me` that every change carries. */
  setCsrf(token: string | undefined): void;
  /** By how many milliseconds the server's clock is ahead of this computer's, as of the last answer. */
  clockOffset(): number;
}

export type Method = 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Path with its query string. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value === 'string' || typeof value === 'number') search.append(name, String(value));
    else for (const one of value) search.append(name, one);
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Makes the client. `onSignedOut` is called when the server says 401, so that the sign-in page appears. */
export function createApiClient(options: {
  fetch: typeof globalThis.fetch;
  base?: string;
  onSignedOut: () => void;
  /** Said when no answer comes at all. */
  unreachable?: { message: string; nextStep: string };
}): ApiClient {
  const base = options.base ?? '/api/v1';
  let csrf: string | undefined;
  let offset = 0;

  async function request(
    method: string,
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> },
  ): Promise<string> {
    let response: Response;
    try {
      response = await options.fetch(`${base}${path}`, {
        method,
        credentials: 'same-origin',
        ...init,
        headers: { 'accept-language': language, ...init.headers },
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError(0, {
        code: 'console.unreachable',
        message: kitText.unreachable,
        nextStep: kitText.unreachableNext,
        ...options.unreachable,
      });
    }
    const date = Date.parse(response.headers.get('date') ?? '');
    if (Number.isFinite(date)) offset = date - Date.now();
    const text = await response.text();
    if (response.ok) return text;
    if (response.status === 401 && !path.startsWith('/auth/')) options.onSignedOut();
    throw errorFromAnswer(response.status, text);
  }

  function read<T>(text: string, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new ApiError(200, {
      code: 'console.unexpected-answer',
      message: kitText.unexpected(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`),
      nextStep: kitText.unexpectedNext,
    });
  }

  function change(method: Method, path: string, body: unknown, send: SendOptions = {}): Promise<string> {
    const headers: Record<string, string> = {};
    const isFile = body instanceof Blob;
    if (body !== undefined) headers['content-type'] = isFile ? 'application/octet-stream' : 'application/json';
    if (csrf !== undefined) headers['x-csrf-token'] = csrf;
    if (send.ifMatch !== undefined) headers['if-match'] = send.ifMatch;
    if (send.idempotencyKey !== undefined) headers['idempotency-key'] = send.idempotencyKey;
    return request(method, path, {
      headers,
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
      ...(send.signal ? { signal: send.signal } : {}),
    });
  }

  return {
    get: async (path, schema, query, signal) =>
      read(await request('GET', withQuery(path, query), signal ? { signal } : {}), schema),
    send: async (method, path, schema, body, send) => read(await change(method, path, body, send), schema),
    act: async (method, path, body) => {
      await change(method, path, body);
    },
    setCsrf: (token) => {
      csrf = token;
    },
    clockOffset: () => (Math.abs(offset) > 2000 ? offset : 0),
  };
}
