/** A person at the console, for the demo, the tests and the benches: signs in, keeps the cookie, sends the CSRF header. */
import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import { Change, type ErrorBody, Me } from '#contract/api.ts';

/** An answer of the API; `body` is undefined when there is none, and a Buffer when it is a file. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface ApiClientOptions {
  url: string;
  /** PEM of the connector's CA. */
  ca: string;
  /** Keeps connections, where it matters how long one takes; each request has its own otherwise. */
  agent?: Agent;
}

export class ApiClient {
  readonly #options: ApiClientOptions;
  #cookie: string | undefined;
  #csrf: string | undefined;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /** Redeems the one-time set-up link and is signed in afterwards. */
  async setUp(
    link: string,
    person: { partnerName: string; name: string; email: string; password: string },
  ): Promise<Me> {
    const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token') ?? '';
    await this.expect('POST', '/api/v1/auth/setup', { token, ...person });
    return this.me();
  }

  async signIn(email: string, password: string): Promise<Me> {
    await this.expect('POST', '/api/v1/auth/login', { email, password });
    return this.me();
  }

  async me(): Promise<Me> {
    const me = Me.parse(await this.expect('GET', '/api/v1/me'));
    this.#csrf = me.csrf;
    return me;
  }

  get<T>(path: string): Promise<T> {
    return this.expect('GET', path) as Promise<T>;
  }

  post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.expect('POST', path, body, headers) as Promise<T>;
  }

  /** The body of a successful answer. @throws Error with the API's own words */
  async expect(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await this.send(method, path, body, headers);
    if (answer.status >= 400) {
      const error = answer.body as Partial<ErrorBody> | undefined;
      throw new Error(`${method} ${path}: ${answer.status} ${error?.code ?? ''} ${error?.message ?? ''}`);
    }
    return answer.body;
  }

  /** Any answer, also an error. */
  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.#options.url),
        {
          method,
          ca: this.#options.ca,
          agent: this.#options.agent ?? false,
          headers: {
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
            ...(this.#cookie === undefined ? {} : { cookie: this.#cookie }),
            ...(this.#csrf === undefined ? {} : { 'x-csrf-token': this.#csrf }),
            ...headers,
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.once('error', reject);
          answer.once('end', () => {
            this.#takeCookie(answer.headers['set-cookie']);
            const bytes = Buffer.concat(chunks);
            const { 'content-type': type = '' } = answer.headers;
            if (type.includes('gzip')) {
              resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes });
              return;
            }
            const content = bytes.toString('utf8');
            const json = type.includes('json');
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: content === '' ? undefined : json ? JSON.parse(content) : content,
            });
          });
        },
      );
      sent.once('error', reject);
      sent.setTimeout(30_000, () => sent.destroy(new Error(`${method} ${path}: no answer in 30 s`)));
      sent.end(text);
    });
  }

  /** The live changes as a console gets them (`GET /api/v1/stream`): all from when this resolves until the signal ends it. */
  async changes(account: string, signal: AbortSignal): Promise<AsyncGenerator<Change, void, void>> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = this.#cookie === undefined ? {} : { cookie: this.#cookie };
      const url = new URL(`/api/v1/stream?account=${account}`, this.#options.url);
      request(url, { ca: this.#options.ca, agent: false, headers, signal }, resolve).once('error', reject).end();
    });
    if (answer.statusCode !== 200) throw new Error(`the stream answered ${answer.statusCode}`);
    return readChanges(answer, signal);
  }

  #takeCookie(lines: string[] | undefined): void {
    const pair = lines?.map((line) => line.split(';')[0]).find((one) => one?.includes('demarc'));
    if (pair !== undefined) this.#cookie = pair;
  }
}

async function* readChanges(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Change, void, void> {
  let text = '';
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      const parts = `${text}${String(chunk)}`.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const data = part.split('\n').find((line) => line.startsWith('data: '));
        if (data !== undefined) yield Change.parse(JSON.parse(data.slice(6)));
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
