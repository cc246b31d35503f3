import { connect } from 'node:net';
import { z } from 'zod';
import type { DaemonProcess } from '#test/support/stack.ts';
import type { DemoLab, DemoPbx } from './lab.ts';

/** An MX-ONE is managed by its Provisioning Manager. */
const WithManager = z.object({ manager: z.object({ port: z.int() }) });

const accepts = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });

/** Starts the tunnel of a PBX whose admin page answers, as an installer would at the site; the console then has Launch. */
export async function openTunnel(
  daemon: Pick<DaemonProcess, 'call'>,
  { network }: DemoLab,
  { address: host, connection }: DemoPbx,
  id: string,
): Promise<boolean> {
  const manager = WithManager.safeParse(connection).data?.manager.port;
  const port = manager ?? network.ports.https ?? 443;
  if (!(await accepts(host, port))) return false;
  await daemon.call('PATCH', `/api/tunnels/${id}.web`, { host, port, scheme: 'https', cloudMayStart: true });
  await daemon.call('POST', `/api/tunnels/${id}.web/start`, { confirm: 'yes' });
  return true;
}
