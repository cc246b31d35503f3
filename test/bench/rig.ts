/** The two processes of the product as the benches need them: fresh, enrolled, and with a counted wire between them. */
import { join } from 'node:path';
import type { Page, User } from '#contract/api.ts';
import type { EnrolmentOffer } from '#contract/enrolment.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import type { Slapd } from '#test/support/slapd.ts';
import { ConnectorProcess, DaemonProcess, firstAccount } from '#test/support/stack.ts';
import { type CountingProxy, countingProxy } from './counting-proxy.ts';

export interface Rig extends AsyncDisposable {
  connector: ConnectorProcess;
  daemon: DaemonProcess;
  api: ApiClient;
  account: string;
  gateway: string;
  wire: CountingProxy;
}

/**
 * Starts a connector and a daemon on empty folders and enrols the daemon. `form` as DEMARC_FORM has it; with `direct` the
 * wire is not counted, because the relay costs time that belongs to neither.
 */
export async function startRig(options: { form?: 'source' | 'built'; direct?: boolean } = {}): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('bench'));
  const port = await freePort();
  const connector = stack.use(new ConnectorProcess({ data: join(folder.path, 'connector'), port }));
  const env = options.form === undefined ? {} : { DEMARC_FORM: options.form };
  const daemon = stack.use(new DaemonProcess({ state: join(folder.path, 'daemon'), port: await freePort(), env }));
  await Promise.all([connector.start(), daemon.start()]);
  const wire = stack.use(await countingProxy(port));
  const person = { email: 'bench@example.org', password: 'a long enough passphrase' };
  const { api, account } = await firstAccount(connector, person);
  const gateway = await claim({
    daemon,
    connector,
    api,
    account: account.id,
    port: options.direct === true ? port : wire.port,
  });
  const running = stack.move();
  return {
    connector,
    daemon,
    api,
    account: account.id,
    gateway,
    wire,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface Claim {
  daemon: DaemonProcess;
  connector: ConnectorProcess;
  api: ApiClient;
  account: string;
  /** Where the daemon reaches the connector. */
  port: number;
}

async function claim({ daemon, connector, api, account, port }: Claim): Promise<string> {
  const cloud = { url: `https://127.0.0.1:${port}`, caFile: connector.caFile };
  const offer = await daemon.call<EnrolmentOffer>('POST', '/api/enrolment', { cloud });
  const { gateway } = await api.post<{ gateway: string }>(`/api/v1/enrolments/${offer.code}/confirm`, { account });
  await online(api, gateway);
  return gateway;
}

/** Waits until the cloud has the gateway online. */
export const online = (api: ApiClient, gateway: string): Promise<void> =>
  until('the gateway is online', 30_000, async () => {
    const { presence } = await api.get<{ presence: string }>(`/api/v1/gateways/${gateway}`);
    return presence === 'Online';
  });

/** Links the directory as a PBX and has it read; resolves with its id when the API shows this many of its users. */
export async function firstSync(
  { daemon, api }: Rig,
  slapd: Slapd,
  users: number,
  name = 'Directory',
): Promise<string> {
  const { host, port, baseDn, bindDn, password } = slapd;
  const { id } = await daemon.call<{ id: string }>('POST', '/api/pbxs', {
    type: 'mivoice-5000',
    name,
    connection: { host, port, tls: 'none', baseDn, bindDn, password },
  });
  await shown({ daemon, api }, id, users);
  return id;
}

/** Syncs now, and resolves when the API shows this many users of the PBX; `filter` as the API has it narrows them down. */
export async function shown(
  { daemon, api }: Pick<Rig, 'daemon' | 'api'>,
  pbx: string,
  users: number,
  filter?: string,
): Promise<void> {
  await daemon.call('POST', `/api/pbxs/${pbx}/sync`, {}).catch((error: unknown) => {
    // The client waits 30 s at most; a long run goes on without it.
    if (!(error instanceof Error) || !error.message.includes('no answer')) throw error;
  });
  const narrowed = filter === undefined ? '' : `&filter=${encodeURIComponent(filter)}`;
  // Asked only after the gateway is done: until then they cannot all be there, and asking takes time from both processes.
  const all = async () => {
    const page = await api.get<Page<User>>(`/api/v1/users?filter=pbx:eq:${pbx}${narrowed}&limit=1`);
    return page.total >= users;
  };
  await until(`${users} users of the PBX are visible`, 300_000, all, 5);
}
