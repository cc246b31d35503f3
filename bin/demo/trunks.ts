import type { Page } from '#contract/api.ts';
import type { TrunkHealth } from '#contract/trunk-health.ts';
import type { Trunk } from '#contract/trunks.ts';
import { startSip } from '#test/lab/mivoice-business/sip-responder.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { hasKamailio, startKamailio } from '#test/support/kamailio.ts';
import { until } from '#test/support/program.ts';
import type { DemoLab, DemoPbx } from './lab.ts';

/** The place in the cloud that three of the four trunks go to. */
interface FarEnd extends AsyncDisposable {
  port: number;
  /** What answers there, for people. */
  what: string;
}

const HOST = '127.0.0.1';
const LIMIT_MS = 30_000;
/** Quick, so that whoever looks sees a change soon. */
const SUPERVISION = { everySeconds: 10, failingEverySeconds: 2 };

/** Starts Kamailio where it is installed, else the lab's own SIP end. */
export async function startFarEnd(port: number): Promise<FarEnd> {
  if (hasKamailio()) {
    const kamailio = await startKamailio({ port });
    return { port, what: 'Kamailio', [Symbol.asyncDispose]: () => kamailio[Symbol.asyncDispose]() };
  }
  const lab = await startSip({ host: HOST, port, banner: 'Demarc lab' });
  return {
    port,
    what: 'the lab’s own SIP end, since Kamailio is not installed',
    [Symbol.asyncDispose]: () => lab.stop(),
  };
}

/** Enters a trunk for each PBX. The last one leads to a port where nobody listens. */
export async function addTrunks(
  api: ApiClient,
  account: string,
  { pbxs, network }: Pick<DemoLab, 'pbxs' | 'network'>,
  ids: readonly string[],
  farPort: number,
): Promise<void> {
  const broken = pbxs.length - 1;
  for (const [at, pbx] of pbxs.entries()) {
    const isBroken = at === broken;
    const settings = {
      name: isBroken ? `${place(pbx)} to the cloud (broken on purpose)` : `${place(pbx)} to the cloud`,
      pbx: ids[at],
      host: pbx.address,
      port: network.ports.sip,
      transport: 'udp',
      farEnd: { kind: 'cloud-platform', host: HOST, port: isBroken ? farPort + 1 : farPort, transport: 'udp' },
      pilotNumber: `+4372012345${at}`,
      supervision: SUPERVISION,
    };
    await until(`the cloud knows ${pbx.name}`, LIMIT_MS, async () => {
      const { status } = await api.send('POST', '/api/v1/trunks', { account, settings });
      return status === 201;
    });
  }
}

const place = ({ name }: DemoPbx): string => name.split(' ')[0] ?? name;

/** A line for each trunk once the gateway has made up its mind about both ends, in the words of the API. */
export async function trunkLines(api: ApiClient, account: string): Promise<string[]> {
  let trunks: Trunk[] = [];
  await until('the gateway tells how every trunk is', LIMIT_MS, async () => {
    trunks = (await api.get<Page<Trunk>>(`/api/v1/trunks?account=${account}&sort=name`)).items;
    return trunks.every(({ health }) => health.length > 1 && health.every(({ state }) => state !== 'unknown'));
  });
  return Promise.all(
    trunks.map(async ({ id, name }) => {
      const { ends } = await api.get<TrunkHealth>(`/api/v1/trunks/${id}/health`);
      const words = ends.map(({ end, state, last }) => {
        const why = state === 'down' ? `, ${last?.failure ?? last?.status ?? 'no answer'}` : '';
        return `${end === 'pbx' ? 'PBX' : 'far end'} ${state}${why}`;
      });
      return `  ${name}: ${words.join('; ')}`;
    }),
  );
}
