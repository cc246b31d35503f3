/** A browser at the local pages of a gateway, as far as requests go: cookies, origin, host. */
import { Agent, type RequestOptions, request } from 'node:https';
import type { WizardAnswer } from '#contract/wizard/state.ts';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
  /** Instead of the JSON of `body`. */
  raw?: string;
}

export class LocalBrowser {
  readonly #url: string;
  /** Name and value; undefined while it has none. */
  cookie: string | undefined;

  constructor(url: string, cookie?: string) {
    this.#url = url;
    this.cookie = cookie;
  }

  /** One request; keeps the cookie that the answer sets. */
  async send(method: string, path: string, { body, headers = {}, raw }: Sent = {}): Promise<Answer> {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const options: RequestOptions = {
      method,
      agent: new Agent({ rejectUnauthorized: false, keepAlive: false }),
      headers: {
        'sec-fetch-mode': 'cors',
        ...(method === 'GET' ? {} : { origin: this.#url }),
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...headers,
      },
    };
    const answer = await new Promise<Answer>((resolve, reject) => {
      const sent = request(`${this.#url}${path}`, options, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.once('error', reject);
        reply.once('end', () => {
          const content = Buffer.concat(chunks).toString('utf8');
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: content });
        });
      });
      sent.once('error', reject);
      sent.setTimeout(60_000, () => sent.destroy(new Error(`${path}: no answer`)));
      sent.end(text);
    });
    const [set] = [answer.headers['set-cookie']].flat();
    if (typeof set === 'string') this.cookie = set.includes('Max-Age=0') ? undefined : set.split(';', 1)[0];
    return answer;
  }

  /** The JSON of a request that goes well. @throws Error with the gateway's own words */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.send(method, path, body === undefined ? {} : { body });
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** The error code of a request that is refused. */
  async refused(method: string, path: string, sent: Sent = {}): Promise<{ status: number; code: string }> {
    const { status, text } = await this.send(method, path, sent);
    const { code } = JSON.parse(text) as { code: string };
    return { status, code };
  }

  async wizard(): Promise<WizardAnswer> {
    return await this.json('GET', '/api/wizard');
  }
}
