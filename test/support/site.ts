/** A customer's site with its cloud: lab, connector and daemon as real processes on free ports, an admin and an account. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Account, Command, Page, SyncRun, User } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import type { SyncStatus } from '#contract/sections.ts';
import type { StatusAnswer } from '#contract/wizard/gateway.ts';
import { type Lab, startLab } from '#test/lab/lab.ts';
import type { ApiClient } from './api-client.ts';
import { freePort, temporaryFolder, until } from './program.ts';
import { ConnectorProcess, DaemonProcess, type Elsewhere, enrol, firstAccount, runsOf } from './stack.ts';

export const ADMIN = { email: 'admin@site.example', password: 'a long enough password' };

interface SiteOptions {
  /** People of each PBX. */
  users: number;
  daemonEnv?: NodeJS.ProcessEnv;
  connectorEnv?: NodeJS.ProcessEnv;
  /** Where the daemon keeps its state, when not in the site's own folder. */
  state?: string;
  /** Free ports of this machine that the caller has chosen, when something has to be made ready for them. */
  ports?: { connector: number; daemon: number };
  /** Where the processes run, when not on this machine itself. */
  elsewhere?: { connector: Elsewhere; daemon: Elsewhere };
}

/** Starts everything but enrols nothing: most suites begin with their own way of that. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = stack.use(await temporaryFolder('site')).path;
    const lab = await startLab({ users: options.users, folder: join(folder, 'exports') });
    stack.defer(() => lab.stop());
    const { connectorEnv, elsewhere, ports } = options;
    const connector = new ConnectorProcess({
      data: join(folder, 'connector'),
      port: ports?.connector ?? (await freePort()),
      ...(connectorEnv === undefined ? {} : { env: connectorEnv }),
      ...(elsewhere === undefined ? {} : { elsewhere: elsewhere.connector }),
    });
    stack.use(connector);
    const daemon = new DaemonProcess({
      state: options.state ?? join(folder, 'daemon'),
      port: ports?.daemon ?? (await freePort()),
      ...(elsewhere === undefined ? {} : { elsewhere: elsewhere.daemon }),
      ...(options.daemonEnv === undefined ? {} : { env: options.daemonEnv }),
    });
    stack.use(daemon);
    await Promise.all([connector.start(), daemon.start()]);
    const { api, account } = await firstAccount(connector, ADMIN);
    return new Site({ stack, folder, lab, connector, daemon, api, account });
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

interface SiteParts {
  stack: AsyncDisposableStack;
  folder: string;
  lab: Lab;
  connector: ConnectorProcess;
  daemon: DaemonProcess;
  api: ApiClient;
  account: Account;
}

export class Site implements AsyncDisposable {
  readonly folder: string;
  readonly lab: Lab;
  readonly connector: ConnectorProcess;
  readonly daemon: DaemonProcess;
  readonly account: Account;
  api: ApiClient;
  gateway = '';
  /** The PBX ids, once they are connected. */
  pbxs = { directory: '', exports: '' };
  readonly #stack: AsyncDisposableStack;

  constructor({ stack, folder, lab, connector, daemon, api, account }: SiteParts) {
    this.#stack = stack;
    this.folder = folder;
    this.lab = lab;
    this.connector = connector;
    this.daemon = daemon;
    this.api = api;
    this.account = account;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  /** Enrols with a claim code; `cloudUrl` when the daemon is to reach the cloud another way than directly. */
  async enrol(cloudUrl?: string): Promise<string> {
    this.gateway = await enrol(this.daemon, this.connector, this.api, this.account.id, cloudUrl);
    return this.gateway;
  }

  /** Connects the lab's directory and waits for its first run in the cloud. */
  async addDirectory(): Promise<SyncRun> {
    const { host, port, baseDn, bindDn, password } = this.lab.mivoice5000;
    const connection = { host, port, tls: 'none', baseDn, bindDn, password };
    this.pbxs.directory = await this.#add('mivoice-5000', 'Head office', connection);
    return this.#firstRun(this.pbxs.directory);
  }

  /** Connects the lab's form exports and waits for their first run in the cloud. */
  async addExports(): Promise<SyncRun> {
    this.pbxs.exports = await this.#add('mivoice-business', 'Plant', { folder: this.lab.mivoiceBusiness.folder });
    return this.#firstRun(this.pbxs.exports);
  }

  /** Sync Now, and its run as the cloud has it. */
  async sync(pbx: string): Promise<SyncRun> {
    const { run } = await this.daemon.call<SyncStatus>('POST', `/api/pbxs/${pbx}/sync`);
    return this.run(run);
  }

  /** A run, as soon as the cloud has it. */
  async run(id: string): Promise<SyncRun> {
    let body: unknown;
    await until(`run ${id} is in the cloud`, 30_000, async () => {
      const answer = await this.api.send('GET', `/api/v1/sync-runs/${id}`);
      body = answer.body;
      return answer.status === 200;
    });
    return body as SyncRun;
  }

  /** Every user of a PBX that the API shows, by key. */
  async users(pbx: string): Promise<Map<string, User>> {
    const users = new Map<string, User>();
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page<User> = await this.api.get(
        `/api/v1/users?account=${this.account.id}&filter=pbx:eq:${pbx}&limit=200${cursor && `&cursor=${cursor}`}`,
      );
      for (const user of page.items) users.set(user.key, user);
      cursor = page.nextCursor;
    }
    return users;
  }

  async command(name: string, args: unknown = {}): Promise<Command> {
    const { id } = await this.api.post<Command>(`/api/v1/gateways/${this.gateway}/commands`, { name, args });
    return this.commandEnd(id);
  }

  /** The command when it is in a final state. */
  async commandEnd(id: string): Promise<Command> {
    let command: Command | undefined;
    await until(`command ${id} has ended`, 60_000, async () => {
      command = await this.api.get<Command>(`/api/v1/commands/${id}`);
      return isFinal(command.state);
    });
    if (command === undefined) throw new Error('no command');
    return command;
  }

  presence(): Promise<{ presence: string; presenceReason: string | null }> {
    return this.api.get(`/api/v1/gateways/${this.gateway}`);
  }

  status(): Promise<StatusAnswer> {
    return this.daemon.call('GET', '/api/status');
  }

  async online(limitMs = 60_000): Promise<void> {
    await until('the gateway is online', limitMs, async () => {
      const answer = await this.api.send('GET', `/api/v1/gateways/${this.gateway}`).catch(() => undefined);
      const body = answer?.body as { presence?: string } | undefined;
      return body?.presence === 'Online';
    });
  }

  /** How many events of this name the history has. */
  async events(name: string): Promise<number> {
    const page = await this.api.get<Page<unknown>>(
      `/api/v1/events?account=${this.account.id}&filter=name:eq:${name}&limit=1`,
    );
    return page.total;
  }

  async #add(type: string, name: string, connection: Record<string, unknown>): Promise<string> {
    return (await this.daemon.call<{ id: string }>('POST', '/api/pbxs', { type, name, connection })).id;
  }

  async #firstRun(pbx: string): Promise<SyncRun> {
    const [run] = await runsOf(this.api, this.account.id, [pbx]);
    if (run === undefined) throw new Error('no run');
    return run;
  }
}

