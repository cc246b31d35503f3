/** The local API as a table of typed routes: every input is parsed before a handler sees it. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a handler gets. `request` only for bodies that are streamed. */
export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  signal: AbortSignal;
  request: IncomingMessage;
}

/** An answer other than 200 with JSON: another status, more headers, or what comes piece by piece. */
export class Reply {
  readonly status: number;
  readonly body: unknown;
  /** Sent as `application/x-ndjson`, one JSON value a line. */
  readonly lines: AsyncIterable<unknown> | undefined;
  /** Sent as it is; the headers say what it is. */
  readonly text: AsyncIterable<string> | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    body: unknown,
    more: {
      lines?: AsyncIterable<unknown>;
      text?: AsyncIterable<string>;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    this.status = status;
    this.body = body;
    this.lines = more.lines;
    this.text = more.text;
    this.headers = more.headers ?? {};
  }
}

/** A file as the answer. `done` is called when it has been sent, or nobody wants it any more. */
export class FileReply {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly done: () => Promise<void>;

  constructor(options: { path: string; headers: Record<string, string>; done: () => Promise<void> }) {
    this.path = options.path;
    this.headers = options.headers;
    this.done = options.done;
  }
}

interface Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  method: Method;
  /** `:name` matches one segment. */
  path: string;
  /** Needs neither a token nor a session. */
  open?: boolean;
  /** Not for a browser, whoever is signed in there. */
  tokenOnly?: boolean;
  params?: P;
  query?: Q;
  body?: B;
  /** The handler reads the body itself. */
  streamed?: boolean;
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<unknown>;
}

/** A route with its types closed over: raw input goes in, a value or a Reply comes out. */
export interface Route {
  method: Method;
  segments: readonly string[];
  open: boolean;
  tokenOnly: boolean;
  takesBody: boolean;
  /** @throws ZodError when the input does not have its form, and whatever the handler throws */
  run(raw: Call<unknown, unknown, unknown>): Promise<unknown>;
}

const Nothing = z.unknown();

export function route<
  P extends z.ZodType = typeof Nothing,
  Q extends z.ZodType = typeof Nothing,
  B extends z.ZodType = typeof Nothing,
>(spec: Spec<P, Q, B>): Route {
  const parse = <S extends z.ZodType>(schema: S | undefined, value: unknown): z.output<S> =>
    (schema ?? Nothing).parse(value) as z.output<S>;
  return {
    method: spec.method,
    segments: spec.path.split('/').slice(1),
    open: spec.open ?? false,
    tokenOnly: spec.tokenOnly ?? false,
    takesBody: spec.method !== 'GET' && spec.streamed !== true,
    run: async (raw) =>
      await spec.handle({
        params: parse(spec.params, raw.params),
        query: parse(spec.query, raw.query),
        body: parse(spec.body, raw.body),
        signal: raw.signal,
        request: raw.request,
      }),
  };
}

/** The parameters when the path matches, undefined when not. */
export function match(route: Route, segments: readonly string[]): Record<string, string> | undefined {
  if (route.segments.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, wanted] of route.segments.entries()) {
    const given = segments[i] ?? '';
    if (wanted.startsWith(':')) params[wanted.slice(1)] = given;
    else if (wanted !== given) return undefined;
  }
  return params;
}
