/** The two processes of the product, started as a user would start them, for the demo, the end-to-end tests and the benches. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { Account, SyncRun } from '#contract/api.ts';
import type { EnrolmentOffer } from '#contract/enrolment.ts';
import { ApiClient } from './api-client.ts';
import { type Program, startProgram, until } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const LOCAL = new Agent({ rejectUnauthorized: false, keepAlive: false });

interface Call {
  method?: string;
  token?: string;
  body?: unknown;
}

/** One HTTPS request to this machine, whoever signed its certificate. */
export function localRequest(
  url: string,
  { method = 'GET', token, body }: Call = {},
): Promise<{ status: number; body: unknown }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const sent = request(url, { method, agent: LOCAL, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const content = Buffer.concat(chunks).toString('utf8');
        const json = answer.headers['content-type']?.includes('json') === true && content !== '';
        resolve({ status: answer.statusCode ?? 0, body: json ? JSON.parse(content) : content });
      });
    });
    sent.once('error', reject);
    sent.setTimeout(30_000, () => sent.destroy(new Error(`${url}: no answer in 30 s`)));
    sent.end(text);
  });
}

/** Turns a command line into the one that runs it elsewhere, for example on another machine of a test's network. */
export type Elsewhere = (command: string, args: readonly string[]) => [string, string[]];

/** A process of the product that can be killed and started again on the same data. */
abstract class ProductProcess implements AsyncDisposable {
  #program: Program | undefined;
  readonly #log: string[] = [];

  protected abstract readonly script: string;
  protected abstract environment(): NodeJS.ProcessEnv;
  protected abstract healthUrl(): string;
  protected abstract elsewhere(): Elsewhere | undefined;

  get pid(): number {
    const pid = this.#program?.process.pid;
    if (pid === undefined) throw new Error(`${this.script} is not running`);
    return pid;
  }

  /** Everything it has printed, over all its starts. */
  output(): string {
    return [...this.#log, this.#program?.output() ?? ''].join('\n');
  }

  /** Starts and waits until it answers; `env` is for this start only. */
  async start({ env, limitMs = 90_000 }: { env?: NodeJS.ProcessEnv; limitMs?: number } = {}): Promise<void> {
    const here: Elsewhere = (command, args) => [command, [...args]];
    const [command, args] = (this.elsewhere() ?? here)(process.execPath, [join(ROOT, 'bin', this.script)]);
    const program = startProgram(command, args, {
      env: { ...this.environment(), ...env },
      cwd: ROOT,
    });
    this.#program = program;
    let gone = false;
    void program.exited.then(() => {
      gone = true;
    });
    await until(`${this.script} answers`, limitMs, async () => {
      if (gone) throw new Error(`${this.script} ended at its start:\n${program.output().slice(-3000)}`);
      return localRequest(this.healthUrl()).then(
        ({ status }) => status === 200,
        () => false,
      );
    });
  }

  /** Ends it; SIGKILL leaves it no chance to tidy up. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const program = this.#program;
    if (program === undefined) return;
    await program.stop(signal);
    this.#log.push(program.output());
    this.#program = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

interface ProcessOptions {
  port: number;
  env?: NodeJS.ProcessEnv;
  elsewhere?: Elsewhere;
}

export class ConnectorProcess extends ProductProcess {
  protected readonly script = 'demarc-connector.mjs';
  readonly url: string;
  readonly port: number;
  readonly #options: ProcessOptions & { data: string };

  constructor(options: ProcessOptions & { data: string }) {
    super();
    this.#options = options;
    this.port = options.port;
    this.url = `https://127.0.0.1:${options.port}`;
  }

  protected environment(): NodeJS.ProcessEnv {
    const { data, port, env } = this.#options;
    return {
      DEMARC_CONNECTOR_DATA: data,
      DEMARC_CONNECTOR_PORT: String(port),
      DEMARC_CONNECTOR_HOST: '127.0.0.1',
      DEMARC_CONNECTOR_URL: this.url,
      ...env,
    };
  }

  protected healthUrl(): string {
    return `${this.url}/readyz`;
  }

  protected elsewhere(): Elsewhere | undefined {
    return this.#options.elsewhere;
  }

  get caFile(): string {
    return join(this.#options.data, 'ca.pem');
  }

  /** The one-time set-up link that the first start prints; undefined when somebody has an account already. */
  setupLink(): string | undefined {
    return /"link":"([^"]+)"/.exec(this.output())?.[1];
  }

  async client(agent?: Agent): Promise<ApiClient> {
    return new ApiClient({ url: this.url, ca: await readFile(this.caFile, 'utf8'), ...(agent ? { agent } : {}) });
  }
}