/** What a person looks like on both sides, to compare them. */
export interface Comparable {
  name: string;
  extension: string | undefined;
  department: string | undefined;
}

/** The people of the lab's directory as they are to be in the cloud, by key. */
export function directoryPeople(lab: Lab): Map<string, Comparable> {
  const people = new Map<string, Comparable>();
  for (const { attributes } of lab.directory.entries) {
    const text = (attribute: string) => attributes.get(attribute)?.[0]?.toString('utf8');
    const key = text('entryUUID');
    if (key === undefined) continue;
    people.set(key, {
      name: text('cn') ?? '',
      extension: text('telephoneNumber') ?? text('attr1'),
      department: text('department'),
    });
  }
  return people;
}

/** Where the cloud's users differ from these people, a few lines; empty when they are the same. */
export function differences(expected: ReadonlyMap<string, Comparable>, users: ReadonlyMap<string, User>): string[] {
  const found: string[] = [];
  for (const [key, person] of expected) {
    const user = users.get(key);
    const has = user && { name: user.name, extension: user.extension, department: user.department };
    if (has === undefined) found.push(`missing ${key}`);
    else if (!isDeepStrictEqual(has, person)) found.push(`${JSON.stringify(has)} is not ${JSON.stringify(person)}`);
  }
  for (const key of users.keys()) if (!expected.has(key)) found.push(`too much: ${key}`);
  return found.slice(0, 10);
}

/** Gives people of the directory another department; returns how many. */
export function move(lab: Lab, indices: readonly number[], department: string): number {
  lab.directory.entries = lab.directory.entries.map((entry, at) =>
    // The first entry is the base.
    indices.includes(at - 1)
      ? { dn: entry.dn, attributes: new Map([...entry.attributes, ['department', [Buffer.from(department)]]]) }
      : entry,
  );
  return indices.length;
}
