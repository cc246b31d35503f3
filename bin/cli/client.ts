import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { z } from 'zod';
import { readFileIfThere } from '#config/atomic-file.ts';
import { DemarcError, type ErrorText } from '#contract/errors/demarc-error.ts';
import { apiFiles } from '#daemon/api/file-names.ts';
import { ApiAddress } from '#daemon/api/files.ts';

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The daemon refused or failed; carries its words. */
export class AnswerError extends Error {
  readonly text: ErrorText;

  constructor(text: ErrorText) {
    super(text.message);
    this.name = 'AnswerError';
    this.text = text;
  }
}

const ErrorBody = z.object({ code: z.string(), message: z.string(), nextStep: z.string() });

/** A call of the daemon's local API. `limitMs` is how long the answer may take to begin. */
interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  limitMs?: number;
}

/** The local API of the daemon of one state folder. Its certificate is the only one that is trusted. */
export class LocalApi {
  readonly #address: ApiAddress;
  readonly #token: string;
  readonly #certificate: string;
  /** The name that its certificate has, when that is not the address. */
  readonly #name: string | undefined;

  private constructor(address: ApiAddress, token: string, certificate: string, name?: string) {
    this.#address = address;
    this.#token = token;
    this.#certificate = certificate;
    this.#name = name;
  }

  /** Finds the daemon by its files. @throws DemarcError `daemon.not-running`, `daemon.no-access` */
  static async find(stateFolder: string): Promise<LocalApi> {
    const files = apiFiles(stateFolder);
    const read = async (path: string): Promise<string> => {
      const text = await readFileIfThere(path).catch((error: unknown) => {
        throw new DemarcError('daemon.no-access', path, { cause: error });
      });
      if (text === undefined) throw new DemarcError('daemon.not-running', `no daemon has run in ${stateFolder}`);
      return text;
    };
    const address = ApiAddress.safeParse(parseJson(await read(files.address)));
    if (!address.success) throw new DemarcError('daemon.not-running', `${files.address} is damaged`);
    return new LocalApi(address.data, (await read(files.token)).trim(), await read(files.certificate));
  }

  /** The same daemon through another address of this machine. */
  through(host: string): LocalApi {
    const url = new URL(this.#address.url);
    url.hostname = host;
    return new LocalApi({ ...this.#address, url: url.href }, this.#token, this.#certificate, 'localhost');
  }

  /** One answer, parsed. @throws DemarcError `daemon.not-running`, AnswerError */
  async call<S extends z.ZodType>(schema: S, call: Call): Promise<z.output<S>> {
    const answer = await this.#send(call);
    const text = await readAll(answer);
    const status = answer.statusCode ?? 0;
    if (status >= 400) throw refusal(status, text);
    const parsed = schema.safeParse(parseJson(text));
    if (!parsed.success) throw new DemarcError('daemon.not-running', `unexpected answer to ${call.path}`);
    return parsed.data;
  }

  /** Lines as they come, until the daemon ends. @throws DemarcError `daemon.not-running`, AnswerError */
  async *lines(call: Call): AsyncIterable<unknown> {
    const answer = await this.#send(call);
    const status = answer.statusCode ?? 0;
    if (status >= 400) throw refusal(status, await readAll(answer));
    let rest = '';
    answer.setEncoding('utf8');
    for await (const chunk of answer) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) yield parseJson(part);
    }
  }

  /** A file as it comes. @throws DemarcError `daemon.not-running`, AnswerError */
  async file(call: Call): Promise<IncomingMessage> {
    const answer = await this.#send(call);
    const status = answer.statusCode ?? 0;
    if (status >= 400) throw refusal(status, await readAll(answer));
    return answer;
  }

  #send(call: Call): Promise<IncomingMessage> {
    const { method = 'GET', path, body, limitMs = 30_000 } = call;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.#address.url),
        {
          method,
          agent: false,
          ca: this.#certificate,
          ...(this.#name === undefined ? {} : { servername: this.#name }),
          headers: {
            authorization: `Bearer ${this.#token}`,
            ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          },
        },
        (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
      );
      const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
      asked.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        const why = `${this.#address.url}: ${error.code ?? error.message}`;
        reject(new DemarcError('daemon.not-running', why, { cause: error }));
      });
      asked.end(text);
    });
  }
}

async function readAll(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > MAX_ANSWER_BYTES) throw new DemarcError('daemon.not-running', 'the answer is too large');
  }
  return text;
}

function refusal(status: number, text: string): AnswerError {
  const body = ErrorBody.safeParse(parseJson(text));
  if (body.success) return new AnswerError(body.data);
  return new AnswerError({ code: 'internal', message: `The daemon answered ${status}`, nextStep: 'Read demarc logs.' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