export class DaemonProcess extends ProductProcess {
  protected readonly script = 'demarc-daemon.mjs';
  readonly url: string;
  readonly state: string;
  readonly #options: ProcessOptions & { state: string };

  constructor(options: ProcessOptions & { state: string }) {
    super();
    this.#options = options;
    this.state = options.state;
    this.url = `https://127.0.0.1:${options.port}`;
  }

  protected environment(): NodeJS.ProcessEnv {
    const { state, port, env } = this.#options;
    return { DEMARC_DAEMON_STATE: state, DEMARC_WEB_PORT: String(port), DEMARC_WEB_HOST: '127.0.0.1', ...env };
  }

  protected healthUrl(): string {
    return `${this.url}/healthz`;
  }

  protected elsewhere(): Elsewhere | undefined {
    return this.#options.elsewhere;
  }

  /** A call of the local API with the admin token of the state folder. @throws Error with the daemon's own words */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const token = (await readFile(join(this.state, 'admin-token'), 'utf8')).trim();
    const answer = await localRequest(`${this.url}${path}`, { method, token, body });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  }
}

/** Signs the first person in and makes an account. */
export async function firstAccount(connector: ConnectorProcess, person: { email: string; password: string }) {
  const api = await connector.client();
  const link = connector.setupLink();
  if (link === undefined) throw new Error('the connector printed no set-up link');
  await api.setUp(link, { partnerName: 'Demo Partner', name: 'Demo Admin', ...person });
  const account = await api.post<Account>('/api/v1/accounts', { name: 'Demo Customer', country: 'AT' });
  return { api, account };
}

/**
 * Enrols the daemon with a claim code, as an installer and an admin do together. Returns the gateway's id. `cloudUrl`
 * when the daemon is to reach the connector another way than directly.
 */
export async function enrol(
  daemon: DaemonProcess,
  connector: ConnectorProcess,
  api: ApiClient,
  account: string,
  cloudUrl = connector.url,
): Promise<string> {
  const offer = await daemon.call<EnrolmentOffer>('POST', '/api/enrolment', {
    cloud: { url: cloudUrl, caFile: connector.caFile },
  });
  const { gateway } = await api.post<{ gateway: string }>(`/api/v1/enrolments/${offer.code}/confirm`, { account });
  await until('the gateway is online', 30_000, async () => {
    const { presence } = await api.get<{ presence: string }>(`/api/v1/gateways/${gateway}`);
    return presence === 'Online';
  });
  return gateway;
}

/** Waits until the newest run of each PBX that was asked for has ended in the cloud. */
export async function runsOf(
  api: ApiClient,
  account: string,
  pbxs: readonly string[],
  limitMs = 60_000,
): Promise<SyncRun[]> {
  const newest = async () => {
    const { items } = await api.get<{ items: SyncRun[] }>(
      `/api/v1/sync-runs?account=${account}&sort=-startedAt&limit=200`,
    );
    return pbxs.map((pbx) => items.find((run) => run.pbx === pbx));
  };
  let runs: (SyncRun | undefined)[] = [];
  await until('a run of every PBX is visible', limitMs, async () => {
    runs = await newest();
    return runs.every((run) => run !== undefined);
  });
  return runs.filter((run) => run !== undefined);
}
