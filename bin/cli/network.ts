import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkAnswer } from '#contract/wizard/network.ts';
import type { LocalApi } from './client.ts';
import { type Output, plain } from './output.ts';

export interface NetworkSetOptions {
  dhcp?: boolean;
  address?: string;
  gateway?: string;
  dns?: string[];
}

type Settings = NetworkAnswer['ports'][number]['settings'];

function settingsText(settings: Settings): string {
  if (settings === null) return 'set by the host itself';
  if (settings.method === 'dhcp') return 'DHCP';
  const { address, gateway, dns } = settings;
  return [address, gateway && `gateway ${gateway}`, dns.length > 0 && `DNS ${dns.join(', ')}`]
    .filter(Boolean)
    .join(', ');
}

/** `demarc network show`: the ports, and what waits to be confirmed. */
export async function showNetwork(api: LocalApi, out: Output): Promise<number> {
  const answer = await api.call(NetworkAnswer, { path: '/api/network' });
  if (out.json) {
    out.write(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  for (const { name, addresses, settings } of answer.ports) {
    out.write(plain(`${name}: ${addresses.join(', ') || 'no address'} (${settingsText(settings)})`) + '\n');
  }
  if (answer.unsupported !== null) out.write(plain(`Cannot be set from here: ${answer.unsupported}`) + '\n');
  if (answer.pending) out.write(`${waiting(answer.pending)}\n`);
  return 0;
}

const waiting = ({ port, settings, until }: NonNullable<NetworkAnswer['pending']>): string =>
  plain(
    `On trial: ${port} ${settingsText(settings)}. Confirm through the new address until ${until} (demarc network confirm, or its local pages), or it is taken back.`,
  );

/** `demarc network set`: puts the settings on trial and waits until they are in force; 1 when they could not be. */
export async function setNetwork(api: LocalApi, out: Output, port: string, given: NetworkSetOptions): Promise<number> {
  if ((given.dhcp === true) === (given.address !== undefined)) {
    out.writeError('Give either --dhcp or --address.\n');
    return 2;
  }
  const { address, gateway, dns = [] } = given;
  const body = address === undefined ? { method: 'dhcp' } : { method: 'static', address, gateway, dns };
  let answer = await api.call(NetworkAnswer, { method: 'PUT', path: `/api/network/${encodeURIComponent(port)}`, body });
  while (answer.pending?.phase === 'applying') {
    await sleep(300);
    answer = await api.call(NetworkAnswer, { path: '/api/network' });
  }
  if (out.json) out.write(`${JSON.stringify(answer)}\n`);
  if (answer.pending === null) {
    const error = answer.last?.error;
    out.writeError(error ? plain(`${error.message}. ${error.nextStep}`) + '\n' : 'The settings were taken back.\n');
    return 1;
  }
  if (!out.json) out.write(`${waiting(answer.pending)}\n`);
  return 0;
}

/** `demarc network confirm`: says so through the new address, which must answer for that. */
export async function confirmNetwork(api: LocalApi, out: Output): Promise<number> {
  const { pending, ports } = await api.call(NetworkAnswer, { path: '/api/network' });
  const here = ports.find(({ name }) => name === pending?.port)?.addresses.find((address) => !address.includes(':'));
  const address = pending?.settings.method === 'static' ? pending.settings.address : here;
  const by = address === undefined ? api : api.through(address.split('/', 1)[0] ?? '');
  const answer = await by.call(NetworkAnswer, { method: 'POST', path: '/api/network/confirm', body: {} });
  if (out.json) out.write(`${JSON.stringify(answer)}\n`);
  else out.write('The network settings stay.\n');
  return 0;
}
